/** Quantiles of weighted values: of hypotheses about one orchestrator, of orchestrators in a region. */
import { invariant } from "../../core/errors.js";

/** A value and how much it counts. */
export interface WeightedPoint {
  readonly value: number;
  /** Above 0. */
  readonly weight: number;
}

/**
 * A quantile of weighted values: each value stands at the middle of its weight, between two the
 * quantile is interpolated.
 *
 * @param points at least one
 * @param p from 0 to 1
 */
export function weightedQuantile(points: readonly WeightedPoint[], p: number): number {
  const sorted = [...points].sort((a, b) => a.value - b.value);
  const target = p * sorted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  let previous: { value: number; at: number } | undefined;
  for (const { value, weight } of sorted) {
    const at = below + weight / 2;
    if (at >= target) {
      if (previous === undefined || at === previous.at) return value;
      const share = (target - previous.at) / (at - previous.at);
      return previous.value + share * (value - previous.value);
    }
    previous = { value, at };
    below += weight;
  }
  invariant(previous !== undefined, "a quantile needs a value");
  return previous.value;
}
