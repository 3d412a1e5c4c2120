/** From the replications of two variants to the verdict on one of them. */
import { feeParts } from "../../model/money/kept.js";
import type { Decision, Estimate } from "../../results.js";
import type { Scenario } from "../../scenario/schema.js";
import { FEES, isMoney, OPERATOR_NET, SEGMENTS } from "../metric-names.js";
import type { Samples } from "../samples.js";
import type { Sequence } from "../statistics/confidence-sequence.js";
import { advise, isHopeless as advisedHopeless, type MoreReplications } from "./advice.js";
import type { Change } from "./change.js";
import {
  type Constraint,
  type ConstraintState,
  canPeakDecide,
  constraintState,
  type DecisionInput,
  decide,
  needsPeak,
  type Outcome,
  type PeakState,
  peakState,
  type Reason,
} from "./decision.js";
import { changeOf, differenceOf, limitedOf, pairedOf } from "./differences.js";
import { type Evidence, evidenceOf, SESSIONS_MIN } from "./evidence.js";
import { type SlowAnswers, slowAnswersOf } from "./slow-answers.js";
import { isAbout, type Unseen } from "./unseen.js";
import { favoured, type WrongResults } from "./wrong-results.js";

type Asked = NonNullable<Scenario["decision"]>;

/** A decision on one candidate. */
export type Question = Omit<Asked, "candidate" | "constraints"> & {
  readonly candidate: string;
  readonly constraints: NonNullable<Asked["constraints"]>;
};

/** Replications of the two variants that are compared. */
export interface Pair {
  readonly baseline: Samples;
  readonly candidate: Samples;
}

/** What counts as a difference: a share of the objective's own value in the baseline, or an amount. */
export type Margin = Question["margin"];

/** Margin where the one that was given is an amount of something else. */
export const DEFAULT_MARGIN = 0.05;

/** Why no interval of the objective can be judged. */
export type Problem =
  /** Too few sessions of the pool, or of the workers in question. */
  | { readonly cause: "sessions" | "served"; readonly sessions: number }
  /** The objective, or all fees, are 0 in every replication. */
  | { readonly cause: "nothing" }
  /** The variants differ in what nobody looks at: the pool's price, or what its workers and delegators get. */
  | { readonly cause: Unseen }
  /** The variants differ in circumstances beside what is chosen, by their paths. */
  | { readonly cause: "circumstances"; readonly paths: readonly string[] }
  /** It would be decided for workers that return wrong results. */
  | { readonly cause: "wrong results"; readonly workers: readonly string[] }
  /** It would be decided for answers that are slow, to clients who never leave. */
  | { readonly cause: "slow answers"; readonly slow: readonly SlowAnswers[] }
  /** The operator keeps less than nothing of each segment's fee, ETH. */
  | { readonly cause: "loss per segment"; readonly perSegment: number }
  /** The baseline's interval is not wholly above 0, so that no margin is relative to it. */
  | { readonly cause: "baseline"; readonly baseline: Estimate };

/** A verdict with the figures that it is made from. */
export interface Judgement {
  readonly objective: string;
  readonly decision: Decision;
  readonly reason: Reason;
  /** The constraint that the reason is about. */
  readonly constraint: Constraint | null;
  /** The objective in the baseline, in its unit; undefined when it has no value. */
  readonly baseline: Estimate | undefined;
  /** The objective, candidate less baseline, in its unit; undefined when it has no value. */
  readonly difference: Estimate | undefined;
  /** The same as it is compared with the margin; `null` where there is a problem. */
  readonly change: Change | null;
  readonly margin: Margin;
  readonly peak: { readonly state: PeakState | "not run"; readonly change: Change | null };
  readonly constraints: readonly (Constraint & { readonly state: ConstraintState })[];
  readonly evidence: Evidence;
  readonly more: MoreReplications | null;
  readonly problem: Problem | null;
  /** Whether the peak test is to be run before anything else is said. */
  readonly needsPeak: boolean;
  /** The verdict on fees, where there can be none on the operator's net. */
  readonly instead: Judgement | null;
  /** What was decided on; `null` where there is a problem. */
  readonly input: DecisionInput | null;
  /** How its intervals are made; undefined: for one look at a number that was fixed before. */
  readonly sequence: Sequence | undefined;
}

