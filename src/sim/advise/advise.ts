/**
 * Advice on each worker of a pool: *keep*, *cap*, *keep as spare*, *exclude*, or *undecided*.
 *
 * In three steps. First the workers that lose streams most are left out one after the other, and the
 * best of these pools is taken ({@link suspects} says why). In it each worker is asked about: every
 * action on it is compared with leaving it as it is, all with intervals that hold at once and at every
 * look. Then what is advised is looked at again with replications that chose nothing: each action
 * alone, and all of them together. And the best rule for all is looked for ({@link bestRule}).
 */
import { POOLSIM_VERSION } from "../../core/version.js";
import {
  type AskedOptions,
  checkAsked,
  checkObjective,
  checkWhole,
  marginOf,
  questionOf,
  refuse,
  scenarioOf,
  stoppable,
  variantOf,
} from "../experiment/asked.js";
import { calibrate } from "../experiment/calibrate.js";
import { FIRST_LOOK_OF_MANY } from "../experiment/confidence-sequence.js";
import type { Executor } from "../experiment/executor.js";
import { inputSources } from "../experiment/input-sources.js";
import { effective, type Judgement } from "../experiment/judge.js";
import { demandNotes } from "../experiment/notes.js";
import { reported } from "../experiment/samples.js";
import { segmentLengths } from "../experiment/segment-lengths.js";
import { type Enough, enoughOf } from "../experiment/until-decided.js";
import { Workbench } from "../experiment/workbench.js";
import type { LoadedScenario } from "../input.js";
import { warmUpMs } from "../model/warm-up.js";
import type { Estimate } from "../results.js";
import type { Scenario } from "../scenario/schema.js";
import { adviceExpectations } from "./advice-expectations.js";
import type {
  AdviceResult,
  PoolFigure,
  TogetherResult,
  WorkerAdviceResult,
} from "./advice-result.js";
import { isWorthIt, wordOf } from "./advice-rules.js";
import { bestRule } from "./best-rule.js";
import { describeWorker, figuresOf, triedResult } from "./describe-worker.js";
import type { HolmPlan } from "./holm.js";
import {
  type Action,
  capsOf,
  type PoolChange,
  PoolInputs,
  settingsOf,
  type WorkerKind,
  workerKinds,
} from "./pool-change.js";
import { poolFigures } from "./pool-figures.js";
import { EVERYONE, SCREENING, screen, without } from "./screening.js";
import { type Asked, type Common, choose, compare, hasPeak, tryActions } from "./try-actions.js";
import { whatDecides } from "./what-decides.js";

/** The most replications that an action is looked at. */
export const ADVISE_MAX = 40;
/** Replications that what gains nothing beside the others is taken from. */
const ELIMINATION = 8;
/** Replications of what is reported of an advised action, and of all together. */
export const FRESH = 12;
/** Their numbers: each stage has its own, so that none saw what the one before chose by. */
const FROM = { alone: 1_000_000, elimination: 2_000_000, together: 3_000_000 } as const;

/** What may be said about advice from outside the scenario. */
export interface AdviseOptions extends AskedOptions {
  /** Kinds of workers, or workers of a kind; the others are kept. @default all */
  readonly only?: readonly string[] | undefined;
  /** Whether the best rule is looked for too; never with `only`. @default true */
  readonly rule?: boolean | undefined;
  /** Stops after a look at so many replications, 16 … 40; 0: judges nothing. @default as many as it takes */
  readonly replications?: number | undefined;
  /** When it aborts before the first look is finished, nothing is judged: `replications` is 0. */
  readonly deadline?: AbortSignal | undefined;
}

function check(options: AdviseOptions): void {
  checkAsked(options);
  if (options.replications === 0) return;
  checkWhole("replications", options.replications, [FIRST_LOOK_OF_MANY, ADVISE_MAX]);
}

