/** The quantile of Student's statistic for exponential losses, against samples and against expansions. */
import { describe, expect, it } from "vitest";
import { binomialTail } from "../../../../scripts/synthetic-checks.js";
import { makeKey, uniform } from "../../../../src/core/random.js";
import { exponentialQuantile } from "../../../../src/sim/experiment/statistics/exponential-t.js";
import { studentTCritical } from "../../../../src/sim/experiment/statistics/student-t.js";

/** Mean × √n ÷ standard deviation of n values of 1 − E. */
function statistic(n: number, sample: number): number {
  const { k0, k1 } = makeKey(0x65787074, n, sample);
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < n; index += 1) {
    const value = 1 + Math.log(uniform(k0, k1, index));
    sum += value;
    squares += value * value;
  }
  return (sum / Math.sqrt(n)) * Math.sqrt((n - 1) / (squares - (sum * sum) / n));
}

describe("exponentialQuantile", () => {
  it.each([
    [8, 0.01],
    [16, 0.002],
    [64, 0.01],
  ])("%i simulated losses lie beyond it as often as %f", (n, tail) => {
    const samples = 20_000;
    const quantile = exponentialQuantile(n, tail);
    let beyond = 0;
    for (let sample = 0; sample < samples; sample += 1) {
      if (statistic(n, sample) > quantile) beyond += 1;
    }
    expect(binomialTail(beyond, samples, tail)).toBeGreaterThan(0.005);
    expect(1 - binomialTail(beyond + 1, samples, tail)).toBeGreaterThan(0.005);
  });

  it("lies beyond Student's, grows as less is left out, and shrinks as there is more", () => {
    for (const n of [8, 16, 64, 1000]) {
      const found = [0.02, 1e-3, 1e-5, 1e-7].map((tail) => exponentialQuantile(n, tail));
      expect(found).toEqual([...found].sort((a, b) => a - b));
      const t = studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * 1e-3 });
      expect(found[1]).toBeGreaterThan(t);
    }
    const sizes = [3, 5, 8, 12, 40, 200, 5000].map((n) => exponentialQuantile(n, 1e-3));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it("is that of Edgeworth's expansion for many values", () => {
    const n = 5000;
    const z = 3.0902;
    const expected = z + (2 / (6 * Math.sqrt(n))) * (1 + 2 * z * z);
    expect(exponentialQuantile(n, 0.001)).toBeCloseTo(expected, 1.5);
    expect(exponentialQuantile(20_000, 0.001)).toBe(exponentialQuantile(n, 0.001));
  });

  it.each([
    [1, 0.01],
    [8, 0],
    [8, 0.1],
  ])("refuses %i values and a tail of %f", (n, tail) => {
    expect(() => exponentialQuantile(n, tail)).toThrow();
  });
});
