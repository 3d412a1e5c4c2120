/**
 * What a number of replications says about one figure: its mean and 95 % interval, for a metric
 * of one variant and for the paired difference of two variants.
 *
 * A metric may be absent in a replication (retention where no session ended): absent values and
 * values that are not finite are left out, for differences pair by pair, and `n` says how many
 * were left.
 */

import { mean, sampleSkewness, sampleStandardDeviation } from "simple-statistics";
import { invariant } from "../../core/errors.js";
import type { RandomKey } from "../../core/random.js";
import { bcaInterval } from "./bootstrap.js";
import { studentTCritical } from "./student-t.js";

/** Lower and upper end, lower <= upper. */
export type Interval = readonly [low: number, high: number];

/** A figure as estimated from replications; plain JSON. */
export interface Estimate {
  /** `null` where no replication has the figure. */
  readonly mean: number | null;
  /** 95 % interval; `null` with fewer than 2 values, of zero width where all are equal. */
  readonly ci95: Interval | null;
  /** Replications (for a difference: pairs) that have the figure. */
  readonly n: number;
}

/** A paired difference with the intervals that were considered for it. */
export interface DifferenceEstimate extends Estimate {
  /** Which of the two `ci95` is. */
  readonly method: "t" | "bca";
  /** Student t interval. */
  readonly t: Interval | null;
  /** BCa bootstrap interval; `null` where the t interval needs no second opinion. */
  readonly bca: Interval | null;
}

/** A bootstrap interval stands beside above this share of differences that are exactly 0. */
export const ZERO_SHARE_MAX = 0.3;

/**
 * ... or above this size of the sample skewness (adjusted Fisher-Pearson): Bulmer's "highly
 * skewed". Samples of 10 from a normal distribution exceed it about once in seven: harmless, as
 * only the wider interval counts.
 */
export const SKEWNESS_MAX = 1;

/** A value of a metric in one replication, or that it has none. */
export type Observation = number | null | undefined;

function present(value: Observation): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Mean and Student t interval of values that are all present. */
function estimatePresent(values: readonly number[]): Estimate {
  const [first] = values;
  const n = values.length;
  if (first === undefined) return { mean: null, ci95: null, n };
  if (n === 1) return { mean: first, ci95: null, n };
  // Told apart from rounding: a sum divided by n need not give back the common value.
  if (values.every((value) => value === first)) return { mean: first, ci95: [first, first], n };
  const average = mean([...values]);
  const halfWidth =
    (studentTCritical({ degreesOfFreedom: n - 1 }) * sampleStandardDeviation([...values])) /
    Math.sqrt(n);
  return { mean: average, ci95: [average - halfWidth, average + halfWidth], n };
}

/**
 * Mean and 95 % interval (Student t) of a metric.
 *
 * @param values the metric in each replication
 */
export function estimate(values: readonly Observation[]): Estimate {
  return estimatePresent(values.filter(present));
}

/**
 * Differences `of` - `from`, one for each replication that has both.
 *
 * @throws InvariantError (`INVARIANT`) when the two have different numbers of replications
 */
export function pairedDifferences({
  of,
  from,
}: {
  readonly of: readonly Observation[];
  readonly from: readonly Observation[];
}): number[] {
  invariant(of.length === from.length, "paired variants have the same number of replications");
  const differences: number[] = [];
  for (const [replication, value] of of.entries()) {
    const other = from[replication];
    if (present(value) && present(other)) differences.push(value - other);
  }
  return differences;
}

/**
 * The paired difference candidate - baseline with its 95 % interval: Student t; where more than
 * {@link ZERO_SHARE_MAX} of the differences are 0, or their skewness is beyond
 * {@link SKEWNESS_MAX}, also BCa bootstrap, and then the wider of the two counts.
 *
 * @param options.candidate the metric in each replication of the candidate
 * @param options.baseline the same of the baseline, in the same order of replications
 * @param options.key of the bootstrap's draws, e.g. `makeKey(seed, purpose)`; two metrics may share it
 */
export function pairedDifference({
  candidate,
  baseline,
  key,
}: {
  readonly candidate: readonly Observation[];
  readonly baseline: readonly Observation[];
  readonly key: RandomKey;
}): DifferenceEstimate {
  const differences = pairedDifferences({ of: candidate, from: baseline });
  const base = estimatePresent(differences);
  const t = base.ci95;
  if (t === null || t[0] === t[1] || !needsBootstrap(differences)) {
    return { ...base, method: "t", t, bca: null };
  }
  const bca = bcaInterval(differences, { key });
  const bcaIsWider = bca[1] - bca[0] > t[1] - t[0];
  return { ...base, ci95: bcaIsWider ? bca : t, method: bcaIsWider ? "bca" : "t", t, bca };
}

function needsBootstrap(differences: readonly number[]): boolean {
  const n = differences.length;
  if (n < 3) return false; // too few to have a shape
  const zeros = differences.filter((difference) => difference === 0).length;
  return zeros / n > ZERO_SHARE_MAX || Math.abs(sampleSkewness([...differences])) > SKEWNESS_MAX;
}
