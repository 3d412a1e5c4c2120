/** The sensitivity block: the verdict again under other assumptions, a few replications each. */
import { InputError } from "../../core/errors.js";
import type { SensitivityResult } from "../results.js";
import { GUESSES } from "../scenario/assumptions-schema.js";
import type { Scenario } from "../scenario/schema.js";
import { type CaseInputs, hasRandomDemand, LOAD_SCALE, numberAt } from "./case-inputs.js";
import { reported } from "./samples.js";
import {
  SENSITIVITY_MAX,
  SENSITIVITY_REPLICATIONS,
  type SensitivityCase,
  type SensitivityChange,
  type SensitivityLevel,
  sensitivityCases,
  sensitivityEffect,
} from "./sensitivity-cases.js";
import { looks, type Sequence, sequenceOf } from "./statistics/confidence-sequence.js";
import { effective, type Judgement, judge, type Pair, type Question } from "./verdict/judge.js";
import type { Unseen } from "./verdict/unseen.js";
import { type Enough, isSettled, orEnough } from "./verdict/until-decided.js";
import type { WrongResults } from "./verdict/wrong-results.js";
import type { Workbench } from "./workbench.js";

/** A case with what came out. */
export interface CaseOutcome {
  readonly label: string;
  /** `null`: the scenario does not allow this assumption, for this reason. */
  readonly judgement: Judgement | null;
  readonly problem: string;
}

/** What the stages of an experiment have in common. */
export interface Stage {
  /** Of the baseline, and of the candidate. */
  readonly scenario: Scenario;
  readonly other: Scenario;
  readonly question: Question;
  readonly inputs: CaseInputs;
  readonly workbench: Workbench;
  readonly seed: number;
  /** The workers in which the compared variants differ. */
  readonly workers: readonly string[];
  /** The operator loses on each segment, so that the verdict is on fees. */
  readonly isLosing: boolean;
  /** The variants differ in a price that no gateway looks at. */
  readonly unseen: readonly Unseen[];
  /** In which circumstances they differ beside what is chosen. */
  readonly circumstances: readonly string[];
  /** Workers that return wrong results. */
  readonly wrong: WrongResults;
  /** Where it goes on until it is decided; undefined: one look at a number fixed before. */
  readonly sequence: Sequence | undefined;
  /** What intervals of one look leave out on either side; undefined: 0.025. */
  readonly tail: number | undefined;
}

/** What a verdict on one candidate looks at: the objective, the same at peak demand, each constraint. */
export function intervalsOf(
  scenario: Scenario,
  { peakFactor, constraints }: Pick<Question, "peakFactor" | "constraints">,
): number {
  return (hasPeakTest(scenario, peakFactor) ? 2 : 1) + constraints.length;
}

function hasPeakTest(scenario: Scenario, peakFactor: number): boolean {
  return hasRandomDemand(scenario) && peakFactor !== 1;
}

/** Measured hours of one replication. */
export function hoursPerReplication({ duration }: Scenario): number {
  return duration / 3_600_000;
}

/** Runs the baseline and the candidate with the same changes, replication by replication. */
export async function runPair(
  { question, inputs, workbench }: Stage,
  options: {
    readonly label: string;
    readonly count: number;
    readonly changes?: readonly SensitivityChange[] | undefined;
  },
): Promise<Pair> {
  const { changes = [], ...wanted } = options;
  // Both inputs are made before either runs: what a setting does not allow is known at once.
  const baselineInput = inputs.of(question.baseline, changes);
  const candidateInput = inputs.of(question.candidate, changes);
  const [baseline, candidate] = await Promise.all([
    workbench.replicate(baselineInput, wanted),
    workbench.replicate(candidateInput, wanted),
  ]);
  return { baseline, candidate };
}

/** The change that makes demand that of the peak test; "off" where demand cannot be scaled. */
export function peakChange({ scenario, question }: Stage): SensitivityChange | "off" {
  if (!hasPeakTest(scenario, question.peakFactor)) return "off";
  return { path: LOAD_SCALE, multiply: question.peakFactor };
}

/**
 * Judges a pair, with the peak test unless it is excluded without.
 *
 * @param options.changes what the pair was run with
 */
export async function judgeWithPeak(
  stage: Stage,
  options: {
    readonly pair: Pair;
    readonly label: string;
    readonly changes?: readonly SensitivityChange[] | undefined;
  },
): Promise<Judgement> {
  const { pair, label, changes = [] } = options;
  const { question, seed, scenario, other, workers, unseen, circumstances, wrong } = stage;
  const { sequence, tail } = stage;
  const differ = { workers, unseen, circumstances, wrong };
  const common = { question, pair, seed, scenario, other, ...differ, sequence, tail };
  const peakIs = peakChange(stage);
  const first = judge({ ...common, peak: peakIs === "off" ? "off" : undefined });
  if (peakIs === "off" || !first.needsPeak) return first;
  const peak = await runPair(stage, {
    label,
    count: pair.baseline.records.length,
    changes: [...changes, peakIs],
  });
  return judge({ ...common, peak });
}