/** What is judged. */
export interface JudgeOptions {
  readonly question: Question;
  readonly pair: Pair;
  /** The same pair at peak demand; undefined: not run (yet); "off": there is none. */
  readonly peak: Pair | "off" | undefined;
  /** Of the baseline: says what the operator keeps of a segment's fee. */
  readonly scenario: Scenario;
  /** Of the candidate: says whose workers serve. @default single workers' slow AI answers are not looked at */
  readonly other?: Scenario | undefined;
  /** The workers in which the variants differ. */
  readonly workers: readonly string[];
  /** In what the variants differ that nobody looks at. @default nothing */
  readonly unseen?: readonly Unseen[] | undefined;
  /** In which circumstances the variants differ beside what is chosen, by their paths. @default none */
  readonly circumstances?: readonly string[] | undefined;
  /** Workers that return wrong results in each variant. @default none */
  readonly wrong?: WrongResults | undefined;
  readonly seed: number;
  /** Where one looks until it is decided: intervals hold at every look. Undefined: one look. */
  readonly sequence?: Sequence | undefined;
  /** What intervals of one look leave out on either side. @default 0.025 */
  readonly tail?: number | undefined;
}

const DAY_MS = 86_400_000;

/** Whether more work makes the operator's net worse: he keeps nothing of a segment's fee, or less. */
export function losesOnEachSegment(scenario: Scenario): boolean {
  return feeParts(scenario).kept.sign() <= 0;
}

/** What the operator loses per segment, ETH, >= 0. */
function lossPerSegment({ pair, scenario }: JudgeOptions): number {
  const fees = ((pair.baseline.mean(FEES) ?? 0) * scenario.duration) / DAY_MS;
  const segments = pair.baseline.mean(SEGMENTS) ?? 0;
  return segments === 0 ? 0 : (-feeParts(scenario).kept.toNumber() * fees) / segments;
}

function isNothing({ baseline, candidate }: Pair, metric: string): boolean {
  return [...baseline.observations(metric), ...candidate.observations(metric)].every(
    (value) => value === undefined || value === null || value === 0,
  );
}

function problemOf(options: JudgeOptions, evidence: Evidence): Problem | null {
  const { question, pair, scenario, unseen = [], circumstances = [] } = options;
  const { objective, margin } = question;
  const { sessions } = evidence;
  const isFlat = isNothing(pair, objective) || (isMoney(objective) && isNothing(pair, FEES));
  if (sessions < SESSIONS_MIN) return { cause: "sessions", sessions };
  if (circumstances.length > 0) return { cause: "circumstances", paths: circumstances };
  if (isFlat) return { cause: "nothing" };
  const [cause] = unseen.filter((one) => isAbout(one, objective));
  if (cause !== undefined) return { cause };
  if (objective === OPERATOR_NET && losesOnEachSegment(scenario)) {
    return { cause: "loss per segment", perSegment: lossPerSegment(options) };
  }
  const baseline = pair.baseline.estimate(objective);
  if (typeof margin === "number" && baseline !== undefined && !(baseline.ci95[0] > 0)) {
    // With one replication nothing has an interval: that is said instead.
    if (baseline.n > 1 || baseline.mean <= 0) return { cause: "baseline", baseline };
  }
  return null;
}

/**
 * Replications that are all alike show nothing of workers that never served, neither in them nor at
 * peak demand.
 */
function servedProblem(
  { events }: Change,
  { served }: Evidence,
  { peak, question: { objective }, workers }: JudgeOptions,
): Problem | null {
  if (events !== 0 || served !== 0 || peak === undefined) return null;
  const atPeak = peak === "off" ? 0 : evidenceOf({ ...peak, objective, workers }).served;
  return atPeak === 0 ? { cause: "served", sessions: 0 } : null;
}

const PROBLEM_REASON: Readonly<Record<Problem["cause"], Reason>> = {
  sessions: "no evidence",
  served: "no evidence",
  nothing: "no evidence",
  price: "no evidence",
  terms: "no evidence",
  circumstances: "no evidence",
  "wrong results": "no evidence",
  "slow answers": "no evidence",
  "loss per segment": "objective not positive",
  baseline: "objective not positive",
};

/** The verdict on fees where there is none on net. */
function insteadOf(options: JudgeOptions, { cause }: Problem): Judgement | null {
  const { question } = options;
  const isRefused = cause === "loss per segment" || cause === "baseline";
  if (!isRefused || question.objective !== OPERATOR_NET) return null;
  const found = judge({ ...options, question: onFees(question) });
  return cause === "baseline" && !isBorneOut(found, options) ? null : found;
}

/**
 * Whether what is decided on fees is what the net itself shows, whose costs do not all grow with the fees: gas of
 * payouts to one more worker may be more than the worker brings.
 */
function isBorneOut({ decision }: Judgement, options: JudgeOptions): boolean {
  if (decision === "undecided") return true;
  const net = pairedOf(options, options.pair, OPERATOR_NET).ci95;
  if (net === null || decision === "no difference") return false;
  return decision === "admit" ? net[0] > 0 : net[1] < 0;
}

