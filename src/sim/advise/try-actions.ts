/**
 * Tries actions on many workers at once, in rounds: each compares the pool with an action with the pool
 * without it, replication by replication, until it is known. A round is over when all its replications
 * are: what the next one looks at depends on results alone.
 */

import { invariant } from "../../core/errors.js";
import { hasRandomDemand } from "../experiment/case-inputs.js";
import { FIRST_LOOK, looks, type Sequence } from "../experiment/confidence-sequence.js";
import {
  advised,
  effective,
  isHopeless,
  type Judgement,
  judge,
  type Pair,
  type Question,
} from "../experiment/judge.js";
import type { Enough } from "../experiment/until-decided.js";
import { orEnough } from "../experiment/until-decided.js";
import type { Workbench } from "../experiment/workbench.js";
import { asksForPeak, isNotWorthIt, isWorthIt, type Tried } from "./advice-rules.js";
import { type Finding, type HolmPlan, type Levels, levelsOf, simultaneous } from "./holm.js";
import type { Action, PoolChange, PoolInputs, PoolSettings, WorkerKind } from "./pool-change.js";

const HOUR_MS = 3_600_000;

/** What all comparisons have in common. */
export interface Common {
  readonly inputs: PoolInputs;
  readonly workbench: Workbench;
  readonly question: Question;
  readonly seed: number;
}

/** What is compared: two pools. */
export interface Comparison {
  readonly label: string;
  readonly baseline: PoolChange | PoolSettings;
  readonly candidate: PoolChange | PoolSettings;
  /** In which they differ; none: in a rule. */
  readonly workers: readonly string[];
}

/** How much is looked at. */
export interface LookAt {
  readonly count: number;
  /** Number of the first replication. @default 0 */
  readonly from?: number | undefined;
  /** Undefined: one look. */
  readonly sequence?: Sequence | undefined;
  /** What an interval leaves out on either side, of one look. */
  readonly tail?: number | undefined;
  /** So many at peak demand, 0: none. @default as many as say more */
  readonly peakCount?: number | undefined;
}

/** Whether there is a peak test. */
export function hasPeak({ question, inputs: { scenario } }: Common): boolean {
  return question.peakFactor !== 1 && hasRandomDemand(scenario);
}

async function pairOf(
  { inputs, workbench }: Common,
  { label, baseline, candidate }: Comparison,
  { count, from, factor = 1 }: LookAt & { readonly factor?: number },
): Promise<Pair> {
  const both = [inputs.with(baseline, factor), inputs.with(candidate, factor)];
  const [of, by] = await workbench.replicateAll(both, { label, count, from });
  invariant(of !== undefined && by !== undefined, "both were run");
  return { baseline: of, candidate: by };
}

/** Compares two pools, at peak demand too where that would say more. */
export async function compare(
  common: Common,
  comparison: Comparison,
  look: LookAt,
): Promise<Judgement> {
  const { question, seed, inputs } = common;
  const { sequence, tail } = look;
  const pair = await pairOf(common, comparison, look);
  const options = {
    question,
    pair,
    seed,
    scenario: inputs.scenario,
    workers: comparison.workers,
    // One look at a level of its own is a sequence that has one look.
    sequence:
      sequence ?? (tail === undefined ? undefined : { max: look.count, tail, first: look.count }),
  };
  if (!hasPeak(common)) return judge({ ...options, peak: "off" });
  const first = judge({ ...options, peak: undefined });
  if (look.peakCount === 0 || (look.peakCount === undefined && !asksForPeak(first))) return first;
  const factor = question.peakFactor;
  const label = `${comparison.label}, peak demand`;
  // A sequence of its own, which is often over sooner.
  const counts =
    look.peakCount !== undefined
      ? [look.peakCount]
      : sequence === undefined
        ? [look.count]
        : looks(sequence.max, sequence.first);
  let found = first;
  for (const count of counts) {
    if (count > look.count) break;
    const peak = await pairOf(common, { ...comparison, label }, { ...look, count, factor });
    found = judge({ ...options, peak });
    if (isWorthIt(found) || isNotWorthIt(found)) break;
  }
  return found;
}

/** What chooses between two actions that both gain; what is reported of them comes from others. */
const CHOICE_TAIL = 0.025;

/** The same at peak demand whatever is found in ordinary demand. */
async function comparePeakToo(
  common: Common,
  comparison: Comparison,
  look: LookAt & { readonly tail: number },
): Promise<Judgement> {
  const { question, seed, inputs } = common;
  const options = {
    question,
    pair: await pairOf(common, comparison, look),
    seed,
    scenario: inputs.scenario,
    workers: comparison.workers,
    sequence: { max: look.count, tail: look.tail, first: look.count },
  };
  if (!hasPeak(common)) return judge({ ...options, peak: "off" });
  const peak = await pairOf(common, comparison, { ...look, factor: question.peakFactor });
  return judge({ ...options, peak });
}

