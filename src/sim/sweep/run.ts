/** Sweeps as users ask for them: the simulator, in as many threads as they allow. */
import {
  checkThreads,
  type KeepOptions,
  keepingExecutorFor,
  loadedOf,
  type QueueOptions,
  type ThreadOptions,
} from "../experiment/run.js";
import type { LoadedScenario } from "../input.js";
import { type SweepOptions, sweepWith } from "./sweep.js";
import type { SweepResult } from "./sweep-result.js";

/** How a sweep is made. */
export interface RunSweepOptions extends SweepOptions, ThreadOptions, KeepOptions, QueueOptions {
  /** Stops it: threads end, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Files of extensions, of a scenario that is given as a file. */
  readonly extensions?: readonly string[] | undefined;
}

/**
 * Varies settings of a scenario over a grid, and finds which values are as good as the best.
 *
 * @param scenario from `loadScenario`, or a scenario's file
 * @param options what the scenario does not say
 * @returns the same for the same scenario, seed and version, whatever the number of threads
 * @throws InputError (`OPTION_INVALID`, `SWEEP_INVALID`, `EXTENSION`, or the model's own; of a file also
 *   what `loadScenario` throws)
 * @throws the signal's reason when it aborts
 */
export async function sweep(
  scenario: LoadedScenario | string,
  options: RunSweepOptions = {},
): Promise<SweepResult> {
  const loaded = await loadedOf(scenario, options.extensions);
  const { threads = 1, seed = loaded.base.scenario.seed } = options;
  checkThreads(threads);
  return sweepWith(loaded, keepingExecutorFor(threads, seed, options), options);
}
