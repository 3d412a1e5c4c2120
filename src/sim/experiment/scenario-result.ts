/** The result of an experiment, put together from what its stages found. */
import { invariant } from "../../core/errors.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import { counted } from "../../core/wording.js";
import type { LoadedScenario } from "../input.js";
import { modelNotes } from "../model/world/model-notes.js";
import type { Estimate, ScenarioResult, SensitivityResult } from "../results.js";
import {
  comparisons,
  conservation,
  expectationResults,
  notJudged,
  type Variants,
} from "./conclusions.js";
import { fewerSegmentsNotes } from "./fewer-segments.js";
import { inputSources } from "./input-sources.js";
import type { MarginalValues } from "./marginal-value.js";
import { FEES, INCOME, LUCK } from "./metric-names.js";
import { demandNotes, isUncalibrated, networkNotes, trendNotes } from "./notes.js";
import type { Samples } from "./samples.js";
import { segmentLengths } from "./segment-lengths.js";
import {
  type CaseOutcome,
  type SensitivityFound,
  type Stage,
  sensitivityResults,
} from "./sensitivity.js";
import { variantResult } from "./variant-result.js";
import { circumstancesAlone } from "./verdict/circumstances.js";
import { bootstrapKey } from "./verdict/differences.js";
import { figureFormat } from "./verdict/figure-format.js";
import { effective, type Judgement } from "./verdict/judge.js";
import { verdictResult } from "./verdict/verdict-result.js";

/** What the stages of an experiment found. */
export interface Findings {
  /** The scenario that the experiment was about, with the length of its replications. */
  readonly loaded: LoadedScenario;
  readonly seed: number;
  readonly variants: Variants;
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
  /** One for each candidate; none: the scenario asks for no decision. */
  readonly stages: readonly Stage[];
  /** Of the candidates, in their order; none: nothing is judged. */
  readonly judgements: readonly Judgement[];
  readonly sensitivity: SensitivityFound;
  readonly marginal: MarginalValues;
  readonly calibrationNote: string | null;
  /** Whether it was stopped: nothing is judged. */
  readonly isPartial: boolean;
}

type Whole = NonNullable<ScenarioResult["verdict"]>;

function verdictOf(judgement: Judgement, stage: Stage, baseline: Samples): Whole {
  const format = figureFormat({ baseline, isRelative: isUncalibrated(stage.scenario) });
  const formatAmount = figureFormat({ baseline, isRelative: false });
  const options = {
    format,
    formatAmount,
    scenario: stage.scenario,
    baseline: stage.question.baseline,
  };
  const { instead } = judgement;
  return {
    ...verdictResult(judgement, options),
    instead: instead && verdictResult(instead, options),
  };
}

/** By candidate, in their order. */
function verdictsOf({ judgements, stages }: Findings, baseline: Samples): Map<string, Whole> {
  return new Map(
    stages.flatMap((stage, index) => {
      const judgement = judgements[index];
      if (judgement === undefined) return [];
      return [[stage.question.candidate, verdictOf(judgement, stage, baseline)] as const];
    }),
  );
}

function questionOf(stage: Stage | null): ScenarioResult["question"] {
  if (stage === null) return null;
  const { baseline, candidate, objective } = stage.question;
  return { baseline, candidate, objective, workers: stage.workers };
}

