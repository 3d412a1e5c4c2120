/** How far intervals reach at the level of one of many looks. */
import { describe, expect, it } from "vitest";
import { makeKey } from "../../../../src/core/random.js";
import { exponentialQuantile } from "../../../../src/sim/experiment/statistics/exponential-t.js";
import {
  pairedDifference,
  studentQuantiles,
} from "../../../../src/sim/experiment/statistics/intervals.js";
import { skewedQuantiles } from "../../../../src/sim/experiment/statistics/skewed-quantiles.js";
import { studentTCritical } from "../../../../src/sim/experiment/statistics/student-t.js";

const student = (n: number, tail: number) =>
  studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * tail });

describe("skewedQuantiles", () => {
  it("are Student's at the level of one look, whatever the shape", () => {
    for (const skewness of [-2, 0, 1]) {
      const t = student(10, 0.025);
      expect(skewedQuantiles({ n: 10, skewness }, 0.025)).toEqual([-t, t]);
    }
  });

  it("allow for a tail that a symmetric sample has not met, less so as there are more values", () => {
    const beyond = [8, 16, 64, 1000].map((n) => {
      const [low, high] = skewedQuantiles({ n, skewness: 0 }, 1e-4);
      expect(low).toBe(-high);
      return high / student(n, 1e-4);
    });
    expect(beyond).toEqual([...beyond].sort((a, b) => b - a));
    expect(beyond[0]).toBeGreaterThan(1.5);
    expect(beyond.at(-1)).toBeLessThan(1.02);
    expect(beyond.at(-1)).toBeGreaterThan(1);
  });

  it("reach as far as for exponential losses on the side on which such a tail would hide, at most", () => {
    const [low, high] = skewedQuantiles({ n: 20, skewness: -3 }, 1e-3);
    expect(high).toBeCloseTo(exponentialQuantile(20, 1e-3), 10);
    expect(low).toBeCloseTo(-student(20, 1e-3), 10);
    const [mirroredLow, mirroredHigh] = skewedQuantiles({ n: 20, skewness: 3 }, 1e-3);
    expect([-mirroredHigh, -mirroredLow]).toEqual([low, high]);
  });

  it("allow for the most where two values show no shape", () => {
    const [, high] = skewedQuantiles({ n: 2, skewness: 0 }, 1e-2);
    expect(high).toBeCloseTo(exponentialQuantile(2, 1e-2), 8);
  });
});

describe("intervals that leave out little", () => {
  const values = [3, 5, 8, 11, 13, 16, 18, 20, 21, 24, 26, 29, 32, 34, 37, 39].map(
    (value) => value / 7,
  );
  const options = { isSkewed: false, key: makeKey(1) };

  it("reach further than Student's, of changes and of plain differences alike", () => {
    const [low, high] = studentQuantiles(values, { ...options, tail: 1e-4 });
    expect(high).toBeGreaterThan(1.2 * student(16, 1e-4));
    expect(-low).toBeGreaterThan(1.2 * student(16, 1e-4));
    const baseline = values.map(() => 0);
    const width = (tail: number) => {
      const { ci95 } = pairedDifference({ candidate: values, baseline, key: makeKey(1), tail });
      return ci95 === null ? 0 : ci95[1] - ci95[0];
    };
    const error = width(0.025) / (2 * student(16, 0.025));
    expect(width(1e-4) / error).toBeCloseTo(high - low, 6);
  });
});
