/**
 * A sweep: settings varied over a grid, in each of given circumstances, with common random numbers. It
 * finds which choices are as good as the best, and how that moves with the circumstances.
 */
import { checkWhole } from "../../core/checks.js";
import { POOLSIM_VERSION } from "../../core/version.js";
import { PoolInputs } from "../advise/pool-change.js";
import {
  type AskedOptions,
  checkAsked,
  checkObjective,
  judgedOn,
  marginOf,
  questionOf,
  scenarioOf,
  stoppable,
  todaysVariant,
  variantOf,
} from "../experiment/asked.js";
import { calibrate } from "../experiment/calibrate.js";
import type { Executor } from "../experiment/executor.js";
import { fewerSegmentsNotes } from "../experiment/fewer-segments.js";
import { inputSources } from "../experiment/input-sources.js";
import { demandNotes } from "../experiment/notes.js";
import { lengthened } from "../experiment/replication-length.js";
import { reported, type Samples } from "../experiment/samples.js";
import { FIRST_LOOK_OF_MANY, sequenceOf } from "../experiment/statistics/confidence-sequence.js";
import type { Question } from "../experiment/verdict/judge.js";
import { isAbout, unseenIn } from "../experiment/verdict/unseen.js";
import { type Enough, withEnough } from "../experiment/verdict/until-decided.js";
import { Workbench } from "../experiment/workbench.js";
import type { LoadedScenario } from "../input.js";
import { capacityNotes } from "../model/world/model-notes.js";
import { edgeNotes } from "./at-the-edge.js";
import { axesOf, combinations, type Setting, type Vary } from "./axes.js";
import { type Heat, type HeatFound, race } from "./race.js";
import { changeFrom, constraintsOf, type Field, firstOf, firstOfSame } from "./rank.js";
import { sweepExpectations } from "./sweep-expectations.js";
import { heatsOf } from "./sweep-inputs.js";
import type {
  AdmittedCount,
  SweepPoint,
  SweepProblem,
  SweepResult,
  SweepSlice,
  SweepStanding,
} from "./sweep-result.js";
import { type UnpaidHarm, unpaidHarms } from "./unpaid-harm.js";

/** The most replications of a point. */
export const SWEEP_MAX = 192;

/** What may be said about a sweep from outside the scenario. */
export interface SweepOptions extends AskedOptions {
  /** What is varied. @default as the scenario's `sweep` says */
  readonly vary?: readonly Vary[] | undefined;
  /** Stops after a look at so many replications, 16 … 192. @default as many as it takes */
  readonly replications?: number | undefined;
}

function varied({ base }: LoadedScenario, { vary }: SweepOptions): readonly Vary[] {
  if (vary !== undefined && vary.length > 0) return vary;
  const own = base.scenario.sweep?.vary ?? {};
  return Object.entries(own).map(([path, values]) => ({ path, values }));
}

/** How many are admitted in the first replication; `null` where there are no workers. */
function admittedOf({ records }: Samples): AdmittedCount | null {
  const asked = (records[0]?.admissions ?? []).filter(({ sessions }) => sessions !== null);
  if (asked.length === 0) return null;
  return {
    workers: asked.filter(({ sessions }) => sessions !== 0).length,
    of: asked.length,
    sessions: asked.reduce((sum, { sessions }) => sum + (sessions ?? 0), 0),
    offered: asked.reduce((sum, { offered }) => sum + offered, 0),
  };
}

/** How a heat went, with what is wrong with points that is not paid for. */
interface Judged extends HeatFound {
  /** By label. @default nothing */
  readonly unpaid?: ReadonlyMap<string, UnpaidHarm> | undefined;
}

/** Why nothing can be compared; undefined where something can. */
function problemOf({ unseen, ranking, unpaid }: Judged): SweepProblem | undefined {
  const harm = unpaid?.get(ranking.best ?? "");
  const unpaidProblem = harm?.isRefused === true ? harm.problem : undefined;
  return unseen ?? (ranking.isBlind ? "no evidence" : unpaidProblem);
}

/** Whether what a point brings is no reason to choose it. */
function isRefused({ unpaid }: Judged, label: string): boolean {
  return unpaid?.get(label)?.isRefused === true;
}

function standingOf(found: Judged, label: string): SweepStanding {
  const { dropped, ranking } = found;
  const out = dropped.get(label);
  if (out?.by === null) return "constraint broken";
  if (out !== undefined) return isRefused(found, out.by ?? "") ? "not told apart" : "worse";
  if (problemOf(found) !== undefined || isRefused(found, label)) return "not told apart";
  if (ranking.best === label) return "best";
  return ranking.asGood.has(label) ? "as good" : "not told apart";
}

