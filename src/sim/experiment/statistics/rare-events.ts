/**
 * The interval of a mean that few events decide: most replications are alike, some are not. A mean
 * and a standard deviation of such a sample say little: where no event came, they say nothing at
 * all. What there is to count are events, each with a weight, so the mean is a weighted sum of
 * Poisson counts, and its interval that of Fay and Feuer (1997): from gamma quantiles, with the
 * weight of an event that has not been seen yet. Without any event it is the rule of three: 3.7
 * weights (at 95 %, both sides). Gains and losses are bounded apart and put together as Zou and
 * Donner (2008) do (MOVER).
 */
import { invariant } from "../../../core/errors.js";
import { gammaQuantile } from "./gamma-quantile.js";
import type { Interval } from "./interval.js";

/** Interval of a weighted sum of Poisson counts; `tail` is left out on either side. */
function sumBounds(weights: readonly number[], unseen: number, tail: number): Interval {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  const low = sum === 0 ? 0 : (squares / sum) * gammaQuantile(tail, (sum * sum) / squares);
  const largest = Math.max(unseen, ...weights);
  if (largest === 0) return [low, 0];
  const more = sum + largest;
  const moreSquares = squares + largest * largest;
  const high = (moreSquares / more) * gammaQuantile(1 - tail, (more * more) / moreSquares);
  return [low, high];
}

/**
 * Interval of the mean of values that are rarely other than 0.
 *
 * @param values one a replication
 * @param unseen what the mean would change by with one event that has not been seen yet, >= 0
 * @param tail what the interval leaves out on either side, in (0, 0.5)
 */
export function rareEventInterval(
  values: readonly number[],
  unseen: number,
  tail = 0.025,
): Interval {
  const n = values.length;
  invariant(n > 0 && unseen >= 0, "rare events need replications, and a weight of at least 0");
  const gains = values.filter((value) => value > 0).map((value) => value / n);
  const losses = values.filter((value) => value < 0).map((value) => -value / n);
  const total = (weights: readonly number[]) => weights.reduce((sum, weight) => sum + weight, 0);
  const [gained, lost] = [total(gains), total(losses)];
  const [gainLow, gainHigh] = sumBounds(gains, unseen, tail);
  const [lossLow, lossHigh] = sumBounds(losses, unseen, tail);
  const mean = gained - lost;
  return [
    mean - Math.hypot(gained - gainLow, lossHigh - lost),
    mean + Math.hypot(gainHigh - gained, lost - lossLow),
  ];
}