/** Judges a case with so many replications. */
async function judgeCase(
  stage: Stage,
  { label, set: changes }: SensitivityCase,
  count: number,
): Promise<CaseOutcome> {
  const options = { label: `sensitivity: ${label}`, changes };
  try {
    const pair = await runPair(stage, { ...options, count });
    const judgement = await judgeWithPeak(stage, { ...options, pair });
    return { label, judgement, problem: "" };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { label, judgement: null, problem: error.message };
  }
}

/** What came of the cases. */
export interface SensitivityFound {
  readonly cases: readonly CaseOutcome[];
  /** Replications of the look after which a clock, or who asked, ended what was not over; else `null`. */
  readonly stoppedAt: number | null;
}

function isOver({ judgement }: CaseOutcome): boolean {
  return judgement === null || isSettled(judgement);
}

/**
 * All cases in rounds, each until it is decided or hopeless. A round is over when all its replications
 * are, so that what is found depends on how many rounds there were, and on nothing else.
 */
async function runRounds(
  stage: Stage,
  cases: readonly SensitivityCase[],
  { last = SENSITIVITY_MAX, enough, beside }: SensitivityOptions,
): Promise<SensitivityFound | null> {
  const lookAll = async (before: readonly CaseOutcome[] | null, count: number) => {
    const all = cases.map((one, index) => {
      const known = before?.[index];
      return known !== undefined && isOver(known) ? known : judgeCase(stage, one, count);
    });
    const [outcomes] = await Promise.all([Promise.all(all), beside]);
    return outcomes;
  };
  let found: readonly CaseOutcome[] | null = null;
  let stoppedAt = 0;
  for (const count of looks(SENSITIVITY_MAX).filter((look) => look <= last)) {
    if (found?.every(isOver)) break;
    const looked: readonly CaseOutcome[] | null = await orEnough(lookAll(found, count), enough);
    if (looked === null) break;
    found = looked;
    stoppedAt = count;
  }
  if (found === null) return null;
  const isWhole = found.every(isOver) || stoppedAt === SENSITIVITY_MAX;
  return { cases: found, stoppedAt: isWhole ? null : stoppedAt };
}

/** How the cases are run. */
export interface SensitivityOptions {
  readonly level: SensitivityLevel;
  /** Where one goes on until each is decided: no look at more replications. @default as many as it takes */
  readonly last?: number | undefined;
  /** Where one goes on: when it resolves, the last look that was finished counts. */
  readonly enough: Enough;
  /** What the first look waits for too. */
  readonly beside: Promise<unknown>;
}

/**
 * Runs the cases of a level, with a fixed number of replications, or each until it is decided or hopeless.
 *
 * @returns `null` where it was enough before the first look
 */
export async function runSensitivity(
  stage: Stage,
  options: SensitivityOptions,
): Promise<SensitivityFound | null> {
  const { scenario, question } = stage;
  const guesses = GUESSES.flatMap(({ path }) => {
    const value = numberAt(scenario, path);
    return value === undefined ? [] : [{ path, value }];
  });
  const cases = sensitivityCases(options.level, guesses).filter(
    ({ set }) => hasRandomDemand(scenario) || set.every(({ path }) => path !== LOAD_SCALE),
  );
  // Of one candidate, whoever else is judged beside it.
  const alone = { ...stage, tail: undefined };
  if (stage.sequence === undefined || cases.length === 0) {
    const all = cases.map((one) => judgeCase(alone, one, SENSITIVITY_REPLICATIONS));
    return { cases: await Promise.all(all), stoppedAt: null };
  }
  const comparisons = intervalsOf(scenario, question);
  const sequence = sequenceOf({ max: SENSITIVITY_MAX, comparisons });
  return runRounds({ ...alone, sequence }, cases, options);
}

/** The cases as results have them: those that could be run. */
export function sensitivityResults(
  main: Judgement,
  outcomes: readonly CaseOutcome[],
): SensitivityResult[] {
  return outcomes.flatMap(({ label, judgement }) => {
    if (judgement === null) return [];
    const { objective, decision, reason, difference, change } = effective(judgement);
    if (difference === undefined) return [];
    const flips = sensitivityEffect(effective(main).decision, decision) === "flips";
    const found = change === null ? null : (reported(change) ?? null);
    return [{ label, objective, decision, reason, difference, change: found, flips }];
  });
}