/** The heats with what they differ in that nobody looks at. */
function withUnseen(heats: readonly Heat[], { objective }: Question): readonly Heat[] {
  return heats.map((heat): Heat => {
    const inputs = [heat.asItIs, ...heat.runners.map(({ input }) => input)];
    const found = unseenIn(inputs.map(({ scenario }) => scenario));
    return { ...heat, unseen: found.find((one) => isAbout(one, objective)) };
  });
}

/** All points of a heat, in their order, with what is said of each. */
export function pointsOf(
  field: Field,
  found: Judged,
  choices: readonly Setting[],
): readonly SweepPoint[] {
  const { asItIs, entrants, dropped, ranking } = found;
  const firsts = firstOfSame(entrants);
  const best = entrants.find(({ label }) => label === ranking.best);
  const isCompared = found.unseen === undefined;
  return entrants.map((entrant, index): SweepPoint => {
    const { label, samples } = entrant;
    const first = firsts.get(label)?.label ?? label;
    const behind =
      best === undefined || best === entrant
        ? undefined
        : reported(changeFrom(field, best.samples, samples));
    return {
      label,
      settings: choices[index]?.settings ?? [],
      standing: standingOf(found, label),
      sameAs: first === label ? null : first,
      objective: samples.estimate(field.question.objective) ?? null,
      change: (isCompared ? reported(changeFrom(field, asItIs, samples)) : null) ?? null,
      behindBest: behind ?? null,
      constraints: constraintsOf(field, asItIs, entrant),
      dropped: dropped.get(label) ?? null,
      admitted: admittedOf(samples),
      replications: samples.records.length,
    };
  });
}

function sliceOf(
  field: Field,
  found: Judged,
  circumstance: Setting,
  choices: readonly Setting[],
): SweepSlice {
  const { asItIs, entrants, ranking, replications } = found;
  const points = pointsOf(field, found, choices);
  const problem = problemOf(found);
  const best =
    problem === undefined ? entrants.find(({ label }) => label === ranking.best) : undefined;
  return {
    label: circumstance.label,
    settings: circumstance.settings,
    asItIs: {
      objective: asItIs.estimate(field.question.objective) ?? null,
      admitted: admittedOf(asItIs),
      replications: asItIs.records.length,
    },
    points,
    best: best?.label ?? null,
    bestAdmissions: best?.samples.records[0]?.admissions ?? [],
    asGood:
      problem === undefined
        ? points
            .filter(({ dropped, label }) => dropped === null && !isRefused(found, label))
            .map(({ label }) => label)
        : [],
    isDecided: ranking.isDecided && found.unpaid?.get(ranking.best ?? "")?.isRefused !== true,
    ...(problem === undefined ? {} : { problem }),
    replications,
  };
}

const PROBLEMS: Readonly<Record<SweepProblem, string>> = {
  price:
    "no gateway looks at prices: none has a maximum, or gives the price a weight (gateway.maxPricePerUnit, selectPriceWeight), so that any price is paid, which says nothing of what a price brings",
  terms:
    "nobody looks at what workers and delegators get: they stay whatever economics.commission and feeShare are, which says nothing of what these bring",
  "no evidence": "nothing can be compared: too few sessions, or an objective that is not above 0",
  "slow answers":
    "what brings most makes clients wait who never leave, so that what comes in is no reason to choose it: say how long they wait (ai.jobs[].patience)",
  "wrong results":
    "what brings most lets more wrong results through, which are paid like right ones, so that what comes in is no reason to choose it",
};

function problemNotes(slices: readonly SweepSlice[]): readonly string[] {
  return slices.flatMap(({ label, problem }) =>
    problem === undefined ? [] : [`${label === "" ? "" : `with ${label}: `}${PROBLEMS[problem]}`],
  );
}

/** What is wrong with the best points, and with those that are as good, that is not paid for. */
function unpaidNotes(heats: readonly Judged[], slices: readonly SweepSlice[]): readonly string[] {
  return heats.flatMap(({ unpaid }, index) => {
    const where = slices[index]?.label ?? "";
    const texts = [...(unpaid?.values() ?? [])].map(({ text }) => text);
    return texts.map((text) => (where === "" ? text : `with ${where}: ${text}`));
  });
}

/** Where the best point brings more by AI jobs, and costs segments. */
function fewerNotes(heats: readonly Judged[], seed: number): readonly string[] {
  return heats.flatMap(({ asItIs, entrants, ranking }) => {
    const best = entrants.find(({ label }) => label === ranking.best);
    if (best === undefined) return [];
    const { length: count } = best.samples.records;
    const pair = { baseline: firstOf(asItIs, count), candidate: best.samples };
    return fewerSegmentsNotes(`with ${best.label}`, { seed, ...pair });
  });
}