function partialNotes({ isPartial }: Findings, replications: number): string[] {
  if (!isPartial) return [];
  const count = counted(replications, "replication");
  return [
    `partial: stopped early, with ${count} of each variant; nothing is judged, and no expectation checked`,
  ];
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

/** Beyond this skewness hardly any sample of exponential losses is, which intervals are shown to hold for. */
const UNEVEN = 3;

/** Where few replications weigh more than intervals are shown to hold for. */
function unevenNotes({ judgements, stages }: Findings): string[] {
  return judgements.flatMap((judgement, index) => {
    const { change, peak, objective } = effective(judgement);
    const skewness = Math.max(...[change, peak.change].map((one) => Math.abs(one?.skewness ?? 0)));
    if (skewness < UNEVEN) return [];
    const candidate = stages[index]?.question.candidate ?? "the candidate";
    return [
      `few replications make up most of what ${candidate} changes in ${objective} (skewness ${skewness.toFixed(1)}): intervals are shown to hold up to that of exponential losses, 2, so this one may be too narrow; longer replications are more even`,
    ];
  });
}

/** Where nothing that the operator chooses differs, so that there is nothing to let in or leave out. */
function circumstanceNotes(stages: readonly Stage[]): string[] {
  return stages.flatMap(({ question: { baseline, candidate }, inputs }) => {
    const paths = circumstancesAlone(inputs.of(baseline).scenario, inputs.of(candidate).scenario);
    if (paths.length === 0) return [];
    return [
      `nothing that the operator chooses differs between ${baseline} and ${candidate}, only ${paths.join(", ")}: the verdict says in which of them the pool does better, and there is nothing to choose`,
    ];
  });
}

/** Where a candidate is admitted for its AI jobs, and costs segments. */
function admittedNotes({ judgements, stages, variants, seed }: Findings): string[] {
  return judgements.flatMap((judgement, index) => {
    const { question } = stages[index] ?? {};
    if (question === undefined || effective(judgement).decision !== "admit") return [];
    const [baseline, candidate] = [question.baseline, question.candidate].map((name) =>
      variants.get(name),
    );
    if (baseline === undefined || candidate === undefined) return [];
    return fewerSegmentsNotes(`in ${question.candidate}`, { seed, baseline, candidate });
  });
}

/** What tickets won, beside what the work was worth. */
function luckNotes(baseline: Samples, stage: Stage | null): string[] {
  const won = baseline.mean(INCOME);
  const luck = baseline.mean(LUCK);
  const fees = baseline.mean(FEES);
  if (stage === null || won === undefined || luck === undefined || fees === undefined) return [];
  const figure = (value: number) => String(Number(value.toPrecision(3)));
  return [
    `in ${stage.question.baseline} tickets won ${figure(won)} ETH/day (luck alone: ± ${figure(luck)} in one replication) for work worth ${figure(fees)} ETH/day; what they win is never judged`,
  ];
}

/** What a worker is worth where the operator's net says nothing. */
function losingNotes(stage: Stage | null, { values }: MarginalValues): string[] {
  if (stage?.isLosing !== true || values.size === 0) return [];
  return ["marginal values are of fees: the operator loses on each segment"];
}

function omissionNotes({ omitted }: MarginalValues): string[] {
  if (omitted.length === 0) return [];
  return [`marginal values of ${omitted.join(", ")} were not computed: too many kinds`];
}

/**
 * @throws InputError (`EXPECTATION_INVALID`) for a text that is no expectation
 */
export function scenarioResult(findings: Findings): ScenarioResult {
  const { loaded, seed, variants, stages, judgements, marginal } = findings;
  const { cases, stoppedAt } = findings.sensitivity;
  const [stage = null] = stages;
  const [judgement = null] = judgements;
  const { extensions = [] } = loaded;
  const { scenario } = loaded.base;
  const baseline = variants.get(findings.baseline);
  invariant(baseline !== undefined, "the baseline has been run");
  const key = bootstrapKey(seed);
  const none: ReadonlyMap<string, Estimate> = new Map();
  const marginalValues = (variant: string) =>
    variant === stage?.question.candidate ? marginal.values : none;
  const { holds, notes } = conservation(variants);
  const sensitivity = judgement === null ? [] : sensitivityResults(judgement, cases);
  const verdicts = verdictsOf(findings, baseline);
  const [verdict = null] = verdicts.values();
  const candidates = stages.map(({ question }) => question.candidate);
  const watched = stage === null ? [...variants.keys()] : [findings.baseline, ...candidates];
  return {
    schemaVersion: 2,
    poolsim: POOLSIM_VERSION,
    scenario: {
      name: scenario.name,
      file: loaded.file,
      sha256: loaded.sha256,
      settings: loaded.settings,
    },
    ...(extensions.length === 0 ? {} : { extensions }),
    seed,
    replications: baseline.records.length,
    countedMs: scenario.duration,
    segmentMs: segmentLengths(loaded),
    partial: findings.isPartial,
    variants: [...variants].map(([name, samples]) =>
      variantResult({ name, samples, marginalValues: marginalValues(name) }),
    ),
    question: questionOf(stage),
    comparisons: comparisons(variants, findings.baseline, key),
    intervals: { confidence: 0.95, simultaneous: false },
    untilDecided:
      stage?.sequence === undefined
        ? null
        : {
            first: stage.sequence.first,
            max: stage.sequence.max,
            ...(stoppedAt === null ? {} : { sensitivityReplications: stoppedAt }),
          },
    verdict,
    ...(verdicts.size < 2
      ? {}
      : { verdicts: [...verdicts].map(([candidate, one]) => ({ candidate, ...one })) }),
    sensitivity,
    expectations: findings.isPartial
      ? []
      : expectationResults({ expect: scenario.expect, variants, key, marginalValues, verdicts }),
    notJudged: notJudged(scenario.expect, new Set(variants.keys())),
    assumed: loaded.assumed,
    imputed: baseline.records[0]?.imputed ?? {},
    inputs: inputSources(loaded.base, baseline.records[0]?.imputed ?? {}),
    conservation: holds,
    notes: [
      ...partialNotes(findings, baseline.records.length),
      ...circumstanceNotes(findings.isPartial ? [] : stages),
      ...admittedNotes(findings),
      ...(scenario.notes ?? []),
      ...extensions.map(
        ({ name, sha256, adds }) =>
          `extension ${name} (${sha256.slice(0, 12)}): ${adds.join(", ")}`,
      ),
      ...networkNotes(loaded),
      ...modelNotes(loaded.variants.map(({ input }) => input)),
      ...demandNotes(scenario, findings.calibrationNote),
      ...notes,
      ...[...variants].flatMap(([name, samples]) =>
        watched.includes(name) ? trendNotes(name, samples) : [],
      ),
      ...unevenNotes(findings),
      ...dependencyNotes(sensitivity, cases),
      ...omissionNotes(marginal),
      ...losingNotes(stage, marginal),
      ...luckNotes(baseline, stage),
    ],
  };
}
