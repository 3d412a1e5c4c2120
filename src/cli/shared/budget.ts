/** `--budget`: how long one looks for a decision. */
import { parseDuration } from "../../config/duration.js";
import { InputError } from "../../core/errors.js";
import type { LoadedScenario } from "../../sim/input.js";

/** A limit of time that begins now. */
export interface Budget {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** Stops the clock. */
  readonly clear: () => void;
}

/**
 * @param budget such as `2m`; undefined: for ever
 * @param part of it after which the signal aborts, in (0, 1]
 * @throws InputError (`USAGE`)
 */
export function budgetOf(budget: string | undefined, part = 1): Budget {
  const controller = new AbortController();
  if (budget === undefined) return { signal: controller.signal, clear: () => {} };
  const timer = setTimeout(() => controller.abort(), part * budgetMs(budget));
  // Nobody waits for it where the work has failed to begin.
  timer.unref();
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

function budgetMs(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1000 && ms <= 86_400_000) return ms;
  throw new InputError(`--budget: found ${text}, expected a span from 1s to 24h, such as 2m`, {
    code: "USAGE",
  });
}

/**
 * A budget means something only where one goes on until it is decided.
 *
 * @throws InputError (`USAGE`)
 */
export function checkBudget(
  flags: { readonly budget?: string; readonly untilDecided?: boolean },
  scenarios: readonly LoadedScenario[],
): void {
  if (flags.budget === undefined) return;
  budgetMs(flags.budget);
  if (flags.untilDecided === true) return;
  const fixed = scenarios.find(({ base }) => base.scenario.replications !== "auto");
  if (fixed === undefined) return;
  const text = `--budget: ${fixed.file} has a fixed number of replications; expected --until-decided too`;
  throw new InputError(text, { code: "USAGE" });
}
