/** `live`: how go-livepeer's gateways choose for live video (L-20). */
import { type Candidates, NOBODY, type SelectionAlgorithm, withinMaxPrice } from "./algorithm.js";
import { selectionEntry } from "./entry.js";

/** The algorithm for live video: the first within the maximum price, without exception (L-20). */
export class LiveAlgorithm implements SelectionAlgorithm {
  select(candidates: Candidates): number {
    const [first] = withinMaxPrice(candidates);
    return first === undefined ? NOBODY : (candidates.recipients[first] ?? NOBODY);
  }
}

export const live = selectionEntry({
  name: "live",
  description:
    "the first within the maximum price, in the order of discovery, as go-livepeer chooses for live video (L-20)",
  create: () => new LiveAlgorithm(),
});
