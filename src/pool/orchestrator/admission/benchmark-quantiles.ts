/** A segment of a benchmark, and how quantiles of segments are taken. */

/** One segment of the reference job, times in ms; Infinity for what failed. */
export interface BenchmarkSegment {
  /** The first of a session, before the device is warm. */
  readonly cold: boolean;
  /** Time of the source's way to the worker, ms. */
  readonly downloadMs: number;
  /** Time of the transcoding, ms. */
  readonly transcodeMs: number;
  /** Time of the results' way back, ms. */
  readonly uploadMs: number;
}

/**
 * The q-quantile by nearest rank: the smallest value that at least the share q of all does not
 * exceed.
 *
 * @param sorted ascending
 * @param q share in (0, 1]
 * @returns NaN for no values
 */
export function nearestRank(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
