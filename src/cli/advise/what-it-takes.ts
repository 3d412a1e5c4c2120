/** What it would take, here, to judge anything, and to decide what is undecided of workers: for people only. */
import type { AdviceResult } from "../../sim/advise/advice-result.js";
import { adviceOptions, sourceWords } from "../../sim/report/content/command.js";
import { roughSpan } from "../shared/rough-span.js";

const MINUTE_MS = 60_000;
/** So many lines there are below the first screen. */
const TOLD_MAX = 2;

/**
 * A line for each undecided worker of which something is known to help: what to run, and how long that
 * would take on this machine. Beyond the most replications there are longer ones, with another seed: what
 * one has looked at is not looked at again.
 *
 * @param options.file as on the command line
 * @param options.perRunMs what one simulation took; null: results were kept, so that nobody knows
 */
export function whatItTakes(
  result: AdviceResult,
  { file, perRunMs }: { readonly file: string; readonly perRunMs: number | null },
): string {
  const { workers, seed, durationMs, scenario } = result;
  return workers
    .filter(({ more }) => more !== null)
    .slice(0, TOLD_MAX)
    .flatMap(({ name, more }) => {
      if (more === null) return [];
      const isLonger = more.durationMs > durationMs;
      const settings = scenario.settings.filter(({ path }) => !(isLonger && path === "duration"));
      const length = `--duration ${Math.round(more.durationMs / MINUTE_MS)}m --seed ${seed + 1}`;
      const command = [
        `poolsim advise ${sourceWords(file)} --only ${name}`,
        isLonger ? length : `--seed ${seed}`,
        ...adviceOptions({ ...result, scenario: { ...scenario, settings } }),
      ].join(" ");
      const span = perRunMs === null ? "" : ` takes about ${roughSpan(perRunMs * more.runs)} here`;
      return [`To decide on ${name}${span}: ${command}\n`];
    })
    .join("");
}

/** What is planned when the time is over is the first look in ordinary demand: there is peak demand, and what comes of it. */
const WHOLE = 2;
/** A day, min. */
const BUDGET_MAX = 1440;

/**
 * A line for advice that judged nothing as its time was over.
 *
 * @param options.planned simulations that were planned when it was
 * @param options.perRunMs what one took; null: results were kept, so that nobody knows
 */
export function budgetNeeded({
  planned,
  perRunMs,
}: {
  readonly planned: number;
  readonly perRunMs: number | null;
}): string {
  if (perRunMs === null) return "";
  const minutes = Math.ceil((WHOLE * planned * perRunMs) / MINUTE_MS);
  // Nothing was run, or more than a budget may be.
  if (!(minutes <= BUDGET_MAX)) return "";
  return `To judge anything takes some ${roughSpan(minutes * MINUTE_MS)} here: --budget ${minutes}m, or without a budget.\n`;
}
