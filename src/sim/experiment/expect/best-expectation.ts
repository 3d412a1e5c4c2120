/** `best.<setting>` items: whether the settings of a best point are as expected. */
import type { ScenarioResult } from "../../results.js";
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

/** The value of a setting at a point, as it is shown; undefined where it does not set it. */
function valueAt(point: BestPoint, setting: string): { readonly value: unknown } | undefined {
  return point.settings.find(({ path }) => isSetting(path, setting));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * @param found.best null where no point is best: the item does not hold
 * @param found.asGood the best and those that are as good
 * @param beside what is said behind the value, such as in which circumstances
 */
export function evaluateBest(
  item: AdviceExpectation & { readonly about: "best" },
  { best, asGood }: { readonly best: BestPoint | null; readonly asGood: readonly BestPoint[] },
  beside = "",
): ScenarioResult["expectations"][number] {
  const { text, setting, who } = item;
  if (best === null) return { text, passed: false, actual: `nothing: no point is best${beside}` };
  const found = valueAt(best, setting);
  if (found === undefined) {
    const actual = `nothing: ${best.label} is best, which does not set ${setting}${beside}`;
    return { text, passed: false, actual };
  }
  const good = asGood.flatMap((point) => valueAt(point, setting) ?? []);
  const passed =
    who === "best"
      ? holds(item, found.value)
      : [found, ...good].some(({ value }) => holds(item, value));
  const others = good.map(({ value }) => shown(value)).join(", ");
  const also = others === "" ? "" : `; as good: ${others}`;
  return { text, passed, actual: `${shown(found.value)} (${best.label}${also}${beside})` };
}
