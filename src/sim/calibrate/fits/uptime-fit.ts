/**
 * When a worker was there. One that keeps the orchestrator waiting is thrown out and back within a
 * minute and a half (O-14, O-18); one that fails may stay away for any time. Short absences are
 * therefore counted as segments that were never answered, less those that are failures as well.
 */
import type { Coming, DeliveredJob } from "../readers/pool-events.js";
import type { Figure, UptimeFit } from "../worker-fit.js";
import { isWholeSeconds } from "./at-a-time.js";
import { exponentialFigure, rateFigure, shareFigure, sumOf } from "./estimates.js";

/** O-14: the longest time between two tries, 60 s, half as long again by jitter. */
const BACK_SOON_MS = 90_000;
/** Between two whole seconds there is up to one more than there was. */
const WHOLE_SECONDS_MS = 1000;
/** Beyond it, what a try adds to an absence is hardly anything. */
const TRIED_MS = 60_000;
/** O-18: how long a task is waited for, ms, by the mean length of a segment. */
const waitMs = (durationMs: number) => Math.max(8000, 4 * durationMs);
const DAY_MS = 86_400_000;

/** Comings and goings, and how many of the absences were short. */
export interface Absences {
  readonly uptime: UptimeFit;
  /** Share of segments that were never answered; null: none, or none that failures do not explain. */
  readonly hangs: Figure | null;
  /** Short absences that failures explain. */
  readonly explained: number;
}

/** Periods of one worker, from when it was seen first. */
interface Periods {
  readonly firstMs: number;
  readonly upMs: number;
  readonly disconnects: number;
  /** Those that were over, and when each began. */
  readonly absences: readonly { readonly goneMs: number; readonly ms: number }[];
  /** How long it has been away in the end; 0: it is there. */
  readonly stillGoneMs: number;
}

function periodsOf(comings: readonly Coming[], untilMs: number): Periods {
  let open = 0;
  let sinceMs = 0;
  let upMs = 0;
  let goneMs: number | null = null;
  let firstMs = Number.POSITIVE_INFINITY;
  const absences: { goneMs: number; ms: number }[] = [];
  let disconnects = 0;
  for (const { atMs, isUp } of comings) {
    firstMs = Math.min(firstMs, atMs);
    if (isUp) {
      if (open === 0) {
        sinceMs = atMs;
        if (goneMs !== null) absences.push({ goneMs, ms: atMs - goneMs });
        goneMs = null;
      }
      open++;
    } else {
      open--;
      if (open === 0) {
        disconnects++;
        upMs += atMs - sinceMs;
        goneMs = atMs;
      }
    }
  }
  if (open > 0) upMs += Math.max(0, untilMs - sinceMs);
  const stillGoneMs = goneMs === null ? 0 : Math.max(0, untilMs - goneMs);
  return { firstMs, upMs, disconnects, absences, stillGoneMs };
}

/** Of an exponential time, what is beyond a limit is exponential with the same mean. */
function meanBeyond({ absences, stillGoneMs }: Periods, limitMs: number): Figure | null {
  const long = absences.filter(({ ms }) => ms >= limitMs);
  if (long.length === 0) return null;
  const beyond = sumOf(long.map(({ ms }) => ms - limitMs)) + Math.max(0, stillGoneMs - limitMs);
  return exponentialFigure(beyond, long.length);
}

/**
 * The share of segments that were never answered.
 *
 * @param hangs how many there were
 * @param variance of that number
 */
function shareOf(hangs: number, variance: number, others: number): Figure {
  const share = hangs / (others + hangs);
  const known = hangs ** 2 / variance;
  const { low, high } = shareFigure(known, known / share);
  return { value: share, low, high };
}

/** Segments that came while the orchestrator waited for one already: had they hung, nobody would know. */
function unseen(gone: readonly number[], jobs: readonly DeliveredJob[]): number {
  const meanMs = sumOf(jobs.map(({ durationMs }) => durationMs)) / Math.max(1, jobs.length);
  let count = 0;
  let from = 0;
  for (const goneMs of gone) {
    while ((jobs[from]?.atMs ?? Number.POSITIVE_INFINITY) < goneMs - waitMs(meanMs)) from++;
    while ((jobs[from]?.atMs ?? Number.POSITIVE_INFINITY) <= goneMs) {
      count++;
      from++;
    }
  }
  return count;
}

/**
 * @param comings in order of time
 * @param untilMs end of what was recorded
 * @param jobs that it delivered, in order of time
 */
export function fitUptime(
  comings: readonly Coming[],
  untilMs: number,
  jobs: readonly DeliveredJob[],
): Absences | null {
  if (comings.length === 0) return null;
  const periods = periodsOf(comings, untilMs);
  const { firstMs, upMs, disconnects, absences } = periods;
  const perDay = rateFigure(disconnects, Math.max(1, untilMs - firstMs) / DAY_MS);
  const isCoarse = isWholeSeconds(jobs) && isWholeSeconds(comings);
  const soonMs = BACK_SOON_MS + (isCoarse ? WHOLE_SECONDS_MS : 0);
  const short = absences.filter(({ ms }) => ms < soonMs);
  const long = absences.length - short.length;
  const downMs = meanBeyond(periods, soonMs);
  // One that starts again is back at once; one that lost its way to the pool waits for its next try.
  const explained = downMs === null ? 0 : long * Math.expm1(soonMs / downMs.value);
  const hangs = short.length - explained;
  const doubt = 2 * Math.sqrt(explained + 1);
  if (hangs <= doubt && long > 0) {
    const isBackAtOnce = hangs >= -doubt;
    const uptime = {
      disconnects,
      perDay,
      upMs: exponentialFigure(upMs, Math.max(1, disconnects)),
      downMs: meanBeyond(periods, isBackAtOnce ? 0 : TRIED_MS),
    };
    return { uptime, hangs: null, explained: short.length };
  }
  const others =
    jobs.length -
    unseen(
      short.map(({ goneMs }) => goneMs),
      jobs,
    );
  const variance = short.length + (long === 0 ? 0 : explained ** 2 / long);
  return {
    uptime: {
      disconnects,
      perDay,
      // As many as the long absences, and those that they explain: not surer than the long ones are.
      upMs: long === 0 ? null : exponentialFigure((upMs * long) / (long + explained), long),
      downMs,
    },
    hangs: short.length === 0 ? null : shareOf(hangs, variance, Math.max(1, others)),
    explained: Math.round(explained),
  };
}
