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
import type { Backend } from "./backends/backend.js";
import type { Calls } from "./calls.js";
import type { Conditions } from "./conditions.js";
import type { Connections } from "./connections.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { attemptDraws, DRAW } from "./draws.js";
import type { Segment, SessionInfo, SimSession, Stream } from "./entities.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import type { Recorder } from "./recorder.js";
import type { Run } from "./run.js";

/** What a segment needs that is done at once. */
export interface AtOnceParts {
  readonly run: Run;
  readonly recorder: Recorder;
  readonly conditions: Conditions;
  readonly connections: Connections;
  readonly calls: Calls;
  /** By node. */
  readonly nodes: readonly NodeRuntime[];
  readonly backends: readonly Backend[];
  /** Noise of a segment. */
  readonly network: Lognormal;
}

/** Whether nothing of this stream happens until then but the one segment that is under way. */
export function isUnseenUntil({ atOnce, world }: Run, stream: Stream, untilMs: number): boolean {
  return (
    atOnce &&
    !stream.traced &&
    stream.inProgress === 1 &&
    stream.refreshing === 0 &&
    !stream.ended &&
    untilMs < stream.nextReadyMs &&
    // With its last segment a probe ends, which others notice.
    (stream.probe === null || stream.nextReadyMs < Number.POSITIVE_INFINITY) &&
    untilMs < stream.endMs &&
    untilMs < world.endMs
  );
}

/** Does segments at once. */
export class AtOnce {
  readonly #parts: AtOnceParts;

  constructor(parts: AtOnceParts) {
    this.#parts = parts;
  }

  /**
   * All steps of a segment at once, where nothing can come between them.
   *
   * @returns whether it is delivered; false if it has to be done step by step
   */
  run(segment: Segment, stream: Stream, session: SimSession, inFlightMs: number): boolean {
    const { run, recorder, conditions, connections, calls } = this.#parts;
    const { info } = session;
    const nodeIndex = session.transcoder;
    const node = this.#parts.nodes[nodeIndex];
    const backend = this.#parts.backends[nodeIndex];
    if (
      !run.atOnce ||
      stream.traced ||
      stream.probe !== null ||
      node === undefined ||
      backend === undefined ||
      !backend.isForeseen ||
      info.node !== nodeIndex ||
      info.nodeSession === NO_SESSION ||
      session.segsInFlight > 0
    ) {
      return false;
    }
    const { site } = stream;
    const link = run.world.links[site]?.[nodeIndex];
    if (link === undefined) return false;
    const { k0, k1 } = stream;
    const base = attemptDraws(segment.index, segment.attempt.attempts, -1);
    const factor =
      info.factor *
      drawLognormal(this.#parts.network, uniform(k0, k1, base + DRAW.network)) *
      backend.exchangeSlowness(nodeIndex, inFlightMs);
    const headersMs = link.upMs * factor;
    const arrivedMs = inFlightMs + headersMs;
    const endMs = arrivedMs + link.workMs * factor;
    const overMs = endMs + link.downMs * factor;
    const failure = run.world.scenario.assumptions.segmentFailure;
    if (
      !isUnseenUntil(run, stream, overMs) ||
      // A connection that is open stays so: no set-up (G-17).
      !connections.isOpen(site, nodeIndex, inFlightMs) ||
      // The session is open now and will be when the segment arrives, with nothing before it.
      info.lastEndMs > run.now ||
      (info.closesMs > Number.NEGATIVE_INFINITY && !isOpenAgain(info, node, run.now)) ||
      arrivedMs >= info.lastEndMs + IDLE_MS ||
      // It is credited when it arrives.
      (node.spec.orchestrator === run.world.pool && arrivedMs >= run.settlesMs) ||
      headersMs > uploadTimeoutMs(segment.durationMs) ||
      endMs > inFlightMs + wholeTimeoutMs(segment.durationMs) ||
      overMs - endMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
      !conditions.isUp(site, nodeIndex, inFlightMs) ||
      uniform(k0, k1, base + DRAW.failure) < failure
    ) {
      return false;
    }
    const { attempt } = segment;
    attempt.prepared(inFlightMs, OUTCOME.ok);
    const call = calls.take(segment, stream, session, -1);
    call.sentMs = inFlightMs;
    call.node = nodeIndex;
    call.factor = factor;
    calls.pay(call, info, stream);
    connections.use(site, nodeIndex, inFlightMs);
    node.accept(info, run.now);
    recorder.tickets(call);
    node.finishSegment(info.nodeSession, endMs, call.counted ? call.pixels : 0);
    info.lastEndMs = endMs;
    recorder.uploaded(call, true);
    call.tookAllMs = endMs - inFlightMs;
    calls.settle(call, info, OUTCOME.ok, endMs);
    segment.downloadsMs[0] = overMs - endMs;
    segment.tookAllsMs[0] = call.tookAllMs;
    segment.downloadFails = false;
    recorder.answered(call, segment, OUTCOME.ok);
    attempt.submitted(endMs, OUTCOME.ok, call.tookAllMs, stream.renditions.count);
    attempt.returnedInfo(session.price, endMs - call.tookAllMs + TICKET_PARAMS_VALID_MS, info);
    call.gatewayDone = true;
    call.nodeDone = true;
    calls.free(call);
    attempt.downloaded(overMs);
    recorder.delivered(segment, stream, session, overMs);
    return true;
  }
}

/** Whether a session that was to be ended has been taken up again since. */
function isOpenAgain({ closesMs, nodeSession }: SessionInfo, node: NodeRuntime, nowMs: number) {
  return nowMs > closesMs && node.sessions.isOpen(nodeSession, nowMs);
}
