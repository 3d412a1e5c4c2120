/**
 * An experiment from its first replication to its last: demand calibrated, all variants run with
 * common random numbers, a verdict where the scenario asks for one, and how far it depends on
 * what is assumed. What it finds is a function of scenario, seed and version alone.
 */
import { checkChoice, checkWhole, refuse } from "../../core/checks.js";
import { invariant } from "../../core/errors.js";
import type { LoadedScenario } from "../input.js";
import type { ScenarioResult } from "../results.js";
import { candidatesOf } from "../scenario/candidates.js";
import { stoppable, todaysVariant } from "./asked.js";
import { calibrate } from "./calibrate.js";
import { CaseInputs } from "./case-inputs.js";
import type { Variants } from "./conclusions.js";
import { marginalValuesAsked } from "./conclusions.js";
import type { Executor } from "./executor.js";
import { MARGINAL_REPLICATIONS } from "./marginal-value.js";
import { OPERATOR_NET } from "./metric-names.js";
import { lengthened } from "./replication-length.js";
import { NO_REST, type Rest, runRest } from "./rest.js";
import { Samples } from "./samples.js";
import { type Findings, scenarioResult } from "./scenario-result.js";
import { hoursPerReplication, intervalsOf, judgeWithPeak, type Stage } from "./sensitivity.js";
import { SENSITIVITY_MAX, type SensitivityLevel } from "./sensitivity-cases.js";
import {
  FIRST_LOOK,
  FIRST_LOOK_OF_MANY,
  type Sequence,
  sequenceOf,
} from "./statistics/confidence-sequence.js";
import { pairedDifferences } from "./statistics/intervals.js";
import { ONE_LOOK_TAIL } from "./statistics/skewed-quantiles.js";
import { PILOT_REPLICATIONS, planReplications } from "./statistics/stopping.js";
import { circumstancesBeside } from "./verdict/circumstances.js";
import { changedWorkers } from "./verdict/evidence.js";
import { withHeldConstraints } from "./verdict/held-constraints.js";
import {
  advised,
  type Judgement,
  losesOnEachSegment,
  onFees,
  type Pair,
  type Question,
} from "./verdict/judge.js";
import { unseenIn } from "./verdict/unseen.js";
import { type Enough, untilDecided, withEnough } from "./verdict/until-decided.js";
import { wrongWorkersOf } from "./verdict/wrong-results.js";
import { type Progress, Workbench } from "./workbench.js";

const REPLICATIONS_MAX = 10_000;
/** Half width that two-stage runs ask for when the scenario does not say: this part of the margin. */
const HALF_WIDTH_OF_MARGIN = 0.5;

/** What may be said about an experiment from outside the scenario. */
export interface ExperimentOptions {
  /** Seed of all random draws. @default the scenario's */
  readonly seed?: number | undefined;
  /** Exactly so many, 1 … 10,000. @default as the scenario says */
  readonly replications?: number | undefined;
  /**
   * Goes on until the scenario's question is decided, or hardly can be, with 8 … 80 replications and
   * intervals that hold at every look (16 … 80 with several candidates). With `replications` too: exactly so many, judged as if one had
   * stopped there. @default whether the scenario has `replications: auto`
   */
  readonly untilDecided?: boolean | undefined;
  /**
   * When it aborts while one goes on until it is decided: the result of the last look that was
   * finished, which is that of so many `replications`; the sensitivity block likewise, with
   * `sensitivityReplications`, or "off" where not even its first look was. For budgets of time.
   */
  readonly enough?: AbortSignal | undefined;
  /**
   * The sensitivity block; "off" also leaves out the workers' marginal values that no expectation
   * asks for. @default "short"
   */
  readonly sensitivity?: SensitivityLevel | undefined;
  /**
   * While one goes on until it is decided: no look of the sensitivity block is at more, 8 … 24.
   * @default as many as it takes
   */
  readonly sensitivityReplications?: number | undefined;
  /** Is told of each replication that is finished. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * When it is stopped: a result of the replications that all variants have finished, marked
   * `partial` and without verdict, sensitivity and expectations, if there are any.
   * @default false
   */
  readonly partial?: boolean | undefined;
}

