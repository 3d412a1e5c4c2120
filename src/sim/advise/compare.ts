/**
 * Comparing two pools, replication by replication, at ordinary and at peak demand.
 */
import { invariant } from "../../core/errors.js";
import { hasRandomDemand } from "../experiment/case-inputs.js";
import { fewerSegmentsNotes } from "../experiment/fewer-segments.js";
import { looks, type Sequence } from "../experiment/statistics/confidence-sequence.js";
import {
  effective,
  type Judgement,
  judge,
  type Pair,
  type Question,
} from "../experiment/verdict/judge.js";
import type { Workbench } from "../experiment/workbench.js";
import { asksForPeak, isNotWorthIt, isWorthIt, type Tried } from "./advice-rules.js";
import type { Action, PoolChange, PoolInputs, PoolSettings, WorkerKind } from "./pool-change.js";

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

/** What to say of a worker that stays for its AI jobs, by the replications that were looked at; one note at most. */
export async function keptNotes(
  common: Common,
  asked: Asked,
  tried: readonly Tried[],
): Promise<readonly string[]> {
  const out = tried.find(({ action }) => action.kind === "exclude");
  const count = out && effective(out.judgement).change?.n;
  if (count === undefined) return [];
  const { baseline, candidate } = await pairOf(common, leftOut(asked), { count });
  const { seed } = common;
  return fewerSegmentsNotes(`with ${asked.kind.name}`, {
    seed,
    baseline: candidate,
    candidate: baseline,
  });
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

/** The same at peak demand whatever is found in ordinary demand. */
export async function comparePeakToo(
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
  /** Whether it does far worse than the better ones. */
  readonly isFarWorse: boolean;
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

/** What an action on a worker is compared with: leaving it as it is. */
export function comparisonOf({ kind, pool }: Asked, action: Action): Comparison {
  const worker = kind.workers[0] ?? kind.name;
  return {
    label: actionText(worker, action),
    baseline: pool,
    candidate: withAction(pool, worker, action),
    workers: [worker],
  };
}

/** The pool with a worker and without it. */
export function leftOut(asked: Asked): Comparison {
  return comparisonOf(asked, { kind: "exclude" });
}
