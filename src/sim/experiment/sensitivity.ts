/** The sensitivity block: the verdict again under other assumptions, a few replications each. */
import { InputError, invariant } from "../../core/errors.js";
import type { SensitivityResult } from "../results.js";
import { GUESSES } from "../scenario/assumptions-schema.js";
import type { Scenario } from "../scenario/schema.js";
import { type CaseInputs, hasRandomDemand, LOAD_SCALE, numberAt } from "./case-inputs.js";
import { type Sequence, sequenceOf } from "./confidence-sequence.js";
import { effective, type Judgement, judge, type Pair, type Question } from "./judge.js";
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
import { untilDecided } from "./until-decided.js";
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
  readonly scenario: Scenario;
  readonly question: Question;
  readonly inputs: CaseInputs;
  readonly workbench: Workbench;
  readonly seed: number;
  /** The workers in which the compared variants differ. */
  readonly workers: readonly string[];
  /** The operator loses on each segment, so that the verdict is on fees. */
  readonly isLosing: boolean;
  /** Where it goes on until it is decided; undefined: one look at a number fixed before. */
  readonly sequence: Sequence | undefined;
  /** What intervals of one look leave out on either side; undefined: 0.025. */
  readonly tail: number | undefined;
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
  if (!hasRandomDemand(scenario) || question.peakFactor === 1) return "off";
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
  const { question, seed, scenario, workers, sequence, tail } = stage;
  const common = { question, pair, seed, scenario, workers, sequence, tail };
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

/** With a fixed number, or until the case is decided, or hopeless. */
async function judgeCase(
  stage: Stage,
  options: { readonly label: string; readonly changes: readonly SensitivityChange[] },
): Promise<Judgement> {
  const judged = async (own: Stage, count: number) => {
    const pair = await runPair(own, { ...options, count });
    return judgeWithPeak(own, { ...options, pair });
  };
  // Of one candidate, whoever else is judged beside it.
  const alone = { ...stage, tail: undefined };
  if (stage.sequence === undefined) return judged(alone, SENSITIVITY_REPLICATIONS);
  const own = { ...alone, sequence: sequenceOf({ max: SENSITIVITY_MAX }) };
  const look = async (count: number) => ({ judgements: [await judged(own, count)] });
  const found = await untilDecided({ max: SENSITIVITY_MAX, look });
  const [judgement] = found?.judgements ?? [];
  invariant(judgement !== undefined, "nobody says that it is enough");
  return judgement;
}

async function runCase(stage: Stage, { label, set }: SensitivityCase): Promise<CaseOutcome> {
  const title = `sensitivity: ${label}`;
  try {
    const judgement = await judgeCase(stage, { label: title, changes: set });
    return { label, judgement, problem: "" };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { label, judgement: null, problem: error.message };
  }
}

/** Runs the cases of a level. */
export function runSensitivity(
  stage: Stage,
  level: SensitivityLevel,
): Promise<readonly CaseOutcome[]> {
  const { scenario } = stage;
  const guesses = GUESSES.flatMap(({ path }) => {
    const value = numberAt(scenario, path);
    return value === undefined ? [] : [{ path, value }];
  });
  const cases = sensitivityCases(level, guesses).filter(
    ({ set }) => hasRandomDemand(scenario) || set.every(({ path }) => path !== LOAD_SCALE),
  );
  return Promise.all(cases.map((one) => runCase(stage, one)));
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
