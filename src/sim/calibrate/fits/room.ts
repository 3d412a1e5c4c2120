/**
 * How many sessions a worker may have had. Books tell how many it had at most, which is less where its pool
 * had room: nodes give a session to whoever has least to do. A pool made of such numbers would be full
 * whenever a little more came than ever did, and whoever takes a stream would be needed.
 */
import type { WorkerPast } from "../readers/pool-events.js";
import type { WorkerFit } from "../worker-fit.js";
import { sessionsSeen } from "./at-a-time.js";

const MINUTE_MS = 60_000;
/** So many minutes with one session more are missing where a pool was full. */
const MISSING_MIN = 20;
/** Part of a segment's duration that it may take with as many as are assumed, if each slows all in proportion. */
const IN_TIME = 0.5;
/** What nodes take by default (O-6). */
const SESSIONS_MAX = 10;

/**
 * Whether a region's workers had all the sessions that they ever had, all at once, for so long that they would
 * have had one more now and then, had there been room: of so many minutes with M streams, a ÷ (M + 1) times as many
 * have M + 1, where a is the mean (Poisson; streams come by chance).
 *
 * @param pasts of one region
 */
export function wasFull(pasts: readonly WorkerPast[]): boolean {
  const all = pasts.reduce((sum, { jobs }) => sum + sessionsSeen(jobs), 0);
  const minutes = new Map<number, number>();
  for (const { jobs } of pasts) {
    for (const { atMs, durationMs } of jobs) {
      const minute = Math.floor(atMs / MINUTE_MS);
      minutes.set(minute, (minutes.get(minute) ?? 0) + durationMs / MINUTE_MS);
    }
  }
  const sessions = [...minutes.values()];
  const mean = sessions.reduce((sum, one) => sum + one, 0) / Math.max(1, sessions.length);
  const full = sessions.filter((one) => one > all - 0.5).length;
  return (full * mean) / (all + 1) >= MISSING_MIN;
}

/**
 * The sessions to take a worker for: as many as it had, or so many more that it would still be in time if
 * each slowed all others in proportion.
 *
 * @param segmentMs mean duration of segments
 * @param isFull whether its pool was full: then it is as many as it had
 */
export function sessionsOfRoom(
  { sessionsMax, aloneMs, curve }: WorkerFit,
  segmentMs: number,
  isFull: boolean,
): number {
  const last = curve.at(-1);
  if (isFull || last === undefined) return sessionsMax;
  const each = (aloneMs.value * last.factor.value) / last.atATime;
  return Math.max(sessionsMax, Math.min(SESSIONS_MAX, Math.floor((IN_TIME * segmentMs) / each)));
}
