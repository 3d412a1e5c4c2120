/** The pool as it is and as advised, in the metrics of the whole pool. */

import { difference, type Samples } from "../experiment/samples.js";
import { bootstrapKey } from "../experiment/verdict/differences.js";
import type { PoolFigure } from "./advice-result.js";

/** Not those of each region: there may be very many. */
const OF_POOL = /^pool\.(?!region\.)/;

/**
 * @param after undefined where nothing is to be changed
 * @param seed of the bootstrap's draws
 */
export function poolFigures(
  before: Samples,
  after: Samples | undefined,
  seed: number,
): readonly PoolFigure[] {
  const key = bootstrapKey(seed);
  return before.metrics
    .filter((metric) => OF_POOL.test(metric))
    .flatMap((metric) => {
      const found = before.estimate(metric);
      if (found === undefined) return [];
      const changed = after && difference({ of: after, from: before, metric, key });
      return [
        {
          metric,
          before: found,
          after: after?.estimate(metric) ?? null,
          difference: changed ?? null,
        },
      ];
    });
}
