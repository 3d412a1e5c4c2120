/** `latency`: whoever answered the discovery first. Not go-livepeer. */
import { type Candidates, NOBODY, type SelectionAlgorithm, withinMaxPrice } from "./algorithm.js";
import { selectionEntry } from "./entry.js";

/** The lowest discovery latency within the maximum price (L-10); the first of equals. */
export class LatencyAlgorithm implements SelectionAlgorithm {
  readonly needsLatencies = true;

  select(candidates: Candidates): number {
    const { recipients, latenciesMs } = candidates;
    let best = NOBODY;
    let leastMs = Number.POSITIVE_INFINITY;
    for (const at of withinMaxPrice(candidates)) {
      const latencyMs = latenciesMs?.[at] ?? Number.POSITIVE_INFINITY;
      if (best !== NOBODY && !(latencyMs < leastMs)) continue;
      best = recipients[at] ?? NOBODY;
      leastMs = latencyMs;
    }
    return best;
  }
}

export const latency = selectionEntry({
  name: "latency",
  description:
    "the lowest latency in discovery within the maximum price, whatever the order (not go-livepeer)",
  create: () => new LatencyAlgorithm(),
});
