/** The three limits of a session pool: when to look for more, how hard to suspend, when to reuse. */
import type { Session } from "./session.js";

const MAX_REFRESH_THRESHOLD = 8;

/**
 * The number of free sessions below which a refresh is wanted (M-11).
 *
 * @param numOrchs how many orchestrators each discovery asks for
 */
export function refreshThreshold(numOrchs: number): number {
  return Math.trunc(Math.min(MAX_REFRESH_THRESHOLD, Math.ceil(numOrchs / 2)));
}

/**
 * By how much a suspension counts (S-5).
 *
 * @param poolSize number of orchestrators known at stream start
 * @param numOrchs how many are asked for in each discovery
 */
export function suspensionPenalty(poolSize: number, numOrchs: number): number {
  return Math.ceil(Math.max(1, poolSize) / Math.max(1, numOrchs));
}

/**
 * Whether a segment came back in no more than its own time, so that its session is kept for the next
 * (M-14, M-21).
 *
 * @param latencyScore of a session, 0 = not measured (T-22)
 */
export function isRealTime(latencyScore: number): boolean {
  return latencyScore > 0 && latencyScore <= 1;
}

/**
 * Whether a session of the previous segment may take the next one (M-14, M-15).
 *
 * @param nowMs now
 * @param multiplier 1, or 2 when nobody else is left
 */
export function isReusable(session: Session, nowMs: number, multiplier: 1 | 2): boolean {
  if (session.segsInFlight === 0) {
    return isRealTime(session.latencyScore);
  }
  return isInTime(session.oldestStartMs, multiplier * session.oldestDurationMs, nowMs);
}

/**
 * Whether a segment in flight is no reason against its session (M-14, M-15).
 *
 * @param startMs since when it is in flight
 * @param limitMs its duration, times 2 when nobody else is left
 * @param nowMs now
 */
export function isInTime(startMs: number, limitMs: number, nowMs: number): boolean {
  return nowMs - startMs < (limitMs <= 1_000 ? 1_500 : limitMs);
}
