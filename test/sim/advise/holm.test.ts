/** Holm's levels: what they are, and that by direction no claim is false more often than promised. */
import { describe, expect, it } from "vitest";
import { binomialTail } from "../../../scripts/synthetic-checks.js";
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import {
  type Finding,
  type HolmPlan,
  levelsOf,
  simultaneous,
} from "../../../src/sim/advise/holm.js";
import { sequenceTail } from "../../../src/sim/experiment/statistics/confidence-sequence.js";

const PLAN: HolmPlan = {
  actions: 20,
  intervals: 3,
  gainIntervals: 2,
  confidence: 0.95,
  max: 40,
  first: 16,
};

function claimed(gains: number, none: number): readonly Finding[] {
  return [...new Array<Finding>(gains).fill("gains"), ...new Array<Finding>(none).fill("no gain")];
}

describe("levels", () => {
  it("begin as those of all actions, and are those of what is left in each direction", () => {
    const tail = (comparisons: number) => sequenceTail({ max: 40, first: 16, comparisons });
    expect(simultaneous(PLAN).tail).toBe(tail(60));
    expect(levelsOf(PLAN, []).noGain.tail).toBe(tail(60));
    expect(levelsOf(PLAN, []).gains.tail).toBe(tail(40));
    const later = levelsOf(PLAN, claimed(2, 15));
    expect(later.noGain.tail).toBe(tail(15));
    // What was shown to gain nothing says nothing of the gains of others.
    expect(later.gains.tail).toBe(tail(36));
    expect(levelsOf(PLAN, claimed(0, 20)).noGain.tail).toBe(tail(3));
  });
});

/**
 * Walks that are looked at from the first look on, of actions that truly gain nothing: whether a gain is
 * claimed of one of them. The margin is one of which the many are soon shown to stay below it.
 *
 * @param isByDirection or one count for both kinds of claims, as one may be tempted to have
 */
function isFalselyGaining(walk: number, isByDirection: boolean): boolean {
  const margin = 1.25;
  const sums = new Array<number>(PLAN.actions).fill(0);
  const found = new Array<Finding>(PLAN.actions).fill("open");
  for (let n = 1; n <= PLAN.max; n += 1) {
    for (let action = 0; action < PLAN.actions; action += 1) {
      const { k0, k1 } = makeKey(0x686f6c6d, walk, action);
      sums[action] = (sums[action] ?? 0) + normalQuantile(uniform(k0, k1, n));
    }
    if (n < PLAN.first) continue;
    const one = { ...PLAN, intervals: 1, gainIntervals: 1 };
    const levels = levelsOf(one, found);
    const claims = found.filter((finding) => finding !== "open").length;
    const left = Math.max(1, PLAN.actions - claims);
    const all = { max: PLAN.max, first: PLAN.first, comparisons: left };
    const gainTail = isByDirection ? levels.gains.tail : sequenceTail(all);
    for (const [action, sum] of sums.entries()) {
      if (found[action] !== "open") continue;
      const reach = (tail: number) => -normalQuantile(tail) / Math.sqrt(n);
      if (sum / n > reach(gainTail)) return true;
      if (sum / n + reach(levels.noGain.tail) <= margin) found[action] = "no gain";
    }
  }
  return false;
}

describe("claims", () => {
  const walks = 1500;
  const count = (isByDirection: boolean) =>
    Array.from({ length: walks }, (_, walk) => isFalselyGaining(walk, isByDirection)).filter(
      Boolean,
    ).length;

  it("are false no more often than promised, which one count for both directions would not keep", () => {
    expect(binomialTail(count(true), walks, 0.025)).toBeGreaterThan(0.01);
    expect(binomialTail(count(false), walks, 0.05)).toBeLessThan(1e-6);
  });
});
