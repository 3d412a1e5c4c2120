/** Results of every command that has a report. */
import type { AdviceResult } from "../advise/advice-result.js";
import type { ScenarioResult } from "../results.js";

/** What `run` or `advise` found. */
export type AnyResult = ScenarioResult | AdviceResult;

/** Whether a result is advice. */
export function isAdvice(result: AnyResult): result is AdviceResult {
  return "kind" in result && result.kind === "advice";
}

/** Whether a result is one of `run`. */
export function isRun(result: AnyResult): result is ScenarioResult {
  return !("kind" in result);
}

/** Whether all expectations that a result judges hold. */
export function holdsAll({ expectations }: AnyResult): boolean {
  return expectations.every(({ passed }) => passed);
}