function askedKinds(
  kinds: readonly WorkerKind[],
  { only }: AdviseOptions,
): ReadonlySet<WorkerKind> {
  if (only === undefined) return new Set(kinds);
  const found = only.map((name) => {
    const kind = kinds.find((one) => one.name === name || one.workers.includes(name));
    return kind ?? refuse(`only: no serving worker is called ${JSON.stringify(name)}`);
  });
  return new Set(found);
}

/** Who does badly with many sessions is capped: as a spare it would have them when it is needed most. */
function actionsOf(kind: WorkerKind, isSuspected: boolean): readonly Action[] {
  const caps = capsOf(kind).map((sessions): Action => ({ kind: "cap", sessions }));
  const isSpare = isSuspected && !kind.isLoadDependent;
  return [{ kind: "exclude" }, ...caps, ...(isSpare ? [{ kind: "spare" } as const] : [])];
}

/** Each worker in the pool that it is asked about in. */
function askedOf(
  kinds: readonly WorkerKind[],
  { suspected, out }: { suspected: readonly WorkerKind[]; out: readonly WorkerKind[] },
): readonly Asked[] {
  return kinds.map((kind) => {
    const pool = new Map(without(out));
    // One of the kind is back in, so that what it does itself is seen.
    pool.delete(kind.workers[0] ?? kind.name);
    return { kind, pool, actions: actionsOf(kind, suspected.includes(kind)) };
  });
}

/** What is claimed of how many: of all workers, whomever one asks about. */
function planOf(common: Common, all: readonly Asked[], confidence: number): HolmPlan {
  const gainIntervals = hasPeak(common) ? 2 : 1;
  return {
    actions: all.reduce((sum, { actions }) => sum + actions.length, 0),
    intervals: gainIntervals + common.question.constraints.length,
    gainIntervals,
    confidence,
    max: ADVISE_MAX,
    first: FIRST_LOOK_OF_MANY,
  };
}

interface Advised {
  readonly kind: WorkerKind;
  readonly action: Action;
}

function changeOf(advised: readonly Advised[]): PoolChange {
  return new Map(
    advised.flatMap(({ kind, action }) => kind.workers.map((name) => [name, action] as const)),
  );
}

function togetherChange({ actions }: TogetherResult): PoolChange {
  return new Map(actions.map(({ worker, action }) => [worker, action] as const));
}

function estimateOf(found: Judgement["change"]): Estimate | null {
  return found === null ? null : (reported(found) ?? null);
}

/** All advice together, less what gains nothing beside the others. */
async function combine(
  common: Common,
  advised: readonly Advised[],
  confidence: number,
): Promise<TogetherResult> {
  const workersOf = (some: readonly Advised[]) => some.flatMap(({ kind }) => kind.workers);
  let kept = advised;
  const leftOut: string[] = [];
  if (advised.length > 1) {
    const tail = (1 - confidence) / 2 / advised.length;
    const found = await Promise.all(
      advised.map((one) => {
        const rest = advised.filter((other) => other !== one);
        const comparison = {
          label: `all advice but that on ${one.kind.name}`,
          baseline: changeOf(advised),
          candidate: changeOf(rest),
          workers: one.kind.workers,
        };
        return compare(common, comparison, { count: ELIMINATION, from: FROM.elimination, tail });
      }),
    );
    // One at most: without it the others may be worth something again.
    const [worst] = advised
      .flatMap((one, index) => {
        const judgement = found[index];
        const isIdle = judgement !== undefined && isWorthIt(judgement);
        return isIdle ? [{ one, gain: effective(judgement).change?.mean ?? 0 }] : [];
      })
      .sort((a, b) => b.gain - a.gain);
    if (worst !== undefined) {
      leftOut.push(worst.one.kind.name);
      kept = advised.filter((one) => one !== worst.one);
    }
  }
  const comparison = {
    label: "all advice together",
    baseline: EVERYONE,
    candidate: changeOf(kept),
    workers: workersOf(kept),
  };
  const tail = (1 - confidence) / 2;
  const look = { count: FRESH, from: FROM.together, tail };
  const judged = effective(await compare(common, comparison, look));
  return {
    actions: kept.flatMap(({ kind, action }) => kind.workers.map((worker) => ({ worker, action }))),
    leftOut,
    change: estimateOf(judged.change),
    atPeak: estimateOf(judged.peak.change),
    decision: judged.decision,
    reason: judged.reason,
  };
}

