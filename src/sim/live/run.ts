/** Experiments, advice and sweeps as users ask for them: the simulator, in as many threads as they allow. */
import type { AdviceResult } from "../advise/advice-result.js";
import { type AdviseOptions, adviseWith } from "../advise/advise.js";
import { type ExperimentOptions, experimentWith } from "../experiment/experiment.js";
import type { LoadedScenario } from "../input.js";
import type { ScenarioResult } from "../results.js";
import { type SweepOptions, sweepWith } from "../sweep/sweep.js";
import type { SweepResult } from "../sweep/sweep-result.js";
import { type RunOptions, setUp } from "./set-up.js";

/**
 * How an experiment is run: threads, progress, and whatever an experiment is told. When its `signal`
 * aborts, the promise rejects with the signal's reason, or gives what there is (`partial`).
 */
export interface RunExperimentOptions extends Omit<ExperimentOptions, "onProgress">, RunOptions {}

/** How advice is made: threads, progress, and what is asked. */
export interface RunAdviseOptions extends Omit<AdviseOptions, "onProgress">, RunOptions {}

/** How a sweep is made: threads, progress, and what is asked. */
export interface RunSweepOptions extends Omit<SweepOptions, "onProgress">, RunOptions {}

/**
 * Runs a scenario: all variants, the verdict, the sensitivity block, the expectations.
 *
 * @param scenario from `loadScenario`, or a scenario's file
 * @param options what the scenario does not say
 * @returns the result, ready for JSON: the same for the same scenario, seed and version
 * @throws InputError (`OPTION_INVALID`, `EXTENSION`, or the model's own; of a
 *   file also what `loadScenario` throws)
 * @throws the signal's reason when it aborts
 */
export async function runExperiment(
  scenario: LoadedScenario | string,
  options: RunExperimentOptions = {},
): Promise<ScenarioResult> {
  return setUp(scenario, options, experimentWith);
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
  return setUp(scenario, options, adviseWith);
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
  return setUp(scenario, options, sweepWith);
}
