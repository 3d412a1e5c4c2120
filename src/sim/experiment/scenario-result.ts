/** The result of an experiment, put together from what its stages found. */
import { invariant } from "../../core/errors.js";
import type { LoadedScenario } from "../input.js";
import type { Estimate, ScenarioResult, SensitivityResult } from "../results.js";
import { POOLSIM_VERSION } from "../version.js";
import { comparisons, conservation, expectationResults, type Variants } from "./conclusions.js";
import { figureFormat } from "./figure-format.js";
import { bootstrapKey, type Judgement } from "./judge.js";
import type { MarginalValues } from "./marginal-value.js";
import { demandNotes, isUncalibrated, networkNotes, trendNotes } from "./notes.js";
import type { Samples } from "./samples.js";
import { type CaseOutcome, type Stage, sensitivityResults } from "./sensitivity.js";
import { variantResult } from "./variant-result.js";
import { verdictSentence } from "./verdict-sentence.js";

/** What the stages of an experiment found. */
export interface Findings {
  readonly seed: number;
  readonly variants: Variants;
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** `null`: the scenario asks for no decision. */
  readonly stage: Stage | null;
  readonly judgement: Judgement | null;
  readonly cases: readonly CaseOutcome[];
  readonly marginal: MarginalValues;
  readonly calibrationNote: string | null;
}

function verdictOf({ judgement, stage }: Findings, baseline: Samples): ScenarioResult["verdict"] {
  if (judgement === null || stage === null) return null;
  const { objective } = stage.question;
  const format = figureFormat({ baseline, isRelative: isUncalibrated(stage.scenario) });
  const reason = verdictSentence(judgement.verdict, { objective, format });
  return { decision: judgement.verdict.decision, reason, objective };
}

function questionOf(stage: Stage | null): ScenarioResult["question"] {
  if (stage === null) return null;
  const { baseline, candidate, objective } = stage.question;
  return { baseline, candidate, objective };
}

function dependencyNotes(
  sensitivity: readonly SensitivityResult[],
  cases: readonly CaseOutcome[],
): string[] {
  const flips = sensitivity.filter((result) => result.flips);
  const list = flips.map(({ label, decision }) => `${label} (${decision})`).join(", ");
  const untried = cases.filter(({ judgement }) => judgement === null);
  return [
    ...(flips.length === 0 ? [] : [`the verdict depends on: ${list}`]),
    ...untried.map(({ label, problem }) => `sensitivity: ${label} could not be tried: ${problem}`),
  ];
}

function omissionNotes({ omitted }: MarginalValues): string[] {
  if (omitted.length === 0) return [];
  return [`marginal values of ${omitted.join(", ")} were not computed: too many kinds`];
}

/**
 * @param loaded the scenario that the experiment was about
 * @throws InputError (`EXPECTATION_INVALID`) for a text that is no expectation
 */
export function scenarioResult(loaded: LoadedScenario, findings: Findings): ScenarioResult {
  const { seed, variants, stage, judgement, cases, marginal } = findings;
  const { scenario } = loaded.base;
  const baseline = variants.get(findings.baseline);
  invariant(baseline !== undefined, "the baseline has been run");
  const key = bootstrapKey(seed);
  const none: ReadonlyMap<string, Estimate> = new Map();
  const marginalValues = (variant: string) =>
    variant === stage?.question.candidate ? marginal.values : none;
  const { holds, notes } = conservation(variants);
  const sensitivity =
    judgement === null ? [] : sensitivityResults(judgement.verdict.decision, cases);
  const watched =
    stage === null ? [...variants.keys()] : [findings.baseline, stage.question.candidate];
  return {
    schemaVersion: 1,
    poolsim: POOLSIM_VERSION,
    scenario: {
      name: scenario.name,
      file: loaded.file,
      sha256: loaded.sha256,
      settings: loaded.settings,
    },
    seed,
    replications: baseline.records.length,
    variants: [...variants].map(([name, samples]) =>
      variantResult({ name, samples, marginalValues: marginalValues(name) }),
    ),
    question: questionOf(stage),
    comparisons: comparisons(variants, findings.baseline, key),
    verdict: verdictOf(findings, baseline),
    sensitivity,
    expectations: expectationResults({ expect: scenario.expect, variants, key, marginalValues }),
    imputed: baseline.records[0]?.imputed ?? {},
    conservation: holds,
    notes: [
      ...networkNotes(loaded),
      ...loaded.assumed,
      ...demandNotes(scenario, findings.calibrationNote),
      ...notes,
      ...[...variants].flatMap(([name, samples]) =>
        watched.includes(name) ? trendNotes(name, samples) : [],
      ),
      ...dependencyNotes(sensitivity, cases),
      ...omissionNotes(marginal),
    ],
  };
}