/** Each advised action alone, from fresh replications. */
async function alone(
  common: Common,
  advised: readonly Advised[],
  confidence: number,
): Promise<ReadonlyMap<WorkerKind, Estimate | null>> {
  const tail = (1 - confidence) / 2 / Math.max(1, advised.length);
  const { question } = common;
  // The change only: whether it is worth it has been decided.
  const own = { ...common, question: { ...question, peakFactor: 1 } };
  const found = await Promise.all(
    advised.map(async (one) => {
      const comparison = {
        label: `only the advice on ${one.kind.name}`,
        baseline: EVERYONE,
        candidate: changeOf([one]),
        workers: one.kind.workers,
      };
      const judged = await compare(own, comparison, { count: FRESH, from: FROM.alone, tail });
      return [one.kind, estimateOf(effective(judged).change)] as const;
    }),
  );
  return new Map(found);
}

/** The pool as it is and as advised, from the replications of {@link combine}. */
async function figuresOfPool(
  { inputs, workbench, seed }: Common,
  together: TogetherResult,
): Promise<readonly PoolFigure[]> {
  const pools = [EVERYONE, togetherChange(together)];
  const [before, after] = await workbench.replicateAll(
    pools.map((pool) => inputs.with(pool)),
    { label: "all advice together", count: FRESH, from: FROM.together },
  );
  return before === undefined ? [] : poolFigures(before, after, seed);
}

/** The settings that do what is advised together. */
function settingsThat(scenario: Scenario, together: TogetherResult): AdviceResult["settings"] {
  return settingsOf(scenario, togetherChange(together)).map(([path, value]) => ({ path, value }));
}

/** What was asked for from outside the scenario. */
function askedFor(options: AdviseOptions): AdviceResult["asked"] {
  const { variant, objective, margin, confidence, only } = options;
  const rule = options.rule === false ? false : undefined;
  return { variant, objective, margin, confidence, only, rule };
}

