/** `best.<setting>` items: whether the settings of a best point are as expected. */
import type { ScenarioResult } from "../results.js";
import type { AdviceExpectation } from "./advice-expectation.js";
import { evaluateExpectation } from "./expectations.js";

/** A best point: its label, and what it sets. */
export interface BestPoint {
  readonly label: string;
  readonly settings: readonly { readonly path: string; readonly value: unknown }[];
}

/** Whether a path is meant by a name: the whole path, or its last parts. */
export function isSetting(path: string, name: string): boolean {
  return path === name || path.endsWith(`.${name}`);
}

function holds(item: AdviceExpectation & { readonly about: "best" }, value: unknown): boolean {
  const { expectation, allowed, isNot } = item;
  if (expectation === null) return allowed.includes(String(value)) !== isNot;
  if (typeof value !== "number") return false;
  const found = { mean: value, ci95: null, n: 1 };
  const lookup = { metric: () => found, difference: () => undefined };
  return evaluateExpectation(expectation, lookup).passed;
}

/**
 * @param best null where no point is best: the item does not hold
 * @param beside what is said behind the value, such as which points are as good
 */
export function evaluateBest(
  item: AdviceExpectation & { readonly about: "best" },
  best: BestPoint | null,
  beside = "",
): ScenarioResult["expectations"][number] {
  const { text, setting } = item;
  if (best === null) return { text, passed: false, actual: `nothing: no point is best${beside}` };
  const found = best.settings.find(({ path }) => isSetting(path, setting));
  if (found === undefined) {
    const actual = `nothing: ${best.label} is best, which does not set ${setting}${beside}`;
    return { text, passed: false, actual };
  }
  const { value } = found;
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return { text, passed: holds(item, value), actual: `${shown} (${best.label}${beside})` };
}
