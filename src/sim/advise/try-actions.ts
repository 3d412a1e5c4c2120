/**
 * Tries actions on many workers at once, in rounds: each compares the pool with an action with the pool
 * without it, replication by replication, until it is known. A round is over when all its replications
 * are: what the next one looks at depends on results alone.
 */
import { FIRST_LOOK, looks, type Sequence } from "../experiment/statistics/confidence-sequence.js";
import { advised, effective, isHopeless, type Judgement } from "../experiment/verdict/judge.js";
import type { Enough } from "../experiment/verdict/until-decided.js";
import { orEnough } from "../experiment/verdict/until-decided.js";
import { isNotWorthIt, isWorthIt, type Tried } from "./advice-rules.js";
import {
  type Asked,
  actionText,
  type Common,
  type Comparison,
  compare,
  comparePeakToo,
  comparisonOf,
  withAction,
} from "./compare.js";
import { type Standing, standings } from "./dispensable.js";
import { type Finding, type HolmPlan, type Levels, levelsOf, simultaneous } from "./holm.js";
import type { Action } from "./pool-change.js";

const HOUR_MS = 3_600_000;

/** What chooses between two actions that both gain; what is reported of them comes from others. */
const CHOICE_TAIL = 0.025;

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
  /** Of those who do far worse than the others, and whom nothing helps. */
  readonly standings: ReadonlyMap<Asked, Standing>;
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
      return {
        ...comparisonOf(one, action),
        asked: one,
        action,
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
    if (looked === null) {
      common.workbench.abandon();
      counts.length = 0;
    } else {
      tries = tries.map((one) => looked[urgent.indexOf(one)] ?? one);
      isUrgentOnly = true;
    }
  }
  for (const count of counts) {
    if (!tries.some((one) => isOpen(one) && !one.isGivenUp)) break;
    const round = lookAtAll(common, tries, { plan, count });
    const looked = await limited(round, replications === 0 ? deadline : enough);
    if (looked === null) {
      // What comes next is not to wait for what nobody asks for any more.
      common.workbench.abandon();
      break;
    }
    tries = looked;
    replications = count;
    isUrgentOnly = false;
  }
  const isHelpless = (one: Asked) =>
    one.isFarWorse &&
    tries.every(({ asked: whom, finding }) => whom !== one || finding === "no gain");
  const lookedAt = isUrgentOnly ? asked.filter(isUrgent) : asked;
  const found = await standings(common, lookedAt.filter(isHelpless), {
    plan,
    levels: levelsOf(
      plan,
      tries.map(({ finding }) => finding),
    ),
    from: isUrgentOnly ? (firstCount ?? 0) : replications,
    last,
    enough,
  });
  const isLeftOpen = ({ asked: whom, action }: Try) =>
    action.kind === "exclude" && found.of.get(whom) === "open";
  const sequence = simultaneous(plan);
  const told = await Promise.all(
    tries.map((one) =>
      toldWith(common, isLeftOpen(one) ? { ...one, finding: "open" } : one, sequence),
    ),
  );
  return {
    asked: lookedAt,
    tried: lookedAt.map((one) => told.filter((_, index) => tries[index]?.asked === one).flat()),
    standings: found.of,
    replications: found.replications,
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
