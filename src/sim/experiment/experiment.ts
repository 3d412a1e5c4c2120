/**
 * An experiment from its first replication to its result: demand calibrated, all variants run
 * with common random numbers, a verdict where the scenario asks for one, and how far it depends
 * on what is assumed. What it says is a function of scenario, seed and version alone.
 */
import { InputError, invariant } from "../../core/errors.js";
import type { LoadedScenario } from "../input.js";
import type { Estimate, ScenarioResult } from "../results.js";
import { POOLSIM_VERSION } from "../version.js";
import { calibrate } from "./calibrate.js";
import { CaseInputs } from "./case-inputs.js";
import { comparisons, conservation, expectationResults, type Variants } from "./conclusions.js";
import type { Executor } from "./executor.js";
import { figureFormat } from "./figure-format.js";
import { pairedDifferences } from "./intervals.js";
import { bootstrapKey, type Judgement, marginOf, type Pair } from "./judge.js";
import { MARGINAL_REPLICATIONS, type MarginalValues, marginalValues } from "./marginal-value.js";
import { demandNotes, isUncalibrated, trendNotes } from "./notes.js";
import { Samples } from "./samples.js";
import {
  type CaseOutcome,
  judgeWithPeak,
  runSensitivity,
  type Stage,
  sensitivityResults,
} from "./sensitivity.js";
import type { SensitivityLevel } from "./sensitivity-cases.js";
import { planReplications } from "./stopping.js";
import { variantResult } from "./variant-result.js";
import { verdictSentence } from "./verdict-sentence.js";
import { type Progress, Workbench } from "./workbench.js";

const VARIANTS_MAX = 100;
const REPLICATIONS_MAX = 10_000;
/** Half width that two-stage runs ask for when the scenario does not say: this part of δ. */
const HALF_WIDTH_OF_MARGIN = 0.5;

/** What may be said about an experiment from outside the scenario. */
export interface ExperimentOptions {
  /** @default the scenario's */
  readonly seed?: number | undefined;
  /** Exactly so many, 1 … 10,000. @default as the scenario says */
  readonly replications?: number | undefined;
  /** The sensitivity block; "off" also leaves out the workers' marginal values. @default "short" */
  readonly sensitivity?: SensitivityLevel | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Replications of all variants, and the verdict on them. */
interface Main {
  readonly variants: Variants;
  readonly replications: number;
  readonly judgement: Judgement | null;
}

function inRange(name: string, value: number, low: number, high: number): number {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new InputError(`${name}: found ${value}, expected a whole number from ${low} to ${high}`, {
    code: "OPTION_INVALID",
  });
}

function pairOf(variants: Variants, { question }: Stage): Pair {
  const baseline = variants.get(question.baseline);
  const candidate = variants.get(question.candidate);
  invariant(baseline !== undefined && candidate !== undefined, "the compared variants exist");
  return { baseline, candidate };
}

/** The number of replications that the pilot's paired differences ask for. */
function planned(
  pilot: Variants,
  stage: Stage,
  plan: { readonly pilot: number; readonly max: number; readonly halfWidth?: number | undefined },
): number {
  const { question } = stage;
  const { baseline, candidate } = pairOf(pilot, stage);
  const { replications } = planReplications({
    pilotDifferences: pairedDifferences({
      of: candidate.observations(question.objective),
      from: baseline.observations(question.objective),
    }),
    halfWidth: plan.halfWidth ?? HALF_WIDTH_OF_MARGIN * marginOf(question, baseline),
    minimum: plan.pilot,
    maximum: plan.max,
  });
  return replications;
}

/** One experiment; its stages share what has been run. */
class Experiment {
  readonly #loaded: LoadedScenario;
  readonly #workbench: Workbench;
  readonly #seed: number;
  readonly #fixed: number | undefined;
  readonly #level: SensitivityLevel;

  constructor(loaded: LoadedScenario, executor: Executor, options: ExperimentOptions) {
    const { seed = loaded.base.scenario.seed, replications, sensitivity = "short" } = options;
    this.#loaded = loaded;
    this.#workbench = new Workbench(executor, options.onProgress);
    this.#seed = seed;
    const said = loaded.base.scenario.replications;
    this.#fixed = replications ?? (typeof said === "number" ? said : undefined);
    this.#level = sensitivity;
  }

  get #names(): readonly string[] {
    return this.#loaded.variants.map(({ name }) => name);
  }

