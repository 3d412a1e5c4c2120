/**
 * The orchestrator's half of a segment's life: it arrives, waits for its turn in its session (O-9),
 * is worked on by whatever its node has (`backends/`), and its result leaves.
 */
import { invariant } from "../../../core/errors.js";
import { NO_SESSION, ORCHESTRATOR_BUSY, ORCHESTRATOR_CAPPED } from "../../../pool/index.js";
import { OUTCOME, type Outcome } from "../../../selection/index.js";
import { type Backend, WORK, type WorkState } from "../backends/backend.js";
import type { Conditions } from "../conditions/conditions.js";
import type { Call, SessionInfo } from "../entities.js";
import type { NodeRuntime } from "../node.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import { type Calls, limitMs } from "./calls.js";
import type { Segments } from "./segments.js";

/** What the orchestrators' half needs. */
export interface OrchestratorSideParts {
  readonly run: Run;
  readonly recorder: Recorder;
  readonly calls: Calls;
  readonly conditions: Conditions;
  readonly segments: Segments;
  /** By node. */
  readonly nodes: readonly NodeRuntime[];
  readonly backends: readonly Backend[];
}

/** What orchestrators do with calls. */
export class OrchestratorSide {
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #calls: Calls;
  readonly #conditions: Conditions;
  readonly #segments: Segments;
  readonly #nodes: readonly NodeRuntime[];
  readonly #backends: readonly Backend[];

  constructor(parts: OrchestratorSideParts) {
    const { run, recorder, calls, conditions, segments, nodes, backends } = parts;
    this.#run = run;
    this.#recorder = recorder;
    this.#calls = calls;
    this.#conditions = conditions;
    this.#segments = segments;
    this.#nodes = nodes;
    this.#backends = backends;
  }

  /** The orchestrator has the segment (O-1, O-6 … O-9). */
  arrived(call: Call): void {
    const { info } = call;
    const node = this.#nodes[call.node];
    invariant(info !== null && node !== undefined, "a call that arrives has a node");
    const outcome = this.#accepts(call, info, node);
    if (outcome !== OUTCOME.ok) {
      call.nodeDone = true;
      this.#calls.reply(call, outcome, this.#run.now);
      return;
    }
    this.#recorder.tickets(call);
    const backend = this.#backendOf(call);
    if (backend.isForeseen) {
      this.goesOn(call, backend.begin(call, info));
      return;
    }
    // One segment of a session at a time (O-9); the end of the one before is not known yet.
    if (info.running === null) {
      this.#beginWork(call, info);
      return;
    }
    this.#calls.awaitTimeout(call);
    if (info.queue === null) info.queue = [call];
    else info.queue.push(call);
  }