/** What is known of an experiment while it runs. */
interface Begun {
  begun: Omit<Findings, "variants"> & { readonly inputs: CaseInputs };
}

/** How many replications: the first ones, and where a pilot decides, how many at most. */
interface Plan {
  readonly first: number;
  readonly pilot: { readonly max: number; readonly halfWidth?: number | undefined } | null;
  /** Until it is decided; `null`: one look. */
  readonly sequence: Sequence | null;
  readonly isFixed: boolean;
}

/** The most replications of an experiment that goes on until it is decided. */
export const UNTIL_DECIDED_MAX = 80;

function isUntilDecided({ base }: LoadedScenario, { untilDecided }: ExperimentOptions): boolean {
  const { decision, replications } = base.scenario;
  return decision !== undefined && (untilDecided ?? replications === "auto");
}

/** @param judged candidates, and their intervals, all of which hold at once */
function planOf(
  loaded: LoadedScenario,
  options: ExperimentOptions,
  { candidates, comparisons }: { readonly candidates: number; readonly comparisons: number },
): Plan {
  const { replications } = loaded.base.scenario;
  const { replications: fixed } = options;
  const isFixed = fixed !== undefined;
  const isUntil = isUntilDecided(loaded, options);
  const first = candidates > 1 ? FIRST_LOOK_OF_MANY : FIRST_LOOK;
  const sequence = isUntil ? sequenceOf({ max: UNTIL_DECIDED_MAX, comparisons, first }) : null;
  const common = { pilot: null, sequence, isFixed };
  if (isFixed) return { ...common, first: fixed };
  if (isUntil) return { ...common, first };
  if (typeof replications === "number") return { ...common, first: replications };
  // There is nothing to decide.
  if (replications === "auto") return { ...common, first: PILOT_REPLICATIONS };
  return { ...common, first: replications.pilot, pilot: replications };
}

function pairOf(variants: Variants, question: Question): Pair {
  const baseline = variants.get(question.baseline);
  const candidate = variants.get(question.candidate);
  invariant(baseline !== undefined && candidate !== undefined, "the compared variants exist");
  return { baseline, candidate };
}

/** The margin in the objective's unit, as far as the pilot tells. */
function amountOf({ margin, objective }: Question, baseline: Samples): number {
  if (typeof margin !== "number") return margin.absolute;
  return margin * Math.max(0, baseline.mean(objective) ?? 0);
}

/** The number of replications that the pilot's paired differences ask for. */
function plannedReplications(
  plan: Plan,
  { baseline, candidate }: Pair,
  question: Question,
): number {
  if (plan.pilot === null) return plan.first;
  const { max, halfWidth = HALF_WIDTH_OF_MARGIN * amountOf(question, baseline) } = plan.pilot;
  const pilotDifferences = pairedDifferences({
    of: candidate.observations(question.objective),
    from: baseline.observations(question.objective),
  });
  const bounds = { minimum: plan.first, maximum: max };
  return planReplications({ pilotDifferences, halfWidth, ...bounds }).replications;
}

async function runVariants(
  names: readonly string[],
  inputs: CaseInputs,
  workbench: Workbench,
  count: number,
): Promise<Variants> {
  const all = names.map((name) => inputs.of(name));
  const found = await workbench.replicateAll(all, { label: "replications", count });
  return new Map(found.map((samples, index) => [names[index] ?? "", samples]));
}

/** The replications that all variants have finished; undefined when there is none. */
function finishedVariants(
  names: readonly string[],
  inputs: CaseInputs,
  workbench: Workbench,
  most = Number.POSITIVE_INFINITY,
): Variants | undefined {
  const all = names.map((name) => workbench.finished(inputs.of(name)));
  const count = Math.min(most, ...all.map(({ length }) => length));
  if (count === 0) return undefined;
  return new Map(
    all.map((records, index) => [names[index] ?? "", new Samples(records.slice(0, count))]),
  );
}

/** Replications of all variants, and the verdict on them. */
interface Main {
  readonly variants: Variants;
  /** Of the candidates, in their order. */
  readonly judgements: readonly Judgement[];
}

