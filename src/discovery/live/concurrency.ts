/** How many orchestrators are asked at the same time. */
import pLimit from "p-limit";
import { InputError } from "../../core/errors.js";

/** @throws InputError (`CONCURRENCY`) for what is no whole number from 1, nor Infinity */
export function concurrencyLimit(
  concurrency: number = Number.POSITIVE_INFINITY,
): ReturnType<typeof pLimit> {
  const isWhole = Number.isSafeInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY;
  if (isWhole && concurrency >= 1) return pLimit(concurrency);
  throw new InputError(`concurrency: found ${concurrency}, expected a whole number from 1`, {
    code: "CONCURRENCY",
  });
}
