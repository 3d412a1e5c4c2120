/**
 * From a worker's jobs to the sessions that they were of. Events do not say it; but a segment begins
 * as long after the one before it as it lasts, and has as many pixels per second. Where two sessions
 * of a worker could have a segment, it makes no difference to its totals which of them gets it.
 */
import type { DeliveredJob } from "../readers/pool-events.js";
import { isWholeSeconds } from "./at-a-time.js";

/** A stream's time at the pool, as far as the books tell it. */
export interface RecordedSession {
  /** When its first segment began, ms since 1970. */
  readonly fromMs: number;
  /** From there to the end of its last segment, ms. */
  readonly lengthMs: number;
  readonly segments: number;
  /**
   * By how much of a duration the later of its last two segments exceeded its own: the more, the more
   * likely the stream was lost with it (M-14). Infinity where the worker left then (O-18).
   */
  readonly lateness: number;
  /** Pixels of a millisecond of video. */
  readonly rate: number;
  /** When its next segment was due, ms since 1970. */
  readonly nextMs: number;
  /** How far from then it may have begun, ms. */
  readonly slackMs: number;
  /** By how much times are earlier than they were, at most, ms. */
  readonly blurMs: number;
  /** When its worker left, where that was before it was clear that the next segment did not come, ms since 1970. */
  readonly leftMs: number | null;
}

/** So many segments in a row may be missing: those that failed, and those told without a time (E-14). */
const MISSING_MAX = 3;
/** By how much segments come earlier or later than they are due: uploads vary. */
const SLACK_MS = 450;
/** A stream's first segment waits for its first discoveries (M-3): the second one comes sooner after it. */
const FIRST_SLACK_SHARE = 0.5;
const SLACK_SHARE = 0.1;
/** Where times are of whole seconds, as nodes write them. */
const COARSE_MS = 1000;
/** Pixels per second of one session differ by what the rounding of durations makes of them. */
const RATE_TOLERANCE = 0.02;
/** A task that is never answered is given up after 8 s, or four durations (O-18). */
const UNANSWERED_MS = 12_000;

interface Chain {
  readonly fromMs: number;
  lastMs: number;
  /** When the worker was done with the last segment: the next one begins no sooner (O-9). */
  endMs: number;
  durationMs: number;
  readonly rate: number;
  segments: number;
  late: readonly [number, number];
}

/**
 * The sessions of one worker, in the order in which they began.
 *
 * @param jobs in any order
 * @param leftMs when the worker left, each time, ascending
 */
export function sessionsOf(
  jobs: readonly DeliveredJob[],
  leftMs: readonly number[],
): readonly RecordedSession[] {
  const blurMs = isWholeSeconds(jobs) ? COARSE_MS : 0;
  const slackMs = SLACK_MS + blurMs;
  const begun = jobs
    .map((job) => ({ ...job, fromMs: job.atMs - job.responseMs }))
    .sort((a, b) => a.fromMs - b.fromMs || a.atMs - b.atMs);
  const done: Chain[] = [];
  let open: Chain[] = [];
  for (const { fromMs, atMs, responseMs, durationMs, pixels } of begun) {
    const rate = pixels / Math.max(1, durationMs);
    const lateness = responseMs / Math.max(1, durationMs) - 1;
    const still: Chain[] = [];
    let best: Chain | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const chain of open) {
      if (fromMs - chain.lastMs > (MISSING_MAX + 1.5) * chain.durationMs + slackMs) {
        done.push(chain);
        continue;
      }
      still.push(chain);
      const miss = missOf(chain, fromMs, durationMs, slackMs);
      if (miss >= least || !isSameRate(rate, chain.rate)) continue;
      best = chain;
      least = miss;
    }
    open = still;
    if (best === null) {
      const late = [Number.NEGATIVE_INFINITY, lateness] as const;
      open.push({ fromMs, lastMs: fromMs, endMs: atMs, durationMs, rate, segments: 1, late });
      continue;
    }
    best.lastMs = fromMs;
    best.endMs = Math.max(best.endMs, atMs);
    best.durationMs = durationMs;
    best.segments++;
    best.late = [best.late[1], lateness];
  }
  return [...done, ...open]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((chain) => {
      const cutMs = cutOffAt(chain, leftMs);
      return {
        fromMs: chain.fromMs,
        lengthMs: chain.lastMs - chain.fromMs + chain.durationMs,
        segments: chain.segments,
        lateness: cutMs === null ? Math.max(...chain.late) : Number.POSITIVE_INFINITY,
        rate: chain.rate,
        nextMs: Math.max(chain.lastMs + chain.durationMs, chain.endMs),
        slackMs: slackMs + SLACK_SHARE * chain.durationMs,
        blurMs,
        leftMs: cutMs,
      };
    });
}

/** Whether segments of these pixels per second may be of one session. */
export function isSameRate(rate: number, other: number): boolean {
  return Math.abs(rate / other - 1) <= RATE_TOLERANCE;
}

/** How far a segment is from when the chain's next one was due, ms; Infinity: it is not its. */
function missOf(chain: Chain, fromMs: number, durationMs: number, slackMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  const usualMs = slackMs + SLACK_SHARE * durationMs;
  const earlyMs =
    chain.segments === 1 ? Math.max(usualMs, FIRST_SLACK_SHARE * durationMs) : usualMs;
  for (let missing = 0; missing <= MISSING_MAX; missing++) {
    const readyMs = chain.lastMs + durationMs + missing * chain.durationMs;
    const off = fromMs - Math.max(readyMs, chain.endMs);
    const miss = Math.abs(off);
    if (miss > (off < 0 ? earlyMs : usualMs)) continue;
    // Of several that would do, the one with nothing missing.
    least = Math.min(least, miss + (missing * durationMs) / 2);
  }
  return least;
}

/** When the worker left while the session's next segment was due; null: it did not. */
function cutOffAt({ lastMs, durationMs }: Chain, leftMs: readonly number[]): number | null {
  const isNext = (atMs: number) => atMs >= lastMs && atMs < lastMs + durationMs + UNANSWERED_MS;
  return leftMs.find(isNext) ?? null;
}
