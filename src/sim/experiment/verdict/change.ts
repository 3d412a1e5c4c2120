/**
 * How much the objective changes: what a margin is compared with. Relative to the baseline's own
 * mean, which is itself only estimated: the interval has the ratios r for which the paired mean of
 * candidate − r × baseline may be 0 (Fieller 1954), so that "below 1 − m" is a test of the mean of
 * candidate − (1 − m) × baseline. Or, for an absolute margin, the paired difference.
 *
 * Replications that are all alike, or but for a few, are no proof by themselves: what they rule
 * out depends on how many sessions there were in which something could have happened.
 */
import { mean, sampleCovariance, sampleStandardDeviation, sampleVariance } from "simple-statistics";
import type { RandomKey } from "../../../core/random.js";
import type { Interval } from "../statistics/interval.js";
import {
  type MethodEstimate,
  type Observation,
  present,
  skewnessOf,
  studentQuantiles,
} from "../statistics/intervals.js";
import { rareEventInterval } from "../statistics/rare-events.js";
import { eventsOf, shapeOf } from "../statistics/sample-shape.js";
import { studentTCritical } from "../statistics/student-t.js";
import type { Evidence } from "./evidence.js";

/** An event may hit a session that is worth more than the mean one: long ones are hit more often. */
const LONG_SESSION = 2;
/** A change with its interval. */
export interface Change extends MethodEstimate {
  /** Replications that differ from what most have; only where events are counted, else `null`. */
  readonly events: number | null;
  /**
   * Where events are counted: half the width that it has of what was never seen. That shrinks as there is
   * more to see, not as its root. @default none
   */
  readonly unseen?: number | undefined;
}

/** A metric in the replications of both variants. */
export interface PairedSample {
  readonly candidate: readonly Observation[];
  readonly baseline: readonly Observation[];
}

export interface ChangeOptions {
  readonly key: RandomKey;
  readonly evidence: Evidence;
  /** What the interval leaves out on either side, in (0, 0.5). @default 0.025 */
  readonly tail?: number | undefined;
}

interface Pairs {
  readonly candidate: number[];
  readonly baseline: number[];
  readonly differences: number[];
}

function pairsOf({ candidate, baseline }: PairedSample): Pairs {
  const pairs: Pairs = { candidate: [], baseline: [], differences: [] };
  for (const [index, of] of candidate.entries()) {
    const from = baseline[index];
    if (!present(of) || !present(from)) continue;
    pairs.candidate.push(of);
    pairs.baseline.push(from);
    pairs.differences.push(of - from);
  }
  return pairs;
}

/**
 * What an event that has not been seen may change, as a part of all: of the sessions of the workers
 * in question one, which is more than a session of the pool, as an event may hit several at once.
 */
function unseenPart({ sessions, served }: Evidence): number {
  // Workers that never served changed nothing: an event is one of the pool's sessions then.
  return Math.max(LONG_SESSION / sessions, served === null || served === 0 ? 0 : 1 / served);
}

/** Counted events where the shape asks for it; otherwise undefined. */
function countedChange(
  { differences }: Pairs,
  options: ChangeOptions & { readonly scale: number },
): Change | undefined {
  const { scale, evidence, tail = 0.025 } = options;
  const shape = shapeOf(differences, scale);
  if (shape.kind !== "flat" && shape.kind !== "lumpy") return undefined;
  const events = eventsOf(differences, shape, scale);
  const unseen = Math.max(scale * unseenPart(evidence), meanSize(events, tail) / events.length);
  const [low, high] = rareEventInterval(events, unseen, tail);
  return {
    mean: mean(differences),
    ci95: [shape.common + low, shape.common + high],
    n: differences.length,
    method: "rare events",
    events: events.filter((event) => event !== 0).length,
    unseen: rareEventInterval([0], unseen, tail)[1],
  };
}

/**
 * An event of the other sign, should there be any, is taken to be as large as those that were seen;
 * not where so many came with one sign that the other, were it as likely, would have been seen: half
 * to the power of their number is below what the interval leaves out on either side.
 */
function meanSize(events: readonly number[], tail: number): number {
  const seen = events.filter((event) => event !== 0);
  const isOneSided = seen.every((event) => event > 0) || seen.every((event) => event < 0);
  if (seen.length === 0 || (isOneSided && 0.5 ** seen.length < tail)) return 0;
  return mean(seen.map(Math.abs));
}

