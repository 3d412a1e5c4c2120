/**
 * The orchestrator's half of a segment's life: it arrives, waits for its turn in its session (O-9),
 * is worked on by whatever the node has, and its result leaves. `segments.ts` has the gateway's half.
 */
import { invariant } from "../../core/errors.js";
import { uniform } from "../../core/random.js";
import { ORCHESTRATOR_CAPPED } from "../../pool/index.js";
import { OUTCOME, wholeTimeoutMs } from "../../selection/index.js";
import { drawLognormal, lognormal } from "../engine/distributions.js";
import { callDraw, DRAW } from "./draws.js";
import type { Call, SessionInfo } from "./entities.js";
import { EVENT } from "./events.js";
import type { Simulation } from "./simulation.js";
import { deviceOf, transcodeMs } from "./work-times.js";

/** What orchestrators do with calls. */
export class OrchestratorSide {
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** The orchestrator has the segment (O-1, O-6 … O-9). */
  arrived(call: Call): void {
    const { calls } = this.#simulation;
    const simulation = this.#simulation;
    const { info } = call;
    const node = simulation.nodes[call.node];
    invariant(info !== null && node !== undefined, "a call that arrives has a node");
    const { now } = simulation;
    if (call.node !== info.node) {
      // A balancer took it to a node that does not know the token.
      call.nodeDone = true;
      calls.reply(call, OUTCOME.authTokenRejected, now);
      return;
    }
    const handle = node.accept(info, now);
    if (handle < 0) {
      call.nodeDone = true;
      const outcome =
        handle === ORCHESTRATOR_CAPPED ? OUTCOME.orchestratorCapped : OUTCOME.orchestratorBusy;
      calls.reply(call, outcome, now);
      return;
    }
    call.nodeSession = handle;
    simulation.metrics.tickets(call);
    if (node.spec.backend === "measured") {
      this.#measuredWork(call, info);
      return;
    }
    // One segment of a session at a time (O-9); the end of the one before is not known yet.
    const limitMs = call.sentMs + wholeTimeoutMs(call.durationMs);
    simulation.queue.schedule(limitMs, EVENT.callTimeout, call.slot);
    call.resultAtMs = Number.POSITIVE_INFINITY;
    if (info.running === null) this.#beginWork(call, info);
    else info.queue.push(call);
  }

  /** A measured orchestrator: its work takes as long as the record says, whatever its load. */
  #measuredWork(call: Call, info: SessionInfo): void {
    const { calls } = this.#simulation;
    const simulation = this.#simulation;
    const node = simulation.nodes[call.node];
    const link = simulation.world.links[info.stream.gateway.site]?.[call.node];
    invariant(node !== undefined && link !== undefined, "a node has a link to every site");
    const begin = node.sessions.beginMs(call.nodeSession, simulation.now);
    const end = begin + link.workMs * call.factor;
    const fails = calls.fails(call, info.stream);
    node.finishSegment(call.nodeSession, end, fails || !call.counted ? 0 : call.pixels);
    info.lastEndMs = end;
    call.nodeDone = true;
    const limit = call.sentMs + wholeTimeoutMs(call.durationMs);
    if (!fails) simulation.metrics.uploaded(call, end <= limit);
    if (end > limit) calls.reply(call, OUTCOME.bodyTimeout, limit);
    else calls.reply(call, fails ? OUTCOME.errorResult : OUTCOME.ok, end);
  }

  /** The session's next segment begins at a node that works itself. */
  #beginWork(call: Call, info: SessionInfo): void {
    const { calls } = this.#simulation;
    const simulation = this.#simulation;
    const node = simulation.nodes[call.node];
    invariant(node !== undefined, "there is a node");
    info.running = call;
    if (!node.sessions.isOpen(call.nodeSession, simulation.now)) {
      this.workFailed(call);
      return;
    }
    if (node.spec.backend === "pool") {
      simulation.workers?.begin(call, info, node);
      return;
    }
    const device = deviceOf(simulation.world.tables, node.spec.device);
    const { k0, k1 } = info.stream;
    const u = uniform(k0, k1, callDraw(call, DRAW.work));
    const noise = lognormal(1, device.noiseCv * simulation.world.scenario.assumptions.noiseScale);
    node.deviceLoad++;
    const isFirst = node.sessions.segments(call.nodeSession) <= 1;
    const load = { segments: node.deviceLoad, isFirst };
    const tookMs =
      transcodeMs(device, call.pixels, load, drawLognormal(noise, u)) *
      simulation.slownessOf(call.node, simulation.now);
    call.workFails = calls.fails(call, info.stream);
    simulation.queue.schedule(simulation.now + tookMs, EVENT.workDone, call.slot);
  }

  /** A device is done with a segment. */
  deviceDone(call: Call): void {
    const node = this.#simulation.nodes[call.node];
    if (node !== undefined) node.deviceLoad--;
    if (call.workFails) this.workFailed(call);
    else this.workDone(call);
  }

  /** The result is there (O-4): the orchestrator sends it. */
  workDone(call: Call): void {
    const { calls } = this.#simulation;
    const simulation = this.#simulation;
    const { info, stream } = call;
    invariant(info !== null && stream !== null, "work belongs to a session");
    const link = simulation.world.links[stream.gateway.site]?.[call.node];
    call.workMs = simulation.now - call.begunMs;
    const resultMs = simulation.now + (link?.tailMs ?? 0) * call.factor;
    const inTime = !call.gatewayDone && resultMs <= call.sentMs + wholeTimeoutMs(call.durationMs);
    simulation.metrics.uploaded(call, inTime);
    this.#workEnds(call, info, call.counted ? call.pixels : 0);
    if (inTime) calls.reply(call, OUTCOME.ok, resultMs);
    calls.free(call);
  }

  /** The orchestrator answers with an error (O-4). */
  workFailed(call: Call): void {
    const { calls } = this.#simulation;
    const { info } = call;
    invariant(info !== null, "work belongs to a session");
    const { now, world } = this.#simulation;
    const answeredMs = now + (world.links[info.stream.gateway.site]?.[call.node]?.tailMs ?? 0);
    this.#workEnds(call, info, 0);
    if (!call.gatewayDone && answeredMs <= call.sentMs + wholeTimeoutMs(call.durationMs))
      calls.reply(call, OUTCOME.errorResult, answeredMs);
    calls.free(call);
  }

  /** The session's next segment can begin (O-9). */
  #workEnds(call: Call, info: SessionInfo, pixels: number): void {
    const simulation = this.#simulation;
    call.nodeDone = true;
    simulation.nodes[call.node]?.finishSegment(call.nodeSession, simulation.now, pixels);
    info.lastEndMs = simulation.now;
    info.running = null;
    const next = info.queue.shift();
    if (next !== undefined) this.#beginWork(next, info);
  }
}
