/**
 * Was the warm-up long enough? The first and the second half of the measured part are compared,
 * replication by replication, and a trend that remains is reported.
 */

import { estimate, type Observation, pairedDifferences, type SampleEstimate } from "./intervals.js";

/** Second half less first half of the measured part. */
export interface Trend extends SampleEstimate {
  /** Mean change relative to the first half's mean; `null` where that is 0 or nothing was measured. */
  readonly relativeChange: number | null;
  /** True when the 95 % interval of the change leaves out 0. */
  readonly remains: boolean;
}

/**
 * Compares the halves of the measured part for one metric of one variant.
 *
 * @param halves the metric in the first and in the second half, in each replication
 */
export function trendBetweenHalves({
  first,
  second,
}: {
  readonly first: readonly Observation[];
  readonly second: readonly Observation[];
}): Trend {
  const change = estimate(pairedDifferences({ of: second, from: first }));
  const start = estimate(first).mean;
  return {
    ...change,
    relativeChange:
      change.mean === null || start === null || start === 0 ? null : change.mean / Math.abs(start),
    remains: change.ci95 !== null && (change.ci95[0] > 0 || change.ci95[1] < 0),
  };
}