/** The same question about fees. */
export function onFees(question: Question): Question {
  const margin = typeof question.margin === "number" ? question.margin : DEFAULT_MARGIN;
  return { ...question, objective: FEES, margin };
}

/** What would be decided for though those who are served have the harm of it, which nobody pays for. */
function unpaidHarm(
  found: Outcome,
  { change, margin }: DecisionInput,
  options: JudgeOptions,
): Problem | null {
  const workers = favoured(found.decision, options.wrong, options.pair);
  if (workers.length > 0) return { cause: "wrong results", workers };
  const isBounded = change.ci95 !== null && change.ci95[1] <= margin;
  const slow = slowAnswersOf(found, { ...options, isBounded });
  return slow.length > 0 ? { cause: "slow answers", slow } : null;
}

/** Judges the candidate. What would decide an undecided one is for {@link advised} to say. */
export function judge(options: JudgeOptions): Judgement {
  const { question, pair, peak, workers, sequence } = options;
  const { objective, margin } = question;
  const evidence = evidenceOf({ ...pair, objective, workers });
  const constraints = question.constraints.map(
    ({ metric, maxIncrease }): Constraint => ({
      metric,
      difference: limitedOf(options, pair, metric),
      limit: maxIncrease,
    }),
  );
  const common = {
    objective,
    margin,
    evidence,
    baseline: pair.baseline.estimate(objective),
    difference: differenceOf(options, pair, objective),
    constraints: constraints.map((one) => ({ ...one, state: constraintState(one) })),
    sequence,
  };
  const change = changeOf(options, pair);
  const problem = problemOf(options, evidence) ?? servedProblem(change, evidence, options);
  if (problem !== null) {
    const instead = insteadOf(options, problem);
    return {
      ...common,
      decision: "undecided",
      reason: PROBLEM_REASON[problem.cause],
      constraint: null,
      change: null,
      peak: { state: peak === "off" ? "off" : "not run", change: null },
      more: null,
      problem,
      needsPeak: instead?.needsPeak ?? false,
      instead,
      input: null,
    };
  }
  const input: DecisionInput = {
    change,
    margin: typeof margin === "number" ? margin : margin.absolute,
    constraints,
    peak: typeof peak === "object" ? changeOf(options, peak) : peak,
  };
  const found = decide(input);
  const atPeak: Judgement["peak"] = {
    state: peak === undefined ? "not run" : peakState(input),
    change: typeof input.peak === "object" ? input.peak : null,
  };
  const unpaid = unpaidHarm(found, input, options);
  if (unpaid !== null) {
    return {
      ...common,
      decision: "undecided",
      reason: "no evidence",
      constraint: null,
      change,
      peak: atPeak,
      more: null,
      problem: unpaid,
      needsPeak: false,
      instead: null,
      input: null,
    };
  }
  return {
    ...common,
    ...found,
    change,
    peak: atPeak,
    more: null,
    problem: null,
    needsPeak: sequence === undefined ? needsPeak(input) : canPeakDecide(input),
    instead: null,
    input,
  };
}

/** What counts of a judgement: that on fees where there is none on net. */
export function effective(judgement: Judgement): Judgement {
  return judgement.instead ?? judgement;
}

/** What no further replications mend. */
const NEVER: ReadonlySet<Problem["cause"]> = new Set([
  "nothing",
  "price",
  "terms",
  "circumstances",
  "wrong results",
]);

/** Whether going on to the most replications of its sequence would hardly decide an undecided one. */
export function isHopeless({ input, instead, sequence, problem }: Judgement): boolean {
  if (instead !== null) return isHopeless(instead);
  if (problem !== null && NEVER.has(problem.cause)) return true;
  if (problem?.cause === "slow answers") return problem.slow.some(({ isShown }) => isShown);
  if (problem?.cause === "baseline" && problem.baseline.ci95[1] <= 0) return true;
  if (input === null || sequence === undefined) return false;
  return advisedHopeless(input, sequence);
}

/**
 * A judgement with what would likely decide it, or that it is near the margin.
 *
 * @param hoursPerReplication measured, > 0
 */
export function advised(judgement: Judgement, hoursPerReplication: number): Judgement {
  const { input, instead, sequence } = judgement;
  if (instead !== null) return { ...judgement, instead: advised(instead, hoursPerReplication) };
  if (input === null) return judgement;
  const { outcome, more } = advise(input, decide(input), { hoursPerReplication, sequence });
  return { ...judgement, ...outcome, more };
}
