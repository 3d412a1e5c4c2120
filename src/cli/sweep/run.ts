/** `poolsim sweep`: loads a scenario, varies its settings, prints what is best, writes JSON. */
import { sweep } from "../../sim/live/run.js";
import { loadScenario } from "../../sim/scenario/load.js";
import { parseVary } from "../../sim/sweep/axes.js";
import { type AskedFlags, askedBy } from "../shared/asked-options.js";
import { budgetOf } from "../shared/budget.js";
import { extensionsOf } from "../shared/extensions.js";
import { interruptible } from "../shared/interruptible.js";
import { checkJsonTarget } from "../shared/json-target.js";
import { setUpOf } from "../shared/run-set-up.js";
import { filesOf, scenarioFile } from "../shared/scenario-file.js";
import { settingsOf } from "../shared/settings.js";
import { tellResult } from "../shared/tell-result.js";
import type { Terminal } from "../shared/terminal.js";
import { checkForms, loadForms } from "../shared/write-forms.js";

export interface SweepFlags extends AskedFlags {
  readonly vary: readonly string[];
}

/**
 * Sweeps.
 *
 * @returns the exit code: 1 where an expectation did not hold
 * @throws InputError for bad input, Interrupted when the user stops it
 */
export async function sweepOver(
  file: string,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<number> {
  const vary = flags.vary.map(parseVary);
  const options = { set: settingsOf(flags), extensions: await extensionsOf(flags.extension) };
  const loaded = loadScenario(scenarioFile(file), options);
  const inputs = [...filesOf(scenarioFile(file), loaded), ...flags.extension];
  if (flags.json !== undefined) checkJsonTarget(flags.json, inputs);
  checkForms(flags, inputs, 1);
  const writeForms = await loadForms(flags);
  const budget = budgetOf(flags.budget);
  const setUp = await setUpOf(flags, terminal);
  const progress = setUp.progress("");
  try {
    const result = await interruptible((signal) =>
      sweep(loaded, {
        ...askedBy(flags),
        ...setUp.options,
        vary,
        enough: budget.signal,
        signal,
        onProgress: progress.update,
      }),
    );
    progress.clear();
    return tellResult(result, { file, writeForms }, flags, terminal);
  } finally {
    budget.clear();
    progress.clear();
    await setUp.close();
  }
}
