/** What a steady worker will do of a session's segments, as long as nothing changes for it. */
import { DRAW } from "../draws.js";
import type { SessionInfo } from "../entities.js";
import type { Foreseen } from "./backend.js";
import type { Worker } from "./worker-state.js";

/**
 * Until the worker goes up or down, or gets slower or faster.
 *
 * @param segmentFailure probability that a segment fails at any worker
 */
export function foreseenOf(
  { times, uptime, spec }: Worker,
  info: SessionInfo,
  nowMs: number,
  segmentFailure: number,
): Foreseen {
  const changesMs = uptime?.nextChange(nowMs) ?? Number.POSITIVE_INFINITY;
  return {
    untilMs: Math.min(changesMs, times.sameUntilMs(nowMs)),
    failureDraw: DRAW.worker,
    failure: spec.settings.errorProbability + segmentFailure,
    worker: { index: spec.index, times, factor: info.workerFactor * times.slownessAt(nowMs) },
  };
}