/** Comparisons of any two points, the scenario as it is included, and of each with each constraint. */
export function comparisonsOf(heats: number, points: number, { constraints }: Question): number {
  return heats * ((points * (points + 1)) / 2 + points * constraints.length);
}

async function run(
  given: LoadedScenario,
  workbench: Workbench,
  options: SweepOptions,
  enough: Enough,
): Promise<SweepResult> {
  const { seed = given.base.scenario.seed, confidence = 0.95 } = options;
  const { sweep: own } = given.base.scenario;
  const variant = variantOf(given, options);
  const wanted = questionOf(given, {
    objective: options.objective ?? own?.objective,
    margin: options.margin ?? own?.margin,
  });
  checkObjective(wanted.objective, given);
  const axes = axesOf(varied(given, options));
  const choices = combinations(axes, "choice");
  const circumstances = combinations(axes, "circumstance");
  // All inputs are made before anything runs, and once more at the demand that is found.
  heatsOf(new PoolInputs(given, variant, 1), circumstances, choices);
  const calibration = await calibrate({ loaded: given, baseline: todaysVariant(given), workbench });
  const { loadFactor } = calibration;
  const loaded = await lengthened(given, { variant, loadFactor, workbench });
  const inputs = new PoolInputs(loaded, variant, loadFactor);
  const heats = heatsOf(inputs, circumstances, choices);
  const inputsOf = ({ asItIs, runners }: Heat) => [asItIs, ...runners.map(({ input }) => input)];
  const scenarios = heats.flatMap(inputsOf).map(({ scenario }) => scenario);
  const { question, note } = judgedOn(wanted, scenarios);
  const comparisons = comparisonsOf(heats.length, choices.length, question);
  const sequence = sequenceOf({
    max: SWEEP_MAX,
    confidence,
    comparisons,
    first: FIRST_LOOK_OF_MANY,
  });
  const field: Field = { question, seed, sequence };
  const last = options.replications ?? SWEEP_MAX;
  const entered = withUnseen(heats, question);
  const found = await race({ heats: entered, workbench, field, last, enough });
  const known = found.heats.flatMap((heat, index): Judged[] => {
    const own = entered[index];
    return own === undefined ? [] : [{ ...heat, unpaid: unpaidHarms(own, heat, seed) }];
  });
  const slices = known.flatMap((heat, index) => {
    const circumstance = circumstances[index];
    return circumstance === undefined ? [] : [sliceOf(field, heat, circumstance, choices)];
  });
  const { extensions = [] } = loaded;
  const imputed = found.heats[0]?.asItIs.records[0]?.imputed ?? {};
  const variants = new Set(loaded.variants.map(({ name }) => name));
  return {
    schemaVersion: 1,
    kind: "sweep",
    poolsim: POOLSIM_VERSION,
    scenario: scenarioOf(loaded),
    ...(extensions.length === 0 ? {} : { extensions }),
    asked: {
      variant: options.variant,
      objective: options.objective,
      margin: options.margin,
      confidence: options.confidence,
    },
    seed,
    variant,
    objective: question.objective,
    margin: marginOf(question),
    confidence,
    comparisons,
    replications: found.replications,
    replicationsMax: SWEEP_MAX,
    durationMs: inputs.scenario.duration,
    axes,
    slices,
    goodEverywhere: choices
      .map(({ label }) => label)
      .filter((label) => slices.every(({ asGood }) => asGood.includes(label))),
    ...sweepExpectations(loaded.base.scenario.expect, variants, slices),
    assumed: loaded.assumed,
    imputed,
    inputs: inputSources(loaded.base, imputed),
    notes: [
      ...note,
      ...(inputs.scenario.notes ?? []),
      ...problemNotes(slices),
      ...unpaidNotes(known, slices),
      ...fewerNotes(known, seed),
      ...edgeNotes(slices, axes),
      ...demandNotes(inputs.scenario, calibration.note),
      ...capacityNotes({ scenario: inputs.scenario, data: loaded.base.data }),
    ],
  };
}

/**
 * Sweeps with a given way to run replications.
 *
 * @param executor closed when it ends, however it does
 * @param options what the scenario does not say; `signal` stops it
 * @throws InputError (`OPTION_INVALID`, `SWEEP_INVALID`, or a scenario's own)
 * @throws the signal's reason when it aborts
 */
export async function sweepWith(
  loaded: LoadedScenario,
  executor: Executor,
  options: SweepOptions & { readonly signal?: AbortSignal | undefined },
): Promise<SweepResult> {
  return stoppable(executor, options.signal, () => {
    checkAsked(options);
    checkWhole({ replications: options.replications }, [FIRST_LOOK_OF_MANY, SWEEP_MAX]);
    const workbench = new Workbench(executor, options.onProgress);
    return withEnough(options.enough, (enough) => run(loaded, workbench, options, enough));
  });
}
