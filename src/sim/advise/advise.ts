/**
 * Advice on each worker of a pool: *keep*, *cap*, *keep as spare*, *exclude*, or *undecided*.
 *
 * In three steps. First the workers that lose streams most are left out one after the other, and the
 * best of these pools is taken ({@link suspects} says why). In it each worker is asked about: every
 * action on it is compared with leaving it as it is, all with intervals that hold at once and at every
 * look. Then what is advised is looked at again with replications that chose nothing: each action
 * alone, and all of them together. And the best rule for all is looked for ({@link bestRule}).
 */
import { suggestion } from "../../config/suggest.js";
import { checkWhole, refuse } from "../../core/checks.js";
import { POOLSIM_VERSION } from "../../core/version.js";
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
import { inputSources } from "../experiment/input-sources.js";
import { demandNotes } from "../experiment/notes.js";
import { lengthened } from "../experiment/replication-length.js";
import type { Samples } from "../experiment/samples.js";
import { segmentLengths } from "../experiment/segment-lengths.js";
import { FIRST_LOOK_OF_MANY } from "../experiment/statistics/confidence-sequence.js";
import { slowKinds } from "../experiment/verdict/slow-workers.js";
import { type Enough, withEnough } from "../experiment/verdict/until-decided.js";
import { Workbench } from "../experiment/workbench.js";
import type { LoadedScenario } from "../input.js";
import { isFarWorse } from "../metrics/far-worse.js";
import { capacityNotes } from "../model/world/model-notes.js";
import { warmUpMs } from "../model/world/warm-up.js";
import { adviceExpectations } from "./advice-expectations.js";
import type { AdviceResult, WorkerAdviceResult } from "./advice-result.js";
import { wordOf } from "./advice-rules.js";
import { bestRule } from "./best-rule.js";
import { brokenBy } from "./broken-by.js";
import { type Asked, type Common, hasPeak, keptNotes } from "./compare.js";
import { describeWorker, figuresOf, triedResult } from "./describe-worker.js";
import type { HolmPlan } from "./holm.js";
import { type Action, capsOf, PoolInputs, type WorkerKind, workerKinds } from "./pool-change.js";
import { poolFigures } from "./pool-figures.js";
import { SCREENING, screen, without } from "./screening.js";
import {
  type Advised,
  alone,
  combine,
  FRESH,
  FROM,
  figuresOfPool,
  settingsThat,
  togetherChange,
} from "./together.js";
import { choose, tryActions } from "./try-actions.js";
import { whatDecides } from "./what-decides.js";

const LEAVE_OUT: Action = { kind: "exclude" };

/** The most replications that an action is looked at. */
export const ADVISE_MAX = 40;

/** What may be said about advice from outside the scenario. */
export interface AdviseOptions extends AskedOptions {
  /** Kinds of workers, or workers of a kind; the others are kept. @default all */
  readonly only?: readonly string[] | undefined;
  /** Whether the best rule is looked for too; never with `only`. @default true */
  readonly rule?: boolean | undefined;
  /** Stops after a look at so many replications, 16 … 40; 0: judges nothing. @default as many as it takes */
  readonly replications?: number | undefined;
  /**
   * When it aborts before the first look is finished, only those who lose most are judged, as with `only`;
   * where their look is not finished either, nobody is: `replications` is 0.
   */
  readonly deadline?: AbortSignal | undefined;
}

function check(options: AdviseOptions): void {
  checkAsked(options);
  if (options.replications === 0) return;
  checkWhole({ replications: options.replications }, [FIRST_LOOK_OF_MANY, ADVISE_MAX]);
}