  /** Whether a segment comes to a session of the node (O-6 … O-9), which is then known to its call; else why not. */
  #accepts(call: Call, info: SessionInfo, node: NodeRuntime): Outcome {
    const { now } = this.#run;
    const { outages } = this.#conditions;
    // A balancer took it to a node that does not know the token.
    if (call.node !== info.node) return OUTCOME.authTokenRejected;
    // The connection has broken off.
    if (outages.isDown(call.node, now)) return OUTCOME.headerTimeout;
    // It is signed with the secret of a process that is gone (G-10, S-13).
    if (outages.hasRestarted(call.node, call.tokenMs, now)) return OUTCOME.authTokenRejected;
    const handle = node.accept(info, now);
    if (handle === ORCHESTRATOR_CAPPED) return OUTCOME.orchestratorCapped;
    if (handle === ORCHESTRATOR_BUSY) return OUTCOME.orchestratorBusy;
    call.nodeSession = handle;
    return OUTCOME.ok;
  }

  /** The session's next segment begins. */
  #beginWork(call: Call, info: SessionInfo): void {
    const node = this.#nodes[call.node];
    invariant(node !== undefined, "there is a node");
    info.running = call;
    const isOpen = node.sessions.isOpen(call.nodeSession, this.#run.now);
    const state = isOpen ? this.#backendOf(call).begin(call, info) : WORK.failed;
    // Nearly always it is known to end in time: then no event has to watch over it.
    if (state === WORK.underWay && call.doneMs > limitMs(call)) this.#calls.awaitTimeout(call);
    this.goesOn(call, state);
  }

  /** The instant has come at which its backend is done with a call. */
  workDone(call: Call): void {
    const state = this.#backendOf(call).workDone(call);
    // Its worker has failed meanwhile: what would have been done by now never will be.
    if (state === WORK.underWay) this.#calls.awaitTimeout(call);
    this.goesOn(call, state);
  }

  /** Does what follows from what a backend says of a call. */
  goesOn(call: Call, state: WorkState): void {
    if (state === WORK.done) this.#succeeded(call);
    else if (state === WORK.failed) this.#failed(call);
  }

  /** The result is there (O-4): the orchestrator sends it. */
  #succeeded(call: Call): void {
    const { now, world } = this.#run;
    const { info, stream } = call;
    invariant(info !== null && stream !== null, "work belongs to a session");
    const link = world.links[stream.site]?.[call.node];
    call.workMs = now - call.begunMs;
    const resultMs = now + (link?.tailMs ?? 0) * call.factor;
    const inTime = !call.gatewayDone && resultMs <= limitMs(call);
    this.#recorder.uploaded(call, inTime);
    this.#workEnds(call, info, call.counted ? call.pixels : 0);
    if (!inTime) this.#calls.awaitTimeout(call);
    else if (!this.#segments.resultAhead(call, resultMs))
      this.#calls.reply(call, OUTCOME.ok, resultMs);
    this.#calls.free(call);
  }

  /** The orchestrator answers with an error (O-4). */
  #failed(call: Call): void {
    const { info } = call;
    invariant(info !== null, "work belongs to a session");
    const { now, world } = this.#run;
    const answeredMs = now + (world.links[info.stream.site]?.[call.node]?.tailMs ?? 0);
    this.#workEnds(call, info, 0);
    if (answeredMs <= limitMs(call)) this.#calls.reply(call, OUTCOME.errorResult, answeredMs);
    else this.#calls.awaitTimeout(call);
    this.#calls.free(call);
  }

  /** The session's next segment can begin (O-9). */
  #workEnds(call: Call, info: SessionInfo, pixels: number): void {
    const { now } = this.#run;
    call.nodeDone = true;
    this.#nodes[call.node]?.finishSegment(call.nodeSession, now, pixels);
    info.lastEndMs = now;
    info.running = null;
    const next = info.queue?.shift();
    if (next !== undefined) this.#beginWork(next, info);
  }

  /** A node's process begins anew: whatever it works on is lost, and so are its sessions. */
  restarts(index: number): void {
    const { now, world } = this.#run;
    const node = this.#nodes[index];
    const backend = this.#backends[index];
    invariant(node !== undefined && backend !== undefined, "every node has a backend");
    for (const call of this.#calls.atNode(index)) {
      const isAccepted = call.nodeSession !== NO_SESSION && !call.gatewayDone;
      // Of results that have left a measured one and of those that have not nothing is known apart.
      const isAtWork = !call.nodeDone || backend.isForeseen;
      if (call.nodeSession === NO_SESSION || !isAtWork) continue;
      if (isAccepted) {
        const { site = 0 } = call.stream ?? {};
        const noticedMs = now + (world.links[site]?.[index]?.rttMs ?? 0) / 2;
        const atMs = Math.min(noticedMs, limitMs(call), call.resultAtMs);
        this.#recorder.lost(call);
        this.#calls.reply(call, OUTCOME.bodyTimeout, Math.max(now, atMs));
      }
      call.nodeDone = true;
      call.doneMs = Number.POSITIVE_INFINITY;
      call.taskDueMs = Number.NaN;
      this.#calls.free(call);
    }
    backend.restarts(index);
    node.restarts(now);
  }

  #backendOf(call: Call): Backend {
    const backend = this.#backends[call.node];
    invariant(backend !== undefined, "every node has a backend");
    return backend;
  }
}