  get #baseline(): string {
    const name = this.#loaded.base.scenario.decision?.baseline ?? this.#names[0];
    invariant(name !== undefined, "a scenario has at least one variant");
    return name;
  }

  async result(): Promise<ScenarioResult> {
    const baseline = this.#baseline;
    const { loadFactor, note } = await calibrate({
      loaded: this.#loaded,
      baseline,
      workbench: this.#workbench,
    });
    const inputs = new CaseInputs(this.#loaded, loadFactor);
    const { scenario } = inputs.of(baseline);
    const { decision: question } = scenario;
    const common = { scenario, inputs, workbench: this.#workbench, seed: this.#seed };
    const stage = question === undefined ? null : { ...common, question };
    // All at once, so that threads need not wait for each other between the stages.
    const [main, cases, marginal] = await Promise.all([
      this.#main(inputs, stage),
      this.#cases(stage),
      this.#marginal(stage),
    ]);
    return this.#assemble({ main, cases, marginal, stage, calibrationNote: note });
  }

  async #run(inputs: CaseInputs, from: number, to: number): Promise<Variants> {
    const label = "replications";
    const all = this.#names.map((name) => ({ name, input: inputs.of(name) }));
    const results = await Promise.all(
      all.map(({ input }) => this.#workbench.replicate(input, { label, from, to })),
    );
    return new Map(all.map(({ name }, index) => [name, new Samples(results[index] ?? [])]));
  }

  async #main(inputs: CaseInputs, stage: Stage | null): Promise<Main> {
    const plan = this.#loaded.base.scenario.replications;
    let replications = this.#fixed ?? (typeof plan === "number" ? plan : plan.pilot);
    let variants = await this.#run(inputs, 0, replications);
    if (stage === null) return { variants, replications, judgement: null };
    if (this.#fixed === undefined && typeof plan === "object") {
      replications = planned(variants, stage, plan);
      variants = await this.#run(inputs, 0, replications);
    }
    const judgement = await judgeWithPeak(stage, {
      pair: pairOf(variants, stage),
      label: "peak demand",
    });
    return { variants, replications, judgement };
  }

  async #cases(stage: Stage | null): Promise<readonly CaseOutcome[]> {
    return stage === null ? [] : runSensitivity(stage, this.#level);
  }

  async #marginal(stage: Stage | null): Promise<MarginalValues> {
    if (stage === null || this.#level === "off") return { values: new Map(), omitted: [] };
    const plan = this.#loaded.base.scenario.replications;
    const first = this.#fixed ?? (typeof plan === "number" ? plan : plan.pilot);
    return marginalValues(stage, { replications: Math.min(first, MARGINAL_REPLICATIONS) });
  }

  #assemble(parts: {
    readonly main: Main;
    readonly cases: readonly CaseOutcome[];
    readonly marginal: MarginalValues;
    readonly stage: Stage | null;
    readonly calibrationNote: string | null;
  }): ScenarioResult {
    const { main, cases, marginal, stage, calibrationNote } = parts;
    const { variants, replications, judgement } = main;
    const { scenario } = this.#loaded.base;
    const baseline = this.#baseline;
    const key = bootstrapKey(this.#seed);
    const none: ReadonlyMap<string, Estimate> = new Map();
    const marginalValuesOf = (variant: string) =>
      variant === stage?.question.candidate ? marginal.values : none;
    const kept = conservation(variants);
    const flips = judgement === null ? [] : sensitivityResults(judgement.verdict.decision, cases);
    const compared = stage && [stage.question.baseline, stage.question.candidate];
    return {
      schemaVersion: 1,
      poolsim: POOLSIM_VERSION,
      scenario: { name: scenario.name, file: this.#loaded.file, sha256: this.#loaded.sha256 },
      seed: this.#seed,
      replications,
      variants: [...variants].map(([name, samples]) =>
        variantResult({ name, samples, marginalValues: marginalValuesOf(name) }),
      ),
      comparisons: comparisons(variants, baseline, key),
      verdict: judgement === null || stage === null ? null : verdictOf(judgement, stage, variants),
      sensitivity: flips,
      expectations: expectationResults({
        expect: scenario.expect,
        variants,
        key,
        marginalValues: marginalValuesOf,
      }),
      imputed: variants.get(baseline)?.results[0]?.imputed ?? {},
      conservation: kept.holds,
      notes: [
        ...demandNotes(scenario, calibrationNote),
        ...kept.notes,
        ...[...variants].flatMap(([name, samples]) =>
          compared === null || compared.includes(name) ? trendNotes(name, samples) : [],
        ),
        ...dependencyNotes(flips, cases),
        ...(marginal.omitted.length === 0
          ? []
          : [
              `marginal values of ${marginal.omitted.join(", ")} were not computed: too many kinds`,
            ]),
      ],
    };
  }
}

function verdictOf(
  { verdict }: Judgement,
  stage: Stage,
  variants: Variants,
): NonNullable<ScenarioResult["verdict"]> {
  const { objective } = stage.question;
  const { baseline } = pairOf(variants, stage);
  const format = figureFormat({ baseline, isRelative: isUncalibrated(stage.scenario) });
  const reason = verdictSentence(verdict, { objective, format });
  return { decision: verdict.decision, reason, objective };
}

function dependencyNotes(
  results: ScenarioResult["sensitivity"],
  cases: readonly CaseOutcome[],
): string[] {
  const flips = results.filter((result) => result.flips);
  const notes = cases
    .filter(({ judgement }) => judgement === null)
    .map(({ label, problem }) => `sensitivity: ${label} could not be tried: ${problem}`);
  if (flips.length === 0) return notes;
  const list = flips.map(({ label, decision }) => `${label} (${decision})`).join(", ");
  return [`the verdict depends on: ${list}`, ...notes];
}

/**
 * Runs an experiment with a given way to run replications.
 *
 * @param executor closed when the experiment ends, however it does
 * @param options what the scenario does not say; `signal` stops the experiment
 * @throws InputError (`OPTION_INVALID`, `TOO_MANY_VARIANTS`, or a scenario's own)
 * @throws the signal's reason when it aborts
 */
export async function experimentWith(
  loaded: LoadedScenario,
  executor: Executor,
  options: ExperimentOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ScenarioResult> {
  const { signal, seed, replications } = options;
  let stop = (): void => {};
  try {
    if (seed !== undefined) inRange("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    if (replications !== undefined) inRange("replications", replications, 1, REPLICATIONS_MAX);
    if (loaded.variants.length > VARIANTS_MAX) {
      const found = `found ${loaded.variants.length} variants`;
      throw new InputError(`${loaded.file}: ${found}, expected at most ${VARIANTS_MAX}`, {
        code: "TOO_MANY_VARIANTS",
      });
    }
    signal?.throwIfAborted();
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal?.reason);
    });
    signal?.addEventListener("abort", stop, { once: true });
    return await Promise.race([new Experiment(loaded, executor, options).result(), stopped]);
  } finally {
    signal?.removeEventListener("abort", stop);
    await executor.close();
  }
}
