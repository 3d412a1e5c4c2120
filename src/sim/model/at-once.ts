/**
 * Segments that nobody sees between ready and over: most go to measured orchestrators while no other
 * segment of their stream is under way, none becomes ready and no discovery ends. Such a segment is
 * taken through all its steps, in order and with their times, within one event; a test compares the
 * results with those of a run in which every step is an event of its own.
 */
import { uniform } from "../../core/random.js";
import { NO_SESSION } from "../../pool/index.js";
import {
  OUTCOME,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../selection/index.js";
import { drawLognormal, type Lognormal } from "../engine/distributions.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { attemptDraws, DRAW } from "./draws.js";
import type { Segment, SessionInfo, SimSession, Stream } from "./entities.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import type { Simulation } from "./simulation.js";

/** Does segments at once. */
export class AtOnce {
  readonly #simulation: Simulation;
  readonly #network: Lognormal;

  /** @param network noise of a segment */
  constructor(simulation: Simulation, network: Lognormal) {
    this.#simulation = simulation;
    this.#network = network;
  }

  /**
   * All steps of a segment at once, where nothing can come between them.
   *
   * @returns false if it has to be done step by step
   */
  run(segment: Segment, stream: Stream, session: SimSession, inFlightMs: number): boolean {
    const simulation = this.#simulation;
    const { info } = session;
    const nodeIndex = session.transcoder;
    const node = simulation.nodes[nodeIndex];
    if (
      !simulation.atOnce ||
      stream.traced ||
      stream.test !== null ||
      node === undefined ||
      node.spec.backend !== "measured" ||
      info.node !== nodeIndex ||
      info.nodeSession === NO_SESSION ||
      session.segsInFlight > 0
    ) {
      return false;
    }
    const { site } = stream.gateway;
    const link = simulation.world.links[site]?.[nodeIndex];
    if (link === undefined) return false;
    const { k0, k1 } = stream;
    const base = attemptDraws(segment.index, segment.attempt.attempts, -1);
    const factor =
      info.factor *
      drawLognormal(this.#network, uniform(k0, k1, base + DRAW.network)) *
      simulation.slownessOf(nodeIndex, inFlightMs);
    const headersMs = link.upMs * factor;
    const arrivedMs = inFlightMs + headersMs;
    const endMs = arrivedMs + link.workMs * factor;
    const overMs = endMs + link.downMs * factor;
    const failure = simulation.world.scenario.assumptions.segmentFailure;
    if (
      !simulation.isUnseenUntil(stream, overMs) ||
      // A connection that is open stays so: no set-up (G-17).
      !simulation.connections.isOpen(site, nodeIndex, inFlightMs) ||
      // The session is open now and will be when the segment arrives, with nothing before it.
      info.lastEndMs > simulation.now ||
      (info.closesMs > Number.NEGATIVE_INFINITY && !isOpenAgain(info, node, simulation.now)) ||
      arrivedMs >= info.lastEndMs + IDLE_MS ||
      headersMs > uploadTimeoutMs(segment.durationMs) ||
      endMs > inFlightMs + wholeTimeoutMs(segment.durationMs) ||
      overMs - endMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
      !simulation.isUp(site, nodeIndex, inFlightMs) ||
      uniform(k0, k1, base + DRAW.failure) < failure
    ) {
      return false;
    }
    const { attempt } = segment;
    attempt.prepared(inFlightMs, OUTCOME.ok);
    const call = simulation.calls.take(segment, stream, session, -1);
    call.sentMs = inFlightMs;
    call.node = nodeIndex;
    call.factor = factor;
    if (simulation.terms !== null) simulation.calls.pay(call, info, stream);
    simulation.connections.use(site, nodeIndex, inFlightMs);
    node.accept(info, simulation.now);
    simulation.metrics.tickets(call);
    node.finishSegment(info.nodeSession, endMs, call.counted ? call.pixels : 0);
    info.lastEndMs = endMs;
    simulation.metrics.uploaded(call, true);
    call.tookAllMs = endMs - inFlightMs;
    simulation.calls.settle(call, info, OUTCOME.ok, endMs);
    segment.downloadsMs[0] = overMs - endMs;
    segment.tookAllsMs[0] = call.tookAllMs;
    segment.downloadFails = false;
    simulation.metrics.answered(call, segment, OUTCOME.ok);
    attempt.submitted(endMs, OUTCOME.ok, call.tookAllMs, stream.renditions.count);
    attempt.returnedInfo(session.price, endMs - call.tookAllMs + TICKET_PARAMS_VALID_MS, info);
    call.gatewayDone = true;
    call.nodeDone = true;
    simulation.calls.free(call);
    attempt.downloaded(overMs);
    simulation.metrics.delivered(segment, stream, session, overMs);
    simulation.segments.over(segment, stream);
    return true;
  }
}

/** Whether a session that was to be ended has been taken up again since. */
function isOpenAgain({ closesMs, nodeSession }: SessionInfo, node: NodeRuntime, nowMs: number) {
  return nowMs > closesMs && node.sessions.isOpen(nodeSession, nowMs);
}