function askedKinds(
  kinds: readonly WorkerKind[],
  { only }: AdviseOptions,
): ReadonlySet<WorkerKind> {
  if (only === undefined) return new Set(kinds);
  const found = only.map((name) => {
    const kind = kinds.find((one) => one.name === name || one.workers.includes(name));
    if (kind !== undefined) return kind;
    const known = new Set(kinds.flatMap((one) => [one.name, ...one.workers]));
    const meant = suggestion(name, known);
    return refuse(`only: no serving worker is called ${JSON.stringify(name)}${meant}`);
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
  {
    everyone,
    suspected,
    out,
  }: {
    readonly everyone: Samples;
    readonly suspected: readonly WorkerKind[];
    readonly out: readonly WorkerKind[];
  },
): readonly Asked[] {
  const kept = kinds.map((kind) => figuresOf(kind, everyone).retention);
  return kinds.map((kind, index) => {
    const pool = new Map(without(out));
    // One of the kind is back in, so that what it does itself is seen.
    pool.delete(kind.workers[0] ?? kind.name);
    const actions = actionsOf(kind, suspected.includes(kind));
    return { kind, pool, actions, isFarWorse: isFarWorse(kept[index] ?? null, kept) };
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

function askedFor(options: AdviseOptions): AdviceResult["asked"] {
  const { variant, objective, margin, confidence, only } = options;
  const rule = options.rule === false ? false : undefined;
  return { variant, objective, margin, confidence, only, rule };
}

async function run(
  given: LoadedScenario,
  workbench: Workbench,
  options: AdviseOptions,
  { enough, deadline }: { readonly enough: Enough; readonly deadline: Enough },
): Promise<AdviceResult> {
  const { seed = given.base.scenario.seed, confidence = 0.95 } = options;
  const variant = variantOf(given, options);
  const wanted = questionOf(given, options);
  checkObjective(wanted.objective, given);
  const calibration = await calibrate({
    loaded: given,
    baseline: todaysVariant(given),
    workbench,
  });
  const { loadFactor } = calibration;
  const asGiven = new PoolInputs(given, variant, loadFactor).scenario;
  const { orchestrator } = asGiven;
  const kinds = workerKinds(asGiven);
  if (orchestrator?.backend.type !== "pool" || kinds.length === 0) {
    refuse(`${given.file}: there is no pool with workers to advise on`);
  }
  const chosen = askedKinds(kinds, options);
  const loaded = await lengthened(given, { variant, loadFactor, workbench });
  const inputs = new PoolInputs(loaded, variant, loadFactor);
  const { scenario } = inputs;
  const { question, note } = judgedOn(wanted, [scenario]);
  const common: Common = { inputs, workbench, question, seed };
  const screened = await screen(common, kinds);
  const all = askedOf(kinds, screened);
  const plan = planOf(common, all, confidence);
  const candidates = all.filter(({ kind }) => chosen.has(kind));
  const isUrgent = ({ kind }: Asked) => screened.suspected.includes(kind);
  const last = options.replications ?? ADVISE_MAX;
  const looks = { plan, isUrgent, last, enough, deadline };
  const { asked, tried, standings, replications } = await tryActions(common, candidates, looks);
  // As if only these had been asked about: so it is said, and so it comes again.
  const isCut = asked.length < candidates.length;
  const only = isCut ? asked.map(({ kind }) => kind.name) : options.only;
  const slow = slowKinds(kinds, scenario, screened.everyone);
  const advice = await Promise.all(
    asked.map(async (one, index) => {
      const found = tried[index] ?? [];
      const standing = standings.get(one) ?? null;
      const action = standing === "dispensable" ? LEAVE_OUT : await choose(common, one, found);
      const figures = figuresOf(one.kind, screened.everyone, slow.get(one.kind));
      const breaks = action === null ? brokenBy(found) : undefined;
      const word = wordOf(found, { action, figures, isBreaking: breaks !== undefined });
      return { ...one, found, standing, action, figures, breaks, word };
    }),
  );
  const advised = advice.flatMap(({ kind, action }): Advised[] =>
    action === null ? [] : [{ kind, action }],
  );
  const [aloneOf, together] = await Promise.all([
    alone(common, advised, confidence),
    advised.length === 0 ? null : combine(common, advised, confidence),
  ]);
  const isRuleAsked = only === undefined && options.rule !== false && replications > 0;
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
  const workers = advice.map((one): WorkerAdviceResult => {
    const { kind, pool, found, standing, action, figures, breaks, word } = one;
    const change = aloneOf.get(kind) ?? null;
    // Asked in the pool as it is, nobody hides it.
    const isHidden = pool.size > 0 && change !== null && change.mean <= least;
    return {
      name: kind.name,
      workers: kind.workers,
      advice: word,
      action,
      why: describeWorker({
        kind,
        word,
        action,
        figures,
        breaks,
        tried: found,
        standing,
        isHidden,
      }),
      alone: change,
      more: word === "undecided" ? whatDecides(found, work) : null,
      figures,
      ...(breaks === undefined ? {} : { breaks }),
      tried: found.map(triedResult),
      askedWithout: [...pool.keys()],
    };
  });
  const stays = advice.filter(({ action }) => action?.kind !== "exclude");
  const kept = await Promise.all(stays.map((one) => keptNotes(common, one, one.found)));
  const margin = marginOf(question);
  const rule = ruled?.rule ?? null;
  const { figures, notes } =
    together === null
      ? { figures: poolFigures(screened.everyone, undefined, seed), notes: [] }
      : await figuresOfPool(common, together);
  const { extensions = [] } = loaded;
  const variants = new Set(loaded.variants.map(({ name }) => name));
  const imputed = screened.everyone.records[0]?.imputed ?? {};
  return {
    schemaVersion: 1,
    kind: "advice",
    poolsim: POOLSIM_VERSION,
    scenario: scenarioOf(loaded),
    ...(extensions.length === 0 ? {} : { extensions }),
    asked: askedFor({ ...options, only }),
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
    notes: [
      ...note,
      ...(scenario.notes ?? []),
      ...notes,
      ...kept.flat(),
      ...demandNotes(scenario, calibration.note),
      ...capacityNotes({ scenario, data: loaded.base.data }),
    ],
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
    return withEnough(options.enough, (enough) =>
      withEnough(options.deadline, (deadline) =>
        run(loaded, workbench, options, { enough, deadline }),
      ),
    );
  });
}
