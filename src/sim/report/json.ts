/** The JSON result as bytes: one result as an object, several as an array. */
import { checkList } from "../../core/checks.js";
import type { AnyResult } from "./any-result.js";

/**
 * Writes results as JSON, which docs/result.md describes.
 *
 * @param results in the order of the files
 * @param options `isList`: write an array even of one result, because several were asked for
 * @returns JSON text with a line end; the same results always give the same text
 */
export function renderJson(
  results: readonly AnyResult[],
  { isList = false }: { readonly isList?: boolean } = {},
): string {
  checkList({ results });
  const [first] = results;
  return `${JSON.stringify(results.length === 1 && !isList ? first : results, null, 2)}\n`;
}
