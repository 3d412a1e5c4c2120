/** `random`: everybody is equally likely. Not go-livepeer; what the others are compared with. */
import {
  type Candidates,
  type Draw,
  NOBODY,
  type SelectionAlgorithm,
  withinMaxPrice,
} from "./algorithm.js";
import { selectionEntry } from "./entry.js";

/** Uniform among the recipients within the maximum price (L-10). */
export class RandomAlgorithm implements SelectionAlgorithm {
  select(candidates: Candidates, draw: Draw): number {
    const within = withinMaxPrice(candidates);
    if (within.length === 0) return NOBODY;
    const picked = within.length === 1 ? 0 : Math.floor(draw() * within.length);
    return candidates.recipients[within[picked] ?? -1] ?? NOBODY;
  }
}

export const random = selectionEntry({
  name: "random",
  description: "everybody within the maximum price is equally likely (not go-livepeer)",
  create: () => new RandomAlgorithm(),
});
