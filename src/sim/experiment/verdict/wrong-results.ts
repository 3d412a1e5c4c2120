/**
 * Workers that return wrong results: they are paid like any others until a gateway that verifies finds out, so that
 * money alone would let them in.
 */
import type { Decision } from "../../results.js";
import type { Scenario } from "../../scenario/schema.js";
import { servingKinds } from "../../scenario/serving-kinds.js";

/** More than this share of a worker's results being wrong is nothing that may be made up for by fees. */
const WRONG_MAX = 0.005;

/** Whether more of a worker's results are wrong than may be. */
export function isWrong(cheatProbability: number): boolean {
  return cheatProbability > WRONG_MAX;
}

/** Kinds of workers, by the variant in which more of what they return is wrong. */
export interface WrongResults {
  readonly baseline: readonly string[];
  readonly candidate: readonly string[];
}

function wrongShares(scenario: Scenario): ReadonlyMap<string, number> {
  const shares = new Map(scenario.workers.map((one) => [one.name, one.cheatProbability]));
  return new Map(servingKinds(scenario).map(({ name }) => [name, shares.get(name) ?? 0]));
}

/** Who returns more wrong results in which of two variants. */
export function wrongResultsOf(baseline: Scenario, candidate: Scenario): WrongResults {
  const [before, after] = [wrongShares(baseline), wrongShares(candidate)];
  const more = (of: typeof before, than: typeof before) =>
    [...of].flatMap(([name, share]) =>
      isWrong(share) && share > (than.get(name) ?? 0) ? [name] : [],
    );
  return { baseline: more(before, after), candidate: more(after, before) };
}

/** The workers that a decision would be for, though what they return is wrong; usually none. */
export function favoured(decision: Decision, wrong: WrongResults | undefined): readonly string[] {
  if (wrong === undefined || decision === "undecided") return [];
  const { baseline, candidate } = wrong;
  return {
    admit: candidate,
    exclude: baseline,
    "no difference": [...new Set([...candidate, ...baseline])],
  }[decision];
}
