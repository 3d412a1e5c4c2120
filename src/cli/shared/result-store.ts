/** Opens where results are kept, as `--cache` and `--no-cache` say. */
import { InputError } from "../../core/errors.js";
import { openResultStore, type ResultStore } from "../../sim/kept/result-store.js";
import { CACHE_FOLDER, type CacheFlags } from "./cache-options.js";
import type { TextStream } from "./terminal.js";
import { visible } from "./visible.js";

/**
 * @param options.isQuiet no word when the folder of the default cannot be used
 * @returns `undefined` where nothing is kept
 * @throws InputError (`KEPT_FOLDER`) for a folder that was asked for and cannot be used
 */
export function resultStoreOf(
  { cache }: CacheFlags,
  { stderr, isQuiet }: { readonly stderr: TextStream; readonly isQuiet: boolean },
): ResultStore | undefined {
  if (cache === false) return undefined;
  const onProblem = (problem: string) => {
    if (!isQuiet) stderr.write(`poolsim: results are not kept: ${visible(problem)}\n`);
  };
  try {
    return openResultStore(cache, { onProblem });
  } catch (error) {
    if (!(error instanceof InputError) || cache !== CACHE_FOLDER) throw error;
    onProblem(error.message);
    return undefined;
  }
}
