/** `poolsim check`: says whether scenario files are valid. */

import { parseSetting } from "../../config/setting.js";
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { LoadedScenario } from "../../sim/input.js";
import { modelNotes } from "../../sim/model/world/model-notes.js";
import { allProblems } from "../../sim/scenario/all-problems.js";
import { loadScenario } from "../../sim/scenario/load.js";
import { extensionsOf } from "../shared/extensions.js";
import { EXIT } from "../shared/failure.js";
import { scenarioFile } from "../shared/scenario-file.js";
import type { Terminal } from "../shared/terminal.js";
import { visible } from "../shared/visible.js";

export interface CheckFlags {
  readonly set: readonly string[];
  readonly extension: readonly string[];
  readonly quiet: boolean;
}

function summary({ base, variants }: LoadedScenario): string {
  const names = variants.map(({ name }) => name).join(", ");
  const expectations = counted(base.scenario.expect.length, "expectation");
  return `${counted(variants.length, "variant")} (${names}), ${expectations}`;
}

/**
 * Checks every file, also after one that is wrong; prints everything that is wrong with each.
 *
 * @returns the exit code
 */
export async function checkScenarios(
  files: readonly string[],
  { quiet, extension, ...flags }: CheckFlags,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const options = { set: flags.set.map(parseSetting), extensions: await extensionsOf(extension) };
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    try {
      const loaded = loadScenario(scenarioFile(file), options);
      if (quiet) continue;
      stdout.write(`${file}: ok, ${summary(loaded)}\n`);
      for (const note of modelNotes(loaded.variants.map(({ input }) => input))) {
        stdout.write(`Note: ${note}\n`);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const lines = allProblems(scenarioFile(file), options);
      for (const line of lines.length === 0 ? [error.message] : lines) {
        stderr.write(`${visible(line)}\n`);
      }
      exitCode = EXIT.badInput;
    }
  }
  return exitCode;
}