async function runMain(
  plan: Plan,
  stages: readonly Stage[],
  run: (count: number) => Promise<Variants>,
): Promise<Main> {
  const pilot = await run(plan.first);
  if (stages.length === 0) return { variants: pilot, judgements: [] };
  const planned = stages.map(({ question, isLosing }) =>
    plannedReplications(plan, pairOf(pilot, question), isLosing ? onFees(question) : question),
  );
  const replications = Math.max(...planned);
  const variants = replications === plan.first ? pilot : await run(replications);
  return judgeAll(stages, variants).then(advisedAll(stages));
}

/** Judges each candidate, with the peak test where it needs one. */
async function judgeAll(stages: readonly Stage[], variants: Variants): Promise<Main> {
  const judgements = await Promise.all(
    stages.map((stage) =>
      judgeWithPeak(stage, { pair: pairOf(variants, stage.question), label: "peak demand" }),
    ),
  );
  return { variants, judgements };
}

/** Says of what is undecided what would likely decide it. */
function advisedAll(stages: readonly Stage[]): (main: Main) => Main {
  const [stage] = stages;
  return ({ variants, judgements }) => ({
    variants,
    judgements:
      stage === undefined
        ? judgements
        : judgements.map((one) => advised(one, hoursPerReplication(stage.scenario))),
  });
}

/** The same with looks until it is decided, or enough. */
async function runUntilDecided(
  plan: Plan,
  stages: readonly Stage[],
  options: {
    readonly run: (count: number) => Promise<Variants>;
    /** What all variants have finished. */
    readonly finished: () => Variants | undefined;
    readonly enough: Enough;
  },
): Promise<Main> {
  const { run, finished, enough } = options;
  const look = async (count: number) => judgeAll(stages, await run(count));
  const { max = plan.first, first } = plan.sequence ?? {};
  const found = plan.isFixed
    ? await look(plan.first)
    : await untilDecided({ max, first, look, enough });
  // Without a look: before the first one nothing has an interval, so there is no peak test either.
  return advisedAll(stages)(found ?? (await judgeAll(stages, finished() ?? (await run(1)))));
}

function stageOf(
  common: Pick<Stage, "question" | "inputs" | "workbench" | "seed" | "sequence" | "tail">,
): Stage {
  const { question, inputs } = common;
  const { scenario } = inputs.of(question.baseline);
  const isLosing = question.objective === OPERATOR_NET && losesOnEachSegment(scenario);
  const candidate = inputs.of(question.candidate).scenario;
  const workers = changedWorkers(scenario, candidate);
  return {
    ...common,
    scenario,
    other: candidate,
    workers,
    isLosing,
    unseen: unseenIn([scenario, candidate]),
    circumstances: circumstancesBeside(scenario, candidate),
    wrong: { baseline: wrongWorkersOf(scenario), candidate: wrongWorkersOf(candidate) },
  };
}

