/**
 * *Over a sliding window*, as mining pools' "pay per last N shares": income is split by the
 * weights of the last rounds' work, paid before or not. Luck in one round pays the work of many,
 * and who comes only when a win is due gains nothing by it.
 */
import { integer } from "../../../config/fields.js";
import { InputError } from "../../../core/errors.js";
import { byWeights, type Weights, weightsOf } from "./by-weights.js";
import { schemeEntry, WEIGHT_SETTINGS } from "./entry.js";
import type { AttributionScheme } from "./scheme.js";

/** How long the window is, and what counts as work. */
export interface SlidingWindowOptions {
  /** How work is weighed. */
  readonly weights: Weights;
  /** How many rounds count, the one that closes included: 1 … 1000. */
  readonly rounds: number;
}

/**
 * The scheme that splits income among all who worked in the last rounds, paid before or not, in
 * proportion to their work as `by-weights` weighs it.
 *
 * @throws InputError (`WINDOW`) for a window outside 1 … 1000; (`WEIGHTS`) for negative weights
 */
export function slidingWindow({ weights, rounds }: SlidingWindowOptions): AttributionScheme {
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) {
    throw new InputError(`a window has 1 … 1000 rounds, not ${rounds}`, { code: "WINDOW" });
  }
  return { ...byWeights(weights), name: "sliding-window", windowRounds: rounds };
}

export const slidingWindowEntry = schemeEntry({
  name: "sliding-window",
  settingName: "slidingWindow",
  description: "At a win, all who worked in the last rounds, paid before or not, by weights.",
  settings: {
    ...WEIGHT_SETTINGS,
    windowRounds: integer("Rounds that count, the one that closes included.", 1, 1000).default(10),
  },
  needs: ["rounds", "renditions"],
  create: (settings) =>
    slidingWindow({ weights: weightsOf(settings), rounds: settings.windowRounds }),
});
