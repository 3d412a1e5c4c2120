/** What it would take, here, to decide what is undecided: for people only, results hold no clock. */
import type { ScenarioResult } from "../../sim/results.js";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

function spanText(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(1, Math.round(ms / SECOND_MS))} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

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
  const { verdict, untilDecided, replications, seed } = result;
  const judged = verdict?.instead ?? verdict;
  const more = judged?.more ?? null;
  if (judged?.decision !== "undecided" || untilDecided === null || more === null) return "";
  const isWithin = more.replications <= untilDecided.max;
  const command = `poolsim run ${file} --until-decided${isWithin ? "" : ` --seed ${seed + 1}`}`;
  if (elapsedMs === null) return `To go on: ${command}\n`;
  const span = spanText((elapsedMs * more.replications) / replications);
  return `On this machine that takes about ${span}: ${command}\n`;
}
