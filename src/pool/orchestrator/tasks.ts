/** What becomes of a worker and its session when a task ends or a worker registers (O-13, O-18). */
import type { RemoteTranscoderManager } from "./workers.js";

/** How a task ended. A worker that just vanishes is noticed by `timeout` only (O-18). */
export type TaskOutcome = "ok" | "workerError" | "sendFailed" | "timeout";

/** HTTPTimeout, ms. */
const TASK_TIMEOUT_MIN_MS = 8_000;
const TASK_TIMEOUT_PER_DURATION = 4;

/** How long an orchestrator waits for a worker's result: max(8 s, 4 × segment duration) (O-18). */
export function taskTimeoutMs(segmentDurationMs: number): number {
  return Math.max(TASK_TIMEOUT_MIN_MS, TASK_TIMEOUT_PER_DURATION * segmentDurationMs);
}

/**
 * A worker gives up a source that takes longer than this to download, in ms, and answers with an error
 * (O-21).
 */
export const SOURCE_DOWNLOAD_TIMEOUT_MS = 4_000;

/**
 * Applies a task's end to the manager (O-18, O-19): any error releases the session's worker; a
 * timeout or a failed sending also disconnects it.
 *
 * @param worker that had the task
 * @returns whether the segment is tried again: `select` once more, without limit. Only after a
 *   failed sending; otherwise the segment has failed, or is done.
 */
export function settleTask(
  manager: RemoteTranscoderManager,
  session: number,
  worker: number,
  outcome: TaskOutcome,
): boolean {
  if (outcome === "ok") return false;
  if (outcome !== "workerError") manager.disconnect(worker);
  if (manager.workerOf(session) === worker) manager.complete(session);
  return outcome === "sendFailed";
}

/**
 * What an orchestrator answers a worker that registers (O-13); both refusals end the worker's
 * process.
 *
 * @param secretMatches outcome of comparing the secrets, in constant time
 */
export function checkRegistration(
  secretMatches: boolean,
  capacity: number,
): "invalid secret" | "zero capacity" | null {
  if (!secretMatches) return "invalid secret";
  return capacity > 0 ? null : "zero capacity";
}
