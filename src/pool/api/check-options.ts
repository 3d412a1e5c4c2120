/** What is checked of the API's options before it is made; limits of requests check themselves. */
import {
  checkFunction,
  checkNumber,
  checkObject,
  checkText,
  checkWhole,
  refuse,
  TIMER_MS,
} from "../../core/checks.js";
import type { PoolApiOptions } from "./api-options.js";

/** The options, whose numbers bound something: a window that is none would let old writes in again. */
export function checkedOptions(options: PoolApiOptions): PoolApiOptions {
  checkObject({ options });
  const { replayWindowMs, cacheMs, writeWaitMs, noncesMax } = options;
  const { books, recorder, keys, settings, admission, readLimit, writeLimit } = options;
  checkObject({ books, admission });
  checkObject({ recorder }, "record");
  checkObject({ keys }, "replace");
  checkFunction({ settings });
  if (readLimit !== undefined) checkObject({ readLimit });
  if (writeLimit !== undefined) checkObject({ writeLimit });
  if (options.now !== undefined) checkFunction({ now: options.now });
  if (options.log !== undefined) checkFunction({ log: options.log });
  if (options.region !== undefined) checkRegion(options.region);
  checkNumber({ replayWindowMs, cacheMs, writeWaitMs }, TIMER_MS);
  checkWhole({ noncesMax }, [1, Number.POSITIVE_INFINITY]);
  return options;
}

/** Accounts are named by it, their parts separated by colons. */
function checkRegion(region: string): void {
  checkText({ region });
  if (region.includes(":")) refuse(`region: found ${JSON.stringify(region)}, expected no colon`);
}
