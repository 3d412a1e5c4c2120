/**
 * *Over a sliding window*, as mining pools' "pay per last N shares": income is split by the
 * weights of the last rounds' work, paid before or not. Luck in one round pays the work of many,
 * and who comes only when a win is due gains nothing by it.
 */
import { InputError } from "../../../core/errors.js";
import { byWeights, type Weights } from "./by-weights.js";
import type { AttributionScheme } from "./scheme.js";

export interface SlidingWindowOptions {
  readonly weights: Weights;
  /** How many rounds count, the one that closes included: 1 … 1000. */
  readonly rounds: number;
}

/** @throws InputError (`WINDOW`) for a window outside 1 … 1000; (`WEIGHTS`) */
export function slidingWindow({ weights, rounds }: SlidingWindowOptions): AttributionScheme {
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) {
    throw new InputError(`a window has 1 … 1000 rounds, not ${rounds}`, { code: "WINDOW" });
  }
  return { ...byWeights(weights), name: "sliding-window", windowRounds: rounds };
}
