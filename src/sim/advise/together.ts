/**
 * What is advised, looked at again with replications that chose nothing: each action alone, and all of
 * them together, less one that gains nothing beside the others.
 */

import { invariant } from "../../core/errors.js";
import { fewerSegmentsNotes } from "../experiment/fewer-segments.js";
import { reported } from "../experiment/samples.js";
import { effective, type Judgement } from "../experiment/verdict/judge.js";
import type { Estimate } from "../results.js";
import type { Scenario } from "../scenario/schema.js";
import type { AdviceResult, PoolFigure, TogetherResult } from "./advice-result.js";
import { isWorthIt } from "./advice-rules.js";
import { type Common, compare } from "./compare.js";
import { type Action, type PoolChange, settingsOf, type WorkerKind } from "./pool-change.js";
import { poolFigures } from "./pool-figures.js";
import { EVERYONE } from "./screening.js";

/** Replications that what gains nothing beside the others is taken from. */
const ELIMINATION = 8;
/** Replications of what is reported of an advised action, and of all together. */
export const FRESH = 12;
/** Their numbers: each stage has its own, so that none saw what the one before chose by. */
export const FROM = { alone: 1_000_000, elimination: 2_000_000, together: 3_000_000 } as const;

/** An action that is advised on a kind of workers. */
export interface Advised {
  readonly kind: WorkerKind;
  readonly action: Action;
}

function changeOf(advised: readonly Advised[]): PoolChange {
  return new Map(
    advised.flatMap(({ kind, action }) => kind.workers.map((name) => [name, action] as const)),
  );
}

export function togetherChange({ actions }: TogetherResult): PoolChange {
  return new Map(actions.map(({ worker, action }) => [worker, action] as const));
}

function estimateOf(found: Judgement["change"]): Estimate | null {
  return found === null ? null : (reported(found) ?? null);
}

/** All advice together, less what gains nothing beside the others. */
export async function combine(
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
  const found = await compare(common, comparison, look);
  const judged = effective(found);
  return {
    actions: kept.flatMap(({ kind, action }) => kind.workers.map((worker) => ({ worker, action }))),
    leftOut,
    // Of what was asked about: a share of fees is none of the net.
    change: estimateOf(found.change),
    atPeak: estimateOf(found.peak.change),
    decision: judged.decision,
    reason: judged.reason,
  };
}

/** Each advised action alone, from fresh replications. */
export async function alone(
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
      return [one.kind, estimateOf(judged.change)] as const;
    }),
  );
  return new Map(found);
}

/** The pool as it is and as advised, from the replications of {@link combine}, and what to say of it. */
export async function figuresOfPool(
  { inputs, workbench, seed }: Common,
  together: TogetherResult,
): Promise<{ readonly figures: readonly PoolFigure[]; readonly notes: readonly string[] }> {
  const pools = [EVERYONE, togetherChange(together)];
  const [before, after] = await workbench.replicateAll(
    pools.map((pool) => inputs.with(pool)),
    { label: "all advice together", count: FRESH, from: FROM.together },
  );
  invariant(before !== undefined && after !== undefined, "both were run");
  const pair = { seed, baseline: before, candidate: after };
  return {
    figures: poolFigures(before, after, seed),
    notes: fewerSegmentsNotes("with all advice followed", pair),
  };
}

/** The settings that do what is advised together. */
export function settingsThat(
  scenario: Scenario,
  together: TogetherResult,
): AdviceResult["settings"] {
  return settingsOf(scenario, togetherChange(together)).map(([path, value]) => ({ path, value }));
}
