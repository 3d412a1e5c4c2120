/**
 * How many sessions a worker may have. Books tell how many it had at most, which may be less than it takes
 * where its pool had room: nodes give a session to whoever has least to do (O-15). A pool made of such numbers
 * would be full whenever a little more came than ever did, and whoever takes a stream would be needed.
 */
import type { WorkerPast } from "../readers/pool-events.js";
import type { WorkerFit } from "../worker-fit.js";

const MINUTE_MS = 60_000;
/** So many minutes with one session more are missing where a worker was at its limit. */
const MISSING_MIN = 10;
/** Where it was not, as many as this times those that it had are assumed at most … */
const TIMES = 2;
/** … as far as it takes no more than this part of a segment's duration if each slows all in proportion. */
const IN_TIME = 0.5;
/** What nodes take by default (O-6). */
const SESSIONS_MAX = 10;

/** How many minutes the worker had how many sessions, by number; those without any between its first and last job. */
function minutesBySessions({ jobs }: WorkerPast): readonly number[] {
  const minutes = new Map<number, number>();
  for (const { atMs, durationMs } of jobs) {
    const minute = Math.floor(atMs / MINUTE_MS);
    minutes.set(minute, (minutes.get(minute) ?? 0) + durationMs / MINUTE_MS);
  }
  const counts: number[] = [];
  const count = (sessions: number, times: number) => {
    counts[sessions] = (counts[sessions] ?? 0) + times;
  };
  for (const sessions of minutes.values()) count(Math.round(sessions), 1);
  const from = Math.floor((jobs[0]?.atMs ?? 0) / MINUTE_MS);
  const to = Math.floor((jobs.at(-1)?.atMs ?? 0) / MINUTE_MS);
  count(0, to - from + 1 - minutes.size);
  return counts;
}

/**
 * Whether a worker had the most sessions for so long that it would have had one more now and then, had it
 * taken it. From one number of sessions to the next there are ever fewer minutes, and ever faster so, as in
 * Poisson's distribution: where M and M − 1 sessions were had for m and l minutes, there would be at least
 * about m × min(1, m ÷ l) × M ÷ (M + 1) with M + 1.
 *
 * @param most sessions that it had
 */
export function wasAtLimit(past: WorkerPast, most: number): boolean {
  const minutes = minutesBySessions(past);
  const [at = 0, below = 0] = [minutes[most], minutes[most - 1]];
  const one = (at * Math.min(1, at / Math.max(1, below)) * most) / (most + 1);
  return one >= MISSING_MIN;
}

/**
 * The sessions to take a worker for: as many as it had, where it was at its limit, or else up to twice as
 * many, as far as it would still be in time if each slowed all others in proportion.
 *
 * @param segmentMs mean duration of segments
 */
export function sessionsOfRoom(
  { sessionsMax, aloneMs, curve }: WorkerFit,
  past: WorkerPast,
  segmentMs: number,
): number {
  const last = curve.at(-1);
  if (last === undefined || wasAtLimit(past, sessionsMax)) return sessionsMax;
  const each = (aloneMs.value * last.factor.value) / last.atATime;
  const inTime = Math.min(SESSIONS_MAX, Math.floor((IN_TIME * segmentMs) / each));
  return Math.max(sessionsMax, Math.min(TIMES * sessionsMax, inTime));
}