/**
 * The paired difference.
 *
 * @param sample the objective in both variants
 */
export function absoluteChange(sample: PairedSample, options: ChangeOptions): Change {
  const pairs = pairsOf(sample);
  const { differences } = pairs;
  const n = differences.length;
  if (n < 2) return { mean: differences[0] ?? null, ci95: null, n, method: "t", events: null };
  const scale = Math.max(...[...pairs.baseline, ...pairs.candidate].map(Math.abs));
  const counted = countedChange(pairs, { scale, ...options });
  if (counted !== undefined) return counted;
  const isSkewed = shapeOf(differences, scale).kind === "skewed";
  const [low, high] = studentQuantiles(differences, { isSkewed, ...options });
  const average = mean(differences);
  const error = sampleStandardDeviation(differences) / Math.sqrt(n);
  return {
    mean: average,
    ci95: [average - high * error, average - low * error],
    n,
    method: isSkewed ? "bootstrap-t" : "t",
    events: null,
    skewness: skewnessOf(differences),
  };
}

/**
 * The change relative to the baseline's mean: −0.1 is a tenth less.
 *
 * @param sample the objective in both variants; its mean in the baseline is above 0
 */
export function relativeChange(sample: PairedSample, options: ChangeOptions): Change {
  const pairs = pairsOf(sample);
  const { baseline, candidate } = pairs;
  const n = baseline.length;
  const from = n === 0 ? 0 : mean(baseline);
  const found = n === 0 ? null : mean(candidate) / from - 1;
  if (n < 2) return { mean: found, ci95: null, n, method: "t", events: null };
  const counted = countedChange(pairs, { scale: from, ...options });
  if (counted !== undefined) return dividedBy(counted, baseline, options.tail);
  const ratio = mean(candidate) / from;
  const rests = candidate.map((value, index) => value - ratio * (baseline[index] ?? 0));
  const shape = shapeOf(rests, from);
  if (shape.kind === "flat") {
    // The same part of everything: events are what would deviate from it.
    const [low, high] = rareEventInterval([0], ratio * unseenPart(options.evidence), options.tail);
    const ci95: Interval = [ratio - 1 + low, ratio - 1 + high];
    return { mean: found, ci95, n, method: "rare events", events: 0 };
  }
  const isSkewed = shape.kind === "skewed";
  const [low, high] = studentQuantiles(rests, { isSkewed, ...options });
  const moments = {
    candidate: mean(candidate),
    baseline: from,
    candidateVariance: sampleVariance(candidate) / n,
    baselineVariance: sampleVariance(baseline) / n,
    covariance: sampleCovariance(candidate, baseline) / n,
  };
  const [lowest] = fieller(moments, high);
  const [, highest] = fieller(moments, low);
  const ci95: Interval = [lowest - 1, highest - 1];
  const skewness = skewnessOf(rests);
  return { mean: found, ci95, n, method: isSkewed ? "bootstrap-t" : "t", events: null, skewness };
}

/** An absolute change relative to the baseline's mean, whose own error is added. */
function dividedBy(change: Change, baseline: readonly number[], tail = 0.025): Change {
  const { mean: average, ci95, n, unseen = 0 } = change;
  const from = mean([...baseline]);
  if (average === null || ci95 === null) return change;
  const error =
    (studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * tail }) *
      sampleStandardDeviation([...baseline])) /
    (Math.sqrt(n) * from);
  const found = average / from;
  const reach = (end: number) => Math.hypot(end / from - found, found * error);
  const both: Interval = [found - reach(ci95[0]), found + reach(ci95[1])];
  return { ...change, mean: found, ci95: both, unseen: unseen / from };
}

interface Moments {
  readonly candidate: number;
  readonly baseline: number;
  /** Of the means. */
  readonly candidateVariance: number;
  readonly baselineVariance: number;
  readonly covariance: number;
}

/**
 * The two ratios r at which candidate − r × baseline is `quantile` standard errors from 0; without
 * end where the baseline itself may be 0.
 */
function fieller(moments: Moments, quantile: number): Interval {
  const { candidate, baseline, candidateVariance, baselineVariance, covariance } = moments;
  const square = quantile * quantile;
  const a = baseline * baseline - square * baselineVariance;
  const b = candidate * baseline - square * covariance;
  const c = candidate * candidate - square * candidateVariance;
  if (!(a > 0) || !Number.isFinite(square)) {
    return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return [(b - root) / a, (b + root) / a];
}
