/** Intervals keep their promise: over many synthetic samples they cover the truth about 95 times of 100. */

import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import type { Interval } from "../../../../src/sim/experiment/statistics/interval.js";
import { estimate, pairedDifference } from "../../../../src/sim/experiment/statistics/intervals.js";
import { planReplications } from "../../../../src/sim/experiment/statistics/stopping.js";

/** The i-th value of the sample of a trial. */
type Source = (u: number) => number;
const normal: Source = (u) => 3 + 2 * normalQuantile(u);
const exponential: Source = (u) => -Math.log(u);
/** 0 in four of ten replications, else uniform in (-1, 3): mean 0.6. */
const lumpy: Source = (u) => (u < 0.4 ? 0 : -1 + (4 * (u - 0.4)) / 0.6);

const key = makeKey(2027);

function sample(source: Source, trial: number, n: number): number[] {
  const { k0, k1 } = makeKey(2026, trial);
  return Array.from({ length: n }, (_, i) => source(uniform(k0, k1, i)));
}

function coverage(trials: number, truth: number, interval: (trial: number) => Interval | null) {
  let covered = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const found = interval(trial);
    if (found !== null && found[0] <= truth && truth <= found[1]) covered += 1;
  }
  return covered / trials;
}

describe("coverage of the 95 % intervals", () => {
  it.each([2, 3, 10, 40])("Student t, %i normal replications", (n) => {
    const share = coverage(4000, 3, (trial) => estimate(sample(normal, trial, n)).ci95);
    expect(share).toBeGreaterThan(0.94);
    expect(share).toBeLessThan(0.96);
  });

  it.each([
    ["normal", normal, 3, 10],
    ["exponential", exponential, 1, 20],
    ["lumpy", lumpy, 0.6, 20],
  ] as const)("the interval that counts, %s differences", (_, source, truth, n) => {
    const zeros = new Array<number>(n).fill(0);
    const share = coverage(2000, truth, (trial) => {
      const candidate = sample(source, trial, n);
      return pairedDifference({ candidate, baseline: zeros, key }).ci95;
    });
    expect(share).toBeGreaterThan(0.94);
  });

  it("a second opinion never covers less than t alone on strongly skewed differences", () => {
    const zeros = new Array<number>(20).fill(0);
    const tail: Source = (u) => exponential(u) ** 2; // mean 2
    const t = coverage(600, 2, (trial) => estimate(sample(tail, trial, 20)).ci95);
    const counts = coverage(600, 2, (trial) => {
      const candidate = sample(tail, trial, 20);
      return pairedDifference({ candidate, baseline: zeros, key }).ci95;
    });
    expect(counts).toBeGreaterThan(t);
  });

  it("two stages keep it: the pilot fixes R, one test on all", () => {
    const share = coverage(4000, 3, (trial) => {
      const pilotDifferences = sample(normal, trial, 10);
      const { replications } = planReplications({ pilotDifferences, halfWidth: 0.8 });
      return estimate(sample(normal, trial, replications)).ci95;
    });
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.96);
  });
});