async function run(
  loaded: LoadedScenario,
  workbench: Workbench,
  options: AdviseOptions,
  { enough, deadline }: { readonly enough: Enough; readonly deadline: Enough },
): Promise<AdviceResult> {
  const { seed = loaded.base.scenario.seed, confidence = 0.95 } = options;
  const variant = variantOf(loaded, options);
  const question = questionOf(loaded, options);
  checkObjective(question.objective, loaded);
  const calibration = await calibrate({ loaded, baseline: variant, workbench });
  const inputs = new PoolInputs(loaded, variant, calibration.loadFactor);
  const { scenario } = inputs;
  const kinds = workerKinds(scenario);
  if (scenario.orchestrator?.backend.type !== "pool" || kinds.length === 0) {
    refuse(`${loaded.file}: there is no pool with workers to advise on`);
  }
  const chosen = askedKinds(kinds, options);
  const common: Common = { inputs, workbench, question, seed };
  const screened = await screen(common, kinds);
  const all = askedOf(kinds, screened);
  const plan = planOf(common, all, confidence);
  const asked = all.filter(({ kind }) => chosen.has(kind));
  const last = options.replications ?? ADVISE_MAX;
  const { tried, replications } = await tryActions(common, asked, {
    plan,
    last,
    enough,
    deadline,
  });
  const advice = await Promise.all(
    asked.map(async (one, index) => {
      const found = tried[index] ?? [];
      const action = await choose(common, one, found);
      const figures = figuresOf(one.kind, screened.everyone);
      const { retention } = figures;
      return { ...one, found, action, figures, word: wordOf(found, { action, retention }) };
    }),
  );
  const advised = advice.flatMap(({ kind, action }): Advised[] =>
    action === null ? [] : [{ kind, action }],
  );
  const [aloneOf, together] = await Promise.all([
    alone(common, advised, confidence),
    advised.length === 0 ? null : combine(common, advised, confidence),
  ]);
  const isRuleAsked = options.only === undefined && options.rule !== false && replications > 0;
  const ruled = isRuleAsked
    ? await bestRule(common, {
        kinds,
        confidence,
        replications,
        advised: together === null ? null : togetherChange(together),
        fresh: { count: FRESH, from: FROM.together, tail: (1 - confidence) / 2 },
      })
    : null;
  const least = typeof question.margin === "number" ? question.margin : question.margin.absolute;
  const work = {
    max: ADVISE_MAX,
    warmupMs: warmUpMs(scenario),
    durationMs: scenario.duration,
    before: SCREENING * (1 + screened.suspected.length),
  };
  const isHidden = (change: Estimate | null) => change !== null && change.ci95[1] <= least;
  const workers = advice.map(({ kind, pool, found, action, figures, word }): WorkerAdviceResult => {
    const only = aloneOf.get(kind) ?? null;
    return {
      name: kind.name,
      workers: kind.workers,
      advice: word,
      action,
      why: describeWorker({ kind, word, action, figures, tried: found, isHidden: isHidden(only) }),
      alone: only,
      more: word === "undecided" ? whatDecides(found, work) : null,
      figures,
      tried: found.map(triedResult),
      askedWithout: [...pool.keys()],
    };
  });
  const margin = marginOf(question);
  const rule = ruled?.rule ?? null;
  const figures =
    together === null
      ? poolFigures(screened.everyone, undefined, seed)
      : await figuresOfPool(common, together);
  const { extensions = [] } = loaded;
  const { orchestrator } = scenario;
  const variants = new Set(loaded.variants.map(({ name }) => name));
  const imputed = screened.everyone.records[0]?.imputed ?? {};
  return {
    schemaVersion: 1,
    kind: "advice",
    poolsim: POOLSIM_VERSION,
    scenario: scenarioOf(loaded),
    ...(extensions.length === 0 ? {} : { extensions }),
    asked: askedFor(options),
    seed,
    variant,
    pool: {
      name: orchestrator.name,
      region: orchestrator.region ?? null,
      stakeShare: orchestrator.stakeShare ?? null,
      stakeLpt: orchestrator.stakeLpt ?? null,
    },
    objective: question.objective,
    margin,
    confidence,
    comparisons: plan.actions * plan.intervals,
    replications,
    replicationsMax: ADVISE_MAX,
    freshReplications: FRESH,
    durationMs: scenario.duration,
    workers,
    together,
    rule,
    togetherOverRule: ruled?.togetherOverRule ?? null,
    settings: together === null ? [] : settingsThat(scenario, together),
    figures,
    segmentMs: segmentLengths(loaded),
    ...adviceExpectations(scenario.expect, variants, {
      workers,
      figures,
      together,
      margin,
      rule,
    }),
    assumed: loaded.assumed,
    imputed,
    inputs: inputSources(loaded.base, imputed),
    notes: demandNotes(scenario, calibration.note),
  };
}

/**
 * Advises with a given way to run replications.
 *
 * @param executor closed when it ends, however it does
 * @param options what the scenario does not say; `signal` stops it
 * @throws InputError (`OPTION_INVALID`, or a scenario's own)
 * @throws the signal's reason when it aborts
 */
export async function adviseWith(
  loaded: LoadedScenario,
  executor: Executor,
  options: AdviseOptions & { readonly signal?: AbortSignal | undefined },
): Promise<AdviceResult> {
  return stoppable(executor, options.signal, () => {
    check(options);
    const workbench = new Workbench(executor, options.onProgress);
    const times = { enough: enoughOf(options.enough), deadline: enoughOf(options.deadline) };
    return run(loaded, workbench, options, times);
  });
}
