/** What is checked of the API's options before it is made; limits of requests check themselves. */
import { checkNumber, checkWhole, TIMER_MS } from "../../core/checks.js";
import type { PoolApiOptions } from "./api-options.js";

/** The options, whose numbers bound something: a window that is none would let old writes in again. */
export function checkedOptions(options: PoolApiOptions): PoolApiOptions {
  const { replayWindowMs, cacheMs, writeWaitMs, noncesMax } = options;
  checkNumber({ replayWindowMs, cacheMs, writeWaitMs }, TIMER_MS);
  checkWhole({ noncesMax }, [1, Number.POSITIVE_INFINITY]);
  return options;
}
