/** From the replications of two variants to the verdict on one of them. */
import { makeKey, type RandomKey } from "../../core/random.js";
import type { Estimate } from "../results.js";
import type { Scenario } from "../scenario/schema.js";
import { decide, type Verdict } from "./decision.js";
import { FEES, isMoney } from "./metric-names.js";
import { difference, estimated, type Samples } from "./samples.js";

export type Question = NonNullable<Scenario["decision"]>;

/** Replications of the two variants that are compared. */
export interface Pair {
  readonly baseline: Samples;
  readonly candidate: Samples;
}

/** A verdict with the figures that it is made from. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The objective, candidate less baseline; undefined when it has no value. */
  readonly difference: Estimate | undefined;
  /** What counts as a difference, in the objective's unit. */
  readonly delta: number;
}

const BOOTSTRAP = 0x626f6f74;

/** The key of all bootstrap draws of an experiment. */
export function bootstrapKey(seed: number): RandomKey {
  return makeKey(seed, BOOTSTRAP);
}

/**
 * The margin: a share of the baseline's fees; of the objective itself where that is no money.
 *
 * @param baseline its replications so far
 */
export function marginOf({ margin, objective }: Question, baseline: Samples): number {
  return margin * Math.abs(baseline.mean(isMoney(objective) ? FEES : objective) ?? 0);
}

/**
 * Judges the candidate.
 *
 * @param options.peak the same pair at peak demand; undefined: not run (yet); "off": there is none
 */
export function judge(options: {
  readonly question: Question;
  readonly pair: Pair;
  readonly peak: Pair | "off" | undefined;
  readonly seed: number;
  readonly hoursPerReplication: number;
}): Judgement {
  const { question, pair, peak, seed, hoursPerReplication } = options;
  const { objective, constraints } = question;
  const key = bootstrapKey(seed);
  const differenceOf = ({ baseline, candidate }: Pair, metric: string) =>
    difference({ of: candidate, from: baseline, metric, key });
  const found = differenceOf(pair, objective);
  const delta = marginOf(question, pair.baseline);
  const verdict = decide({
    difference: estimated(found),
    delta,
    constraints: constraints.map(({ metric, maxIncrease }) => ({
      metric,
      difference: estimated(differenceOf(pair, metric)),
      limit: maxIncrease,
    })),
    peak: typeof peak === "object" ? estimated(differenceOf(peak, objective)) : peak,
    hoursPerReplication,
  });
  return { verdict, difference: found, delta };
}