/** All stages of an experiment. */
async function run(
  given: LoadedScenario,
  workbench: Workbench,
  options: ExperimentOptions,
  { state, enough }: { readonly state: Partial<Begun>; readonly enough: Enough },
): Promise<Findings> {
  const { seed = given.base.scenario.seed, sensitivity = "short" } = options;
  const names = given.variants.map(({ name }) => name);
  const baseline = todaysVariant(given);
  const calibration = await calibrate({ loaded: given, baseline, workbench });
  const { loadFactor } = calibration;
  const loaded = await lengthened(given, { variant: baseline, loadFactor, workbench });
  const inputs = new CaseInputs(loaded, loadFactor);
  const { scenario } = inputs.of(baseline);
  const decision = scenario.decision && withHeldConstraints(scenario, scenario.decision);
  const candidates = decision === undefined ? [] : candidatesOf(decision);
  const each = decision === undefined ? 1 : intervalsOf(scenario, decision);
  const comparisons = Math.max(1, candidates.length * each);
  const plan = planOf(loaded, options, { candidates: candidates.length, comparisons });
  const sequence = plan.sequence ?? undefined;
  // Intervals of several hold at once: each has its part of what may go wrong (Bonferroni).
  const tail = candidates.length > 1 ? ONE_LOOK_TAIL / candidates.length : undefined;
  const shared = { inputs, workbench, seed, sequence, tail };
  const stages = candidates.flatMap((candidate) =>
    decision === undefined ? [] : [stageOf({ question: { ...decision, candidate }, ...shared })],
  );
  const [stage = null] = stages;
  const common = { loaded, baseline, stages, seed, calibrationNote: calibration.note };
  state.begun = { ...common, ...NO_REST, judgements: [], inputs, isPartial: true };
  const run = (count: number) => runVariants(names, inputs, workbench, count);
  const rest = (level: SensitivityLevel): Promise<Rest | null> =>
    runRest(stage, {
      level,
      last: options.sensitivityReplications,
      enough,
      replications: Math.min(plan.first, MARGINAL_REPLICATIONS),
      asked: marginalValuesAsked(loaded.base.scenario.expect),
    });
  if (stage === null || plan.sequence === null) {
    // All at once, so that threads need not wait for each other between the stages.
    const [main, others] = await Promise.all([runMain(plan, stages, run), rest(sensitivity)]);
    return { ...common, ...main, ...(others ?? NO_REST), isPartial: false };
  }
  const before = plan.sequence.first - 1;
  const finished = () => finishedVariants(names, inputs, workbench, before);
  const main = await runUntilDecided(plan, stages, { run, finished, enough });
  const others = (await rest(sensitivity)) ?? (await rest("off")) ?? NO_REST;
  return { ...common, ...main, ...others, isPartial: false };
}

/** What does not go together with going on until it is decided. */
function checkUntilDecided(loaded: LoadedScenario, options: ExperimentOptions): void {
  if (options.untilDecided === true && loaded.base.scenario.decision === undefined) {
    refuse(`${loaded.file}: there is no decision to go on for; expected a scenario with one`);
  }
  const { replications = 0, sensitivityReplications } = options;
  if (sensitivityReplications !== undefined && !isUntilDecided(loaded, options)) {
    refuse("sensitivityReplications: expected only where one goes on until it is decided");
  }
  if (isUntilDecided(loaded, options) && replications > UNTIL_DECIDED_MAX) {
    refuse(
      `replications: found ${replications}, expected at most ${UNTIL_DECIDED_MAX} where one goes on until it is decided`,
    );
  }
}

function check(loaded: LoadedScenario, options: ExperimentOptions): void {
  const { seed, replications, sensitivity, sensitivityReplications } = options;
  checkWhole({ seed }, [0, Number.MAX_SAFE_INTEGER]);
  checkWhole({ replications }, [1, REPLICATIONS_MAX]);
  checkChoice({ sensitivity }, ["off", "short", "full"]);
  checkWhole({ sensitivityReplications }, [FIRST_LOOK, SENSITIVITY_MAX]);
  checkUntilDecided(loaded, options);
}

/**
 * Runs an experiment with a given way to run replications.
 *
 * @param executor closed when the experiment ends, however it does
 * @param options what the scenario does not say; `signal` stops the experiment
 * @throws InputError (`OPTION_INVALID`, or a scenario's own)
 * @throws the signal's reason when it aborts, unless there is a partial result
 */
export async function experimentWith(
  loaded: LoadedScenario,
  executor: Executor,
  options: ExperimentOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ScenarioResult> {
  const { signal } = options;
  const workbench = new Workbench(executor, options.onProgress);
  const state: Partial<Begun> = {};
  try {
    const findings = await stoppable(executor, signal, () => {
      check(loaded, options);
      return withEnough(options.enough, (enough) =>
        run(loaded, workbench, options, { state, enough }),
      );
    });
    return scenarioResult(findings);
  } catch (error) {
    const partial = options.partial === true && signal?.aborted === true && state.begun;
    if (!partial) throw error;
    const names = loaded.variants.map(({ name }) => name);
    const variants = finishedVariants(names, partial.inputs, workbench);
    if (variants === undefined) throw error;
    return scenarioResult({ ...partial, variants });
  }
}
