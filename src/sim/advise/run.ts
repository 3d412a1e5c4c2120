/** Advice as users ask for it: the simulator, in as many threads as they allow. */
import {
  checkThreads,
  type KeepOptions,
  keepingExecutorFor,
  loadedOf,
  type QueueOptions,
  type ThreadOptions,
} from "../experiment/run.js";
import type { LoadedScenario } from "../input.js";
import type { AdviceResult } from "./advice-result.js";
import { type AdviseOptions, adviseWith } from "./advise.js";

/** How advice is made. */
export interface RunAdviseOptions extends AdviseOptions, ThreadOptions, KeepOptions, QueueOptions {
  /** Stops it: threads end, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Files of extensions, of a scenario that is given as a file. */
  readonly extensions?: readonly string[] | undefined;
}

/**
 * Advises on each worker of a scenario's pool.
 *
 * @param scenario from `loadScenario`, or a scenario's file
 * @param options what the scenario does not say
 * @returns the same for the same scenario, seed and version, whatever the number of threads
 * @throws InputError (`OPTION_INVALID`, `EXTENSION`, or the model's own; of a file also what
 *   `loadScenario` throws)
 * @throws the signal's reason when it aborts
 */
export async function advise(
  scenario: LoadedScenario | string,
  options: RunAdviseOptions = {},
): Promise<AdviceResult> {
  const loaded = await loadedOf(scenario, options.extensions);
  const { threads = 1, seed = loaded.base.scenario.seed } = options;
  checkThreads(threads);
  return adviseWith(loaded, keepingExecutorFor(threads, seed, options), options);
}
