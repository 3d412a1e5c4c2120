/**
 * Whether going on until it is decided keeps its promises on made-up replications whose truth is
 * known: that the intervals of all looks hold at once, whatever made one stop, and that what is there
 * is found.
 */
import { makeKey, normalQuantile, uniform } from "../src/core/random.js";
import { UNTIL_DECIDED_MAX } from "../src/sim/experiment/experiment.js";
import {
  FIRST_LOOK,
  FIRST_LOOK_OF_MANY,
  looks,
  sequenceOf,
} from "../src/sim/experiment/statistics/confidence-sequence.js";
import { isHopeless } from "../src/sim/experiment/verdict/advice.js";
import { relativeChange } from "../src/sim/experiment/verdict/change.js";
import { decide } from "../src/sim/experiment/verdict/decision.js";
import {
  binomialTail,
  type Check,
  noise,
  type Shape,
  type SyntheticCheck,
} from "./synthetic-checks.js";

const MAX = UNTIL_DECIDED_MAX;
const MARGIN = 0.05;
const KEY = makeKey(1);
/** The spread of the paired differences, as a part of the baseline: that of the packaged scenarios. */
const SIZE = 0.12;
/** What a verdict looks at: the objective, the same at peak demand, one constraint. */
const VERDICT = 3;
/** A loss of three of eight replications, of half to one and a half its mean size. */
const RARE = 3 / 8;

/** What is made up. */
export interface SequenceSet {
  readonly shape: Shape;
  readonly set: number;
  /** True change, relative to the baseline's mean; of `rare` at most 0. */
  readonly truth: number;
  /** Others that are compared with it, itself included. @default 1 */
  readonly comparisons?: number | undefined;
  /** Replications of the first look. @default that of one verdict */
  readonly first?: number | undefined;
}

/** How it went. */
export interface SequenceOutcome {
  /** Whether the intervals of all looks held, those after the decision included. */
  readonly isCovered: boolean;
  readonly decision: ReturnType<typeof decide>["decision"];
  /** Replications when it was decided or given up. */
  readonly replications: number;
}

function pairsOf({ shape, set, truth }: SequenceSet) {
  const levels = makeKey(0x6c657665, set);
  const { k0, k1 } = makeKey(0x736571, set);
  const baseline: number[] = [];
  const candidate: number[] = [];
  for (let replication = 0; replication < MAX; replication += 1) {
    const level = 1 + 0.1 * normalQuantile(uniform(levels.k0, levels.k1, replication));
    const u = uniform(k0, k1, 2 * replication);
    const v = uniform(k0, k1, 2 * replication + 1);
    const rare = u < RARE ? (truth / RARE) * (0.5 + v) : 0;
    baseline.push(level);
    candidate.push(level + (shape === "rare" ? rare : truth + SIZE * noise(shape, u, v)));
  }
  return { baseline, candidate };
}

/**
 * Looks at a set until it is decided, and on, to see whether all intervals hold.
 *
 * @param options.givesUp where it is hopeless; otherwise only at the end, which is much quicker to find
 *   out and may only add false decisions
 */
export function lookAt(
  given: SequenceSet,
  { givesUp = true }: { readonly givesUp?: boolean } = {},
): SequenceOutcome {
  const { first = FIRST_LOOK } = given;
  const sequence = sequenceOf({ max: MAX, comparisons: given.comparisons, first });
  const { baseline, candidate } = pairsOf(given);
  let isCovered = true;
  let end: Pick<SequenceOutcome, "decision" | "replications"> | undefined;
  for (const n of looks(MAX, first)) {
    const sample = { baseline: baseline.slice(0, n), candidate: candidate.slice(0, n) };
    const evidence = { sessions: 36 * n, served: 7 * n };
    const change = relativeChange(sample, { key: KEY, evidence, tail: sequence.tail });
    const [low, high] = change.ci95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (given.truth < low || given.truth > high) isCovered = false;
    if (end !== undefined) continue;
    const input = { change, margin: MARGIN, constraints: [], peak: "off" } as const;
    const { decision } = decide(input);
    const isOver =
      decision !== "undecided" || n === MAX || (givesUp && isHopeless(input, sequence));
    if (isOver) end = { decision, replications: n };
  }
  return { isCovered, ...(end ?? { decision: "undecided", replications: MAX }) };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function many(given: Omit<SequenceSet, "set">, sets: number, givesUp = false): SequenceOutcome[] {
  return Array.from({ length: sets }, (_, set) => lookAt({ ...given, set }, { givesUp }));
}

/** What is compared at once: by a verdict, and on a dozen workers by `poolsim advise`. */
const FAMILIES = [
  { comparisons: VERDICT, first: FIRST_LOOK },
  { comparisons: 24, first: FIRST_LOOK_OF_MANY },
] as const;

/** One of several: its own part of what may go wrong is small, and so far out no bootstrap reaches. */
function oneOfManyCheck(shape: Shape, family: (typeof FAMILIES)[number]): SyntheticCheck {
  const { comparisons } = family;
  const name = `until decided: ${shape} differences, one of ${comparisons}`;
  const nominal = 0.05 / comparisons;
  const run = (sets: number): Check => {
    const found = many({ shape, truth: -MARGIN, ...family }, sets);
    const missed = found.filter(({ isCovered }) => !isCovered).length;
    return {
      passed: binomialTail(missed, sets, nominal) >= 0.01,
      text: `${name}: all looks' intervals hold but for ${missed} of ${sets} sets (nominal ${(100 * nominal).toFixed(2)} %)`,
    };
  };
  return { name, run };
}

function coverageCheck(shape: Shape, truth: number): SyntheticCheck {
  const name = `until decided: ${shape} differences of mean ${truth}`;
  const run = (sets: number): Check => {
    const found = many({ shape, truth }, sets);
    const missed = found.filter(({ isCovered }) => !isCovered).length;
    const chance = binomialTail(missed, sets, 0.05);
    const wrong = found.filter(({ decision }) =>
      truth === 0 ? decision === "exclude" || decision === "admit" : decision === "admit",
    ).length;
    return {
      passed: chance >= 0.01,
      text: `${name}: all looks' intervals hold in ${sets - missed} of ${sets} sets (exact binomial test against 95 %: p = ${chance.toFixed(3)}); decided falsely in ${wrong}`,
    };
  };
  return { name, run };
}

function powerCheck(shape: Shape): SyntheticCheck {
  const name = `until decided: ${shape}, a loss of three margins`;
  const run = (sets: number): Check => {
    const tries = Math.ceil(sets / 10);
    const found = many({ shape, truth: -3 * MARGIN, comparisons: VERDICT }, tries, true);
    const right = found.filter(({ decision }) => decision === "exclude").length;
    const replications = middle(found.map((one) => one.replications));
    return {
      passed: right >= 0.9 * tries,
      text: `${name} is excluded in ${right} of ${tries} sets (at least 90 %), half of them within ${replications} replications`,
    };
  };
  return { name, run };
}

/** The promises. */
export const SEQUENCE_CHECKS: readonly SyntheticCheck[] = [
  ...(["normal", "skewed", "lumpy"] as const).flatMap((shape) =>
    [0, -MARGIN].map((truth) => coverageCheck(shape, truth)),
  ),
  ...FAMILIES.flatMap((family) =>
    (["normal", "skewed", "lumpy"] as const).map((shape) => oneOfManyCheck(shape, family)),
  ),
  ...(["normal", "skewed", "lumpy", "rare"] as const).map(powerCheck),
];
