import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeKey } from "../../../../src/core/random.js";
import type { Interval } from "../../../../src/sim/experiment/statistics/interval.js";
import {
  estimate,
  pairedDifference,
  pairedDifferences,
} from "../../../../src/sim/experiment/statistics/intervals.js";

const key = makeKey(1);
const width = (interval: Interval | null) =>
  interval === null ? Number.NaN : interval[1] - interval[0];
const zeros = (n: number) => new Array<number>(n).fill(0);

describe("the estimate of a metric", () => {
  it("is mean ± t × s / √n", () => {
    // mean 5, s = √(32/7), n = 8, t(7) = 2.3646
    const { mean, ci95, n } = estimate([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([mean, n]).toEqual([5, 8]);
    expect(ci95?.[0]).toBeCloseTo(5 - 1.78749, 4);
    expect(ci95?.[1]).toBeCloseTo(5 + 1.78749, 4);
  });

  it("leaves out absent values and counts the rest", () => {
    const absent = [null, 3, undefined, Number.NaN, 5, Number.POSITIVE_INFINITY];
    expect(estimate(absent)).toEqual(estimate([3, 5]));
  });

  it("has no mean without values and no interval with one", () => {
    expect(estimate([])).toEqual({ mean: null, ci95: null, n: 0 });
    expect(estimate([null, 7])).toEqual({ mean: 7, ci95: null, n: 1 });
  });

  it("has exactly zero width when all values are equal", () => {
    expect(estimate(new Array<number>(10).fill(0.1))).toEqual({
      mean: 0.1,
      ci95: [0.1, 0.1],
      n: 10,
    });
  });

  it("contains its mean and moves and scales with the values", () => {
    const values = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (sample, shift) => {
        const { mean, ci95 } = estimate(sample);
        const moved = estimate(sample.map((value) => 4 * value + shift));
        if (mean === null || ci95 === null || moved.ci95 === null) throw new Error("no interval");
        expect(ci95[0]).toBeLessThanOrEqual(mean);
        expect(ci95[1]).toBeGreaterThanOrEqual(mean);
        expect(moved.ci95[0]).toBeCloseTo(4 * ci95[0] + shift, 6);
        expect(moved.ci95[1]).toBeCloseTo(4 * ci95[1] + shift, 6);
      }),
    );
  });
});

describe("the paired difference", () => {
  it("takes the pairs in which both have the metric", () => {
    const of = [1, null, 3, 4];
    const from = [0.5, 1, undefined, 1];
    expect(pairedDifferences({ of, from })).toEqual([0.5, 3]);
    expect(pairedDifference({ candidate: of, baseline: from, key }).n).toBe(2);
  });

  it("refuses variants with different numbers of replications", () => {
    expect(() => pairedDifferences({ of: [1], from: [1, 2] })).toThrow(/same number/);
  });

  it("is narrower than the variants' own intervals when they share their luck", () => {
    const baseline = [10, 90, 40, 70, 20, 60, 30, 80, 50, 100];
    const candidate = baseline.map((value, i) => value + 1 + i / 50);
    const { mean, ci95, method } = pairedDifference({ candidate, baseline, key });
    expect(mean).toBeCloseTo(1.09, 10);
    expect(width(ci95)).toBeLessThan(width(estimate(baseline).ci95) / 100);
    expect(method).toBe("t");
  });

  it("uses t alone for differences of an ordinary shape", () => {
    const candidate = [1, 2, 3, 4, 5, 6, 7];
    expect(pairedDifference({ candidate, baseline: zeros(7), key }).method).toBe("t");
  });

  it("counts events where more than 30 % of the differences are alike, unless there are many", () => {
    const at30 = [0, 0, 0, -3, -2, -1, 1, 2, 3, 4];
    const above = [0, 0, 0, 0, -3, -2, -1, 1, 2, 3];
    const many = [...zeros(15), ...Array.from({ length: 25 }, (_, index) => index - 12.3)];
    const method = (candidate: number[]) =>
      pairedDifference({ candidate, baseline: zeros(candidate.length), key }).method;
    expect([method(at30), method(above), method(many)]).toEqual(["t", "rare events", "t"]);
    expect(method([5, 5, 5, 5, 9, 5, 5, 5])).toBe("rare events");
  });

  it("is never narrower than Student's t where the differences are skewed", () => {
    const candidate = [1, 1.1, 1.2, 0.9, 1.3, 0.8, 1.05, 30];
    const { method, ci95 } = pairedDifference({ candidate, baseline: zeros(8), key });
    expect(method).toBe("bootstrap-t");
    const t = estimate(candidate).ci95;
    expect(ci95?.[0]).toBeLessThanOrEqual((t?.[0] ?? Number.NaN) + 1e-9);
    expect(ci95?.[1]).toBeGreaterThan(t?.[1] ?? Number.NaN);
  });

  it("contains its mean, whatever the shape", () => {
    const differences = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 5, -1, 40), {
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(differences, (candidate) => {
        const baseline = zeros(candidate.length);
        const { mean, ci95 } = pairedDifference({ candidate, baseline, key });
        if (mean === null || ci95 === null) throw new Error("no interval");
        expect(ci95[0]).toBeLessThanOrEqual(mean + 1e-12);
        expect(ci95[1]).toBeGreaterThanOrEqual(mean - 1e-12);
      }),
    );
  });

  it("has zero width when nothing differs", () => {
    const same = [1, 2, 3];
    expect(pairedDifference({ candidate: same, baseline: same, key })).toEqual({
      mean: 0,
      ci95: [0, 0],
      n: 3,
      method: "t",
    });
  });
});
