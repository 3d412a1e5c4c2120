/** What it would take, here, to decide what is undecided: for people only, results hold no clock. */

import { extensionOptions, settingOptions, shellWord } from "../../sim/report/content/command.js";
import type { ScenarioResult } from "../../sim/results.js";
import { roughSpan } from "../shared/rough-span.js";

/**
 * A line on what to run, and how long that would take on this machine; empty where nothing is known to
 * help.
 *
 * @param options.file as on the command line
 * @param options.elapsedMs what the run took; null: results were kept, so that it says nothing
 */
export function whatItTakes(
  result: ScenarioResult,
  { file, elapsedMs }: { readonly file: string; readonly elapsedMs: number | null },
): string {
  const { verdict, untilDecided, replications, seed, scenario } = result;
  const judged = verdict?.instead ?? verdict;
  const more = judged?.more ?? null;
  if (judged?.decision !== "undecided" || untilDecided === null || more === null) return "";
  const isWithin = more.replications <= untilDecided.max;
  const command = [
    `poolsim run ${shellWord(file)} --until-decided`,
    `--seed ${isWithin ? seed : seed + 1}`,
    ...settingOptions(scenario),
    ...extensionOptions(result),
  ].join(" ");
  if (elapsedMs === null) return `To go on: ${command}\n`;
  const span = roughSpan((elapsedMs * more.replications) / replications);
  return `On this machine that takes about ${span}: ${command}\n`;
}
