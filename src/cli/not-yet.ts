/** Stands in for the experiment until it exists. */
import { invariant } from "../core/errors.js";
import type { LoadedScenario, SimulationInput } from "../sim/input.js";
import type { ScenarioResult } from "../sim/results.js";

export async function runExperiment(
  loaded: LoadedScenario,
  _options: { readonly onProgress?: (done: number, total: number, label: string) => void } & Record<
    string,
    unknown
  >,
): Promise<ScenarioResult> {
  invariant(loaded.file === "", "runs are not built yet");
  throw new Error();
}

export function simulate(
  input: SimulationInput,
  _options: {
    readonly replication: number;
    readonly trace?: { readonly stream: number; readonly write: (line: string) => void };
  },
): void {
  invariant(input.scenario.name === "", "runs are not built yet");
}
