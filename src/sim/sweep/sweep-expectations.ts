/** The `expect:` items on best points of a sweep: whether they hold in every circumstance. */
import { judgeOf, parseAdviceExpectation } from "../experiment/expect/advice-expectation.js";
import { evaluateBest } from "../experiment/expect/best-expectation.js";
import type { ScenarioResult } from "../results.js";
import type { SweepSlice } from "./sweep-result.js";

type Judged = ScenarioResult["expectations"][number];

/** In one circumstance. */
function inSlice(
  item: Parameters<typeof evaluateBest>[0],
  { label, points, best, asGood, settings }: SweepSlice,
): Judged {
  const point = points.find((one) => one.label === best);
  const good = new Set(asGood);
  const found = { best: point ?? null, asGood: points.filter((one) => good.has(one.label)) };
  return evaluateBest(item, found, settings.length === 0 ? "" : `; with ${label}`);
}

/**
 * Compares the items on best points with what was found; the first circumstance in which one does not
 * hold is named.
 *
 * @param variants names of the scenario's
 */
export function sweepExpectations(
  expect: readonly string[],
  variants: ReadonlySet<string>,
  slices: readonly SweepSlice[],
): { readonly expectations: readonly Judged[]; readonly notJudged: ScenarioResult["notJudged"] } {
  const expectations: Judged[] = [];
  const notJudged: ScenarioResult["notJudged"][number][] = [];
  for (const text of expect) {
    const parsed = parseAdviceExpectation(text, variants);
    if (!parsed?.ok) notJudged.push({ text, by: "run" });
    else if (parsed.expectation.about !== "best") {
      notJudged.push({ text, by: judgeOf(parsed.expectation) });
    } else {
      const item = parsed.expectation;
      const all = slices.map((slice) => inSlice(item, slice));
      const one = all.find(({ passed }) => !passed) ?? all[0];
      if (one !== undefined) expectations.push(one);
    }
  }
  return { expectations, notJudged };
}
