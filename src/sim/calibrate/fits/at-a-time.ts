/**
 * How many segments a worker had at a time when each began, from when results arrived and how long
 * they took. Where times are of whole seconds, that is a chance for each number.
 */
import type { DeliveredJob } from "../readers/pool-events.js";

/** Numbers at a time beyond this are taken together. */
export const AT_A_TIME_MAX = 32;

/** By job, the chance of each number at a time: `[k - 1]` is that of k. */
export type Chances = readonly (readonly number[])[];

/** Times are of whole seconds, as nodes have them (E-7). */
export function isWholeSeconds(events: readonly { readonly atMs: number }[]): boolean {
  return events.every(({ atMs }) => atMs % 1000 === 0);
}

/** One that has begun and is not over; `isLost` of one whose time is not known. */
interface Companion {
  readonly atMs: number;
  readonly responseMs: number;
  readonly isLost: boolean;
}

/** All that there were, those of unknown time as long as most. */
function companions(jobs: readonly DeliveredJob[], lostAtMs: readonly number[]): Companion[] {
  const known = jobs.map(({ atMs, responseMs }) => ({ atMs, responseMs, isLost: false }));
  if (lostAtMs.length === 0) return known;
  const times = Float64Array.from(jobs, ({ responseMs }) => responseMs).sort();
  const responseMs = times[Math.floor(times.length / 2)] ?? 0;
  const lost = lostAtMs.map((atMs) => ({ atMs, responseMs, isLost: true }));
  return [...known, ...lost].sort((a, b) => a.atMs - b.atMs);
}

/**
 * The chances of one worker's jobs.
 *
 * @param jobs in order of arrival
 * @param lostAtMs when jobs arrived that took an unknown time
 */
export function chancesOf(
  jobs: readonly DeliveredJob[],
  lostAtMs: readonly number[] = [],
): Chances {
  const blurMs = isWholeSeconds(jobs) ? 1000 : 0;
  const longestMs = jobs.reduce((most, { responseMs }) => Math.max(most, responseMs), 0);
  const chances: number[][] = [];
  let from = 0;
  const all = companions(jobs, lostAtMs);
  for (const [index, job] of all.entries()) {
    if (job.isLost) continue;
    // Begins are in no order: what is over before any of the jobs that follow began is left behind.
    while ((all[from]?.atMs ?? Infinity) < job.atMs - longestMs - blurMs) from++;
    const last = job.atMs - job.responseMs + longestMs + blurMs;
    let to = from;
    while ((all[to]?.atMs ?? Infinity) <= last) to++;
    const near = { all, from, to, index };
    if (blurMs === 0) chances.push(numberAt(near, job.atMs, 0));
    else
      chances.push(
        meanOfRows(PARTS.map((part) => numberAt(near, job.atMs + part * blurMs, blurMs))),
      );
  }
  return chances;
}

/** Parts of a second at which a result is taken to have arrived, which is the same for all that were there. */
const PARTS = [1 / 8, 3 / 8, 5 / 8, 7 / 8];

/** Those among which a job is, that may have been under way when it began. */
interface Near {
  readonly all: readonly Companion[];
  readonly from: number;
  readonly to: number;
  readonly index: number;
}

/** The chances of each number at a time of a job that ended at an instant. */
function numberAt({ all, from, to, index }: Near, endMs: number, blurMs: number): number[] {
  const beginMs = endMs - (all[index]?.responseMs ?? 0);
  let own = [1];
  for (let other = from; other < to; other++) {
    const one = all[other];
    if (one === undefined || other === index) continue;
    const chance = underWay(beginMs, one, blurMs, other < index);
    if (chance > 0) own = withOne(own, chance);
  }
  return own;
}

/** Their mean; rows may be of different lengths. */
function meanOfRows(rows: readonly (readonly number[])[]): number[] {
  const mean: number[] = [];
  for (const row of rows) {
    for (const [k, value] of row.entries()) mean[k] = (mean[k] ?? 0) + value / rows.length;
  }
  return mean;
}

/** The chance that `other`, which ended within `blurMs` of when it is told to, had begun and was not over. */
function underWay(beginMs: number, other: Companion, blurMs: number, isBefore: boolean): number {
  const untilEnd = other.atMs - beginMs;
  const ahead = other.responseMs - untilEnd;
  if (blurMs === 0) return untilEnd > 0 && (ahead > 0 || (ahead === 0 && isBefore)) ? 1 : 0;
  return Math.max(0, Math.min(blurMs, ahead) - Math.max(0, -untilEnd)) / blurMs;
}

/** One more that is there with a chance. */
function withOne(chances: readonly number[], chance: number): number[] {
  const more = new Array<number>(Math.min(AT_A_TIME_MAX, chances.length + 1)).fill(0);
  for (const [index, share] of chances.entries()) {
    const up = Math.min(index + 1, AT_A_TIME_MAX - 1);
    more[index] = (more[index] ?? 0) + share * (1 - chance);
    more[up] = (more[up] ?? 0) + share * chance;
  }
  return more;
}

/** Spans over which sessions are counted, ms. */
const WINDOW_MS = 60_000;

/**
 * The most sessions that a worker had at a time: in each minute it delivered as many seconds of video
 * as it had sessions, for each second.
 */
export function sessionsSeen(jobs: readonly DeliveredJob[]): number {
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const job of jobs) {
    sum += job.durationMs;
    for (let first = jobs[from]; first !== undefined && first.atMs <= job.atMs - WINDOW_MS; ) {
      sum -= first.durationMs;
      first = jobs[++from];
    }
    most = Math.max(most, sum / WINDOW_MS);
  }
  return Math.max(1, Math.round(most));
}