/** A worker that is asked about. */
export interface Asked {
  readonly kind: WorkerKind;
  /** The pool as it is to be with the worker in it. */
  readonly pool: PoolChange;
  readonly actions: readonly Action[];
}

/** A pool with one thing done about one worker. */
export function withAction(pool: PoolChange, worker: string, action: Action): PoolChange {
  return new Map([...pool, [worker, action]]);
}

export function actionText(worker: string, action: Action): string {
  if (action.kind === "exclude") return `without ${worker}`;
  if (action.kind === "spare") return `${worker} as a spare`;
  return `${worker} with ${action.sessions} at most`;
}

/** After two looks' worth of replications without anything to see there is nothing to come. */
function isBlind(judgement: Judgement, count: number): boolean {
  return effective(judgement).problem !== null && count >= 2 * FIRST_LOOK;
}

/** What was found of the actions of each worker, and after how many replications. */
export interface TriedAll {
  /** Those that were looked at: the urgent ones, where the time was over before the others were; else all. */
  readonly asked: readonly Asked[];
  /** In the order of `asked`, and of their actions. */
  readonly tried: readonly (readonly Tried[])[];
  readonly replications: number;
}

/** An action on a worker. */
interface Try extends Comparison {
  readonly asked: Asked;
  readonly action: Action;
  /** Replications of its last look; 0 before the first. */
  readonly count: number;
  readonly finding: Finding;
  /** By the level of its claim; `null` before its first look. */
  readonly judgement: Judgement | null;
  /** Nothing more is to be found out about it with the levels that there are. */
  readonly isGivenUp: boolean;
}

function triesOf(asked: readonly Asked[]): readonly Try[] {
  return asked.flatMap((one) =>
    one.actions.map((action): Try => {
      const worker = one.kind.workers[0] ?? one.kind.name;
      return {
        asked: one,
        action,
        label: actionText(worker, action),
        baseline: one.pool,
        candidate: withAction(one.pool, worker, action),
        workers: [worker],
        count: 0,
        finding: "open",
        judgement: null,
        isGivenUp: false,
      };
    }),
  );
}

/** What a look at so many replications finds of an action. */
async function lookAt(
  common: Common,
  one: Try,
  { count, levels }: { readonly count: number; readonly levels: Levels },
): Promise<Try> {
  const none = await compare(common, one, { count, sequence: levels.noGain });
  if (isNotWorthIt(none)) return { ...one, count, finding: "no gain", judgement: none };
  const gain = await compare(common, one, { count, sequence: levels.gains });
  if (isWorthIt(gain)) return { ...one, count, finding: "gains", judgement: gain };
  const isGivenUp = isBlind(none, count) || (isHopeless(none) && isHopeless(gain));
  return { ...one, count, judgement: none, isGivenUp };
}

/** The same replications with the interval that holds at once with those of all other actions. */
async function toldWith(common: Common, one: Try, sequence: Sequence): Promise<Tried[]> {
  const { action, judgement, finding, count } = one;
  if (judgement === null) return [];
  // Without an interval there is none to be told otherwise.
  if (effective(judgement).problem !== null) return [{ action, judgement, finding }];
  const peakCount = effective(judgement).peak.change?.n ?? 0;
  const told = await compare(common, one, { count, sequence, peakCount });
  const hours = common.inputs.scenario.duration / HOUR_MS;
  return [{ action, judgement: advised(told, hours), finding }];
}

function isOpen({ finding }: Try): boolean {
  return finding === "open";
}

/**
 * A round: a look at those that are open, and again with the levels that are left as long as that decides
 * one more, for which no further replications are needed.
 */
async function lookAtAll(
  common: Common,
  tries: readonly Try[],
  { plan, count }: { readonly plan: HolmPlan; readonly count: number },
): Promise<readonly Try[]> {
  const levels = (now: readonly Try[]) =>
    levelsOf(
      plan,
      now.map(({ finding }) => finding),
    );
  const first = { count, levels: levels(tries) };
  let before = tries;
  let now = await Promise.all(
    tries.map((one) => (isOpen(one) && !one.isGivenUp ? lookAt(common, one, first) : one)),
  );
  while (now.filter(isOpen).length < before.filter(isOpen).length) {
    const look = { levels: levels(now) };
    before = now;
    now = await Promise.all(
      now.map((one) => (isOpen(one) ? lookAt(common, one, { ...look, count: one.count }) : one)),
    );
  }
  return now;
}

