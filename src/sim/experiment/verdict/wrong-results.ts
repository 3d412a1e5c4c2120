/**
 * Workers that return wrong results: they are paid like any others until a gateway that verifies finds out, so that
 * money alone would let them in.
 */
import type { Decision } from "../../results.js";
import type { Scenario } from "../../scenario/schema.js";
import { servingKinds } from "../../scenario/serving-kinds.js";
import type { Samples } from "../samples.js";

/** More than this share of a worker's results being wrong is nothing that may be made up for by fees. */
const WRONG_MAX = 0.005;

/** Whether more of a worker's results are wrong than may be. */
export function isWrong(cheatProbability: number): boolean {
  return cheatProbability > WRONG_MAX;
}

/** Workers of whose results more are wrong than may be, with their kinds and that share. */
export type WrongWorkers = ReadonlyMap<string, { readonly kind: string; readonly share: number }>;

/** Those that a scenario does not leave out by name; whom a benchmark refuses, replications say. */
export function wrongWorkersOf(scenario: Scenario): WrongWorkers {
  const shares = new Map(scenario.workers.map((one) => [one.name, one.cheatProbability]));
  return new Map(
    servingKinds(scenario).flatMap(({ name: kind, workers }) => {
      const share = shares.get(kind) ?? 0;
      return isWrong(share) ? workers.map((name) => [name, { kind, share }] as const) : [];
    }),
  );
}

/** Workers that return wrong results in each of two variants. */
export interface WrongResults {
  readonly baseline: WrongWorkers;
  readonly candidate: WrongWorkers;
}

/** What is known of a variant: who returns wrong results, and its replications. */
interface Known {
  readonly wrong: WrongWorkers;
  readonly samples: Samples;
}

/** How many sessions a worker is admitted with, on average; 1 where nobody is asked. */
function admitted(name: string, { records }: Samples): number {
  const known = records.flatMap(({ admissions }) =>
    admissions.filter((one) => one.worker === name),
  );
  if (known.length === 0) return 1;
  return known.reduce((sum, { sessions }) => sum + (sessions ?? 0), 0) / known.length;
}

/** Kinds of workers that may return more wrong results in one variant than in another one. */
export function moreWrong(of: Known, than: Known): readonly string[] {
  const amount = (name: string, { wrong, samples }: Known) => {
    return (wrong.get(name)?.share ?? 0) * admitted(name, samples);
  };
  const kinds = [...of.wrong].flatMap(([name, { kind }]) =>
    amount(name, of) > amount(name, than) ? [kind] : [],
  );
  return [...new Set(kinds)];
}

/** The workers that a decision would be for, though what they return is wrong; usually none. */
export function favoured(
  decision: Decision,
  wrong: WrongResults | undefined,
  pair: { readonly baseline: Samples; readonly candidate: Samples },
): readonly string[] {
  if (wrong === undefined || decision === "undecided") return [];
  const baseline = { wrong: wrong.baseline, samples: pair.baseline };
  const candidate = { wrong: wrong.candidate, samples: pair.candidate };
  const more = {
    baseline: moreWrong(baseline, candidate),
    candidate: moreWrong(candidate, baseline),
  };
  return {
    admit: more.candidate,
    exclude: more.baseline,
    "no difference": [...new Set([...more.candidate, ...more.baseline])],
  }[decision];
}
