/**
 * What a metric can be at all. Intervals of few or rare values reach further: below no segments, beyond all of them.
 * What nothing can be is cut off, which leaves nothing out that an interval is to have in it.
 */
import { LUCK, OPERATOR_NET, unitOf } from "./metric-names.js";
import type { Interval } from "./statistics/interval.js";
import { type Observation, present, type SampleEstimate } from "./statistics/intervals.js";

/** Replications, metric by metric. */
interface Observed {
  observations(metric: string): readonly Observation[];
}

const ANYTHING: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const GAS = "pool.gasEthPerDay";

/** Who keeps nothing still pays for gas. */
function leastNet(samples: readonly Observed[]): number {
  const paid = samples.flatMap((one) => one.observations(GAS).filter(present));
  return paid.length === 0 ? Number.NEGATIVE_INFINITY : -Math.max(...paid);
}

/**
 * The values that a metric may have: shares from 0 to 1, others from 0 on, but for those that may be less.
 *
 * @param samples in which it may have them: what was observed is always possible
 */
export function possible(metric: string, samples: readonly Observed[]): Interval {
  const unit = unitOf(metric);
  if (unit === undefined || metric === LUCK) return ANYTHING;
  const seen = samples.flatMap((one) => one.observations(metric).filter(present));
  const low = metric === OPERATOR_NET ? leastNet(samples) : 0;
  const high = unit === "share" ? 1 : Number.POSITIVE_INFINITY;
  return [Math.min(low, ...seen), Math.max(high, ...seen)];
}

/** An estimate with an interval that ends where what is possible does. */
export function within<T extends SampleEstimate>(found: T, [low, high]: Interval): T {
  const { ci95 } = found;
  if (ci95 === null || (ci95[0] >= low && ci95[1] <= high)) return found;
  const cut = (end: number) => Math.min(high, Math.max(low, end));
  return { ...found, ci95: [cut(ci95[0]), cut(ci95[1])], whole: ci95 };
}

/** By how much a metric may be more, or less, than a baseline's of which this is known. */
export function possibleDifference(
  [low, high]: Interval,
  { ci95, mean }: SampleEstimate,
): Interval {
  // With one value nothing is known of the baseline but what is possible.
  const [least, most] = ci95 ?? (mean === null ? [0, 0] : [low, high]);
  return [low - Math.min(most, high), high - Math.max(least, low)];
}