/**
 * Tries all actions, those of some workers first: whoever loses most is known before everybody else is.
 * Levels widen with what is claimed, and are looked at again until nothing changes: so the order has no part in
 * what is found.
 *
 * @param options.isUrgent who comes first
 * @param options.last stops after a look at so many replications
 * @param options.enough when it resolves, the last finished round counts; the first is waited for
 * @param options.deadline when it resolves before the first round is finished, nothing was tried
 */
export async function tryActions(
  common: Common,
  asked: readonly Asked[],
  options: {
    readonly plan: HolmPlan;
    readonly isUrgent: (one: Asked) => boolean;
    readonly last: number;
    readonly enough: Enough;
    readonly deadline?: Enough | undefined;
  },
): Promise<TriedAll> {
  const { plan, isUrgent, last, enough, deadline } = options;
  const limited = <T>(round: Promise<T>, limit: Enough | undefined) =>
    limit === undefined ? round : orEnough(round, limit);
  let tries = triesOf(asked);
  let replications = 0;
  let isUrgentOnly = false;
  const counts = looks(plan.max, plan.first).filter((count) => count <= last);
  const urgent = tries.filter((one) => isUrgent(one.asked));
  const [firstCount] = counts;
  if (firstCount !== undefined && urgent.length > 0 && urgent.length < tries.length) {
    const look = { plan, count: firstCount };
    const looked = await limited(lookAtAll(common, urgent, look), deadline);
    if (looked === null) counts.length = 0;
    else {
      tries = tries.map((one) => looked[urgent.indexOf(one)] ?? one);
      isUrgentOnly = true;
    }
  }
  for (const count of counts) {
    if (!tries.some((one) => isOpen(one) && !one.isGivenUp)) break;
    const round = lookAtAll(common, tries, { plan, count });
    const looked = await limited(round, replications === 0 ? deadline : enough);
    if (looked === null) break;
    tries = looked;
    replications = count;
    isUrgentOnly = false;
  }
  const sequence = simultaneous(plan);
  const told = await Promise.all(tries.map((one) => toldWith(common, one, sequence)));
  const lookedAt = isUrgentOnly ? asked.filter(isUrgent) : asked;
  return {
    asked: lookedAt,
    tried: lookedAt.map((one) => told.filter((_, index) => tries[index]?.asked === one).flat()),
    replications: isUrgentOnly ? (firstCount ?? 0) : replications,
  };
}

/**
 * Whether one of two pools is shown to be better at ordinary or at peak demand, by so much in the mean, and
 * nowhere worse: by a margin with a worker as a spare, as one that loses nearly all brings a little when
 * nobody else is free; by half a margin with a cap.
 */
function isShownBetter(judgement: Judgement, { kind }: Action): boolean {
  const { change, peak, margin } = effective(judgement);
  const whole = typeof margin === "number" ? margin : margin.absolute;
  const least = kind === "spare" ? whole : whole / 2;
  const both = [change, peak.change];
  const isBetter = both.some(
    (one) => one !== null && one.ci95 !== null && one.ci95[0] > 0 && (one.mean ?? 0) >= least,
  );
  return isBetter && both.every((one) => (one?.ci95?.[1] ?? 0) >= 0);
}

/**
 * The best of the actions that are shown to gain: of two of them the later one only where it is shown
 * to be better than the one before. A worker is left out unless keeping it in some way brings something:
 * one that loses every stream harms nobody as a spare as long as nobody needs a spare.
 *
 * @param tried in the order in which they are preferred
 */
export async function choose(
  common: Common,
  { kind, pool }: Asked,
  tried: readonly Tried[],
): Promise<Action | null> {
  const worker = kind.workers[0] ?? kind.name;
  let best: Tried | null = null;
  for (const one of tried.filter(({ finding }) => finding === "gains")) {
    if (best === null) {
      best = one;
      continue;
    }
    const counts = [best, one].map(({ judgement }) => effective(judgement).change?.n ?? 0);
    const comparison = {
      label: `${actionText(worker, one.action)}, or ${actionText(worker, best.action)}`,
      baseline: withAction(pool, worker, best.action),
      candidate: withAction(pool, worker, one.action),
      workers: [worker],
    };
    const look = { count: Math.max(...counts, FIRST_LOOK), tail: CHOICE_TAIL };
    const judgement = await comparePeakToo(common, comparison, look);
    if (isShownBetter(judgement, one.action)) best = one;
  }
  return best === null ? null : best.action;
}
