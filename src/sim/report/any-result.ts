/** Results of every command that has a report. */
import { checkObject } from "../../core/checks.js";
import type { AdviceResult } from "../advise/advice-result.js";
import type { ScenarioResult } from "../results.js";
import type { SweepResult } from "../sweep/sweep-result.js";

/** What `run`, `advise` or `sweep` found. */
export type AnyResult = ScenarioResult | AdviceResult | SweepResult;

/** Whether a result is advice. */
export function isAdvice(result: AnyResult): result is AdviceResult {
  return "kind" in result && result.kind === "advice";
}

/** Whether a result is one of `sweep`. */
export function isSweep(result: AnyResult): result is SweepResult {
  return "kind" in result && result.kind === "sweep";
}

/** Whether a result is one of `run`. */
export function isRun(result: AnyResult): result is ScenarioResult {
  return !("kind" in result);
}

/** What a result says of expectations. */
export function expectedIn({
  expectations,
  notJudged,
}: AnyResult): Pick<ScenarioResult, "expectations" | "notJudged"> {
  return { expectations, notJudged };
}

/** Whether all expectations that a result judges hold. */
export function holdsAll(result: AnyResult): boolean {
  return expectedIn(result).expectations.every(({ passed }) => passed);
}

/**
 * What a caller without types gives a report may be anything.
 *
 * @throws InputError (`OPTION_INVALID`) for what is no result
 */
export function checkResult(result: AnyResult): void {
  checkObject({ result });
  checkObject({ "result.scenario": result.scenario });
}
