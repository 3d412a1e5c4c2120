import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import {
  drawExponential,
  drawLognormal,
  drawLognormals,
  drawPoisson,
  exactMs,
  hashName,
  lognormal,
} from "../../../src/sim/engine/distributions.js";

const COUNT = 100_000;

function sample(draw: (u: number) => number): number[] {
  const { k0, k1 } = makeKey(7);
  return Array.from({ length: COUNT }, (_, index) => draw(uniform(k0, k1, index)));
}

function moments(values: readonly number[]): { mean: number; cv: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, cv: Math.sqrt(variance) / mean };
}

describe("moments", () => {
  test.each([
    [2280, 0.1],
    [1, 0.25],
    [60_000, 1],
  ])("lognormal of mean %f and coefficient of variation %f", (mean, cv) => {
    const model = lognormal(mean, cv);
    const found = moments(sample((u) => drawLognormal(model, u)));
    expect(Math.abs(found.mean / mean - 1)).toBeLessThan((5 * cv) / Math.sqrt(COUNT));
    expect(Math.abs(found.cv / cv - 1)).toBeLessThan(0.05);
  });

  test("lognormal without spread is its mean", () => {
    expect(drawLognormal(lognormal(350, 0), 0.9)).toBeCloseTo(350, 9);
  });

  test("a lognormal mean of nothing is nothing", () => {
    expect(drawLognormal(lognormal(0, 0.5), 0.3)).toBe(0);
  });

  test("exponential", () => {
    const found = moments(sample((u) => drawExponential(500, u)));
    expect(Math.abs(found.mean / 500 - 1)).toBeLessThan(5 / Math.sqrt(COUNT));
    expect(Math.abs(found.cv - 1)).toBeLessThan(0.03);
  });

  test.each([0, 0.5, 12, 240])("Poisson of mean %f: mean and variance are equal", (mean) => {
    const runs = 4000;
    const { k0, k1 } = makeKey(9);
    const counts = Array.from({ length: runs }, (_, run) =>
      drawPoisson(mean, (index) => uniform(k0 ^ run, k1, index)),
    );
    const found = counts.reduce((sum, count) => sum + count, 0) / runs;
    const variance = counts.reduce((sum, count) => sum + (count - found) ** 2, 0) / runs;
    expect(Math.abs(found - mean)).toBeLessThanOrEqual(5 * Math.sqrt(mean / runs));
    expect(Math.abs(variance - mean)).toBeLessThanOrEqual(
      5 * Math.sqrt((mean + 2 * mean * mean) / runs),
    );
  });
});

test("sums of exact times do not depend on their order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 }),
      (times) => {
        const exact = times.map(exactMs);
        const sum = (list: readonly number[]) => list.reduce((total, ms) => total + ms, 0);
        return sum(exact) === sum([...exact].reverse());
      },
    ),
    { seed: 1 },
  );
  expect(Math.abs(exactMs(2279.1234) - 2279.1234)).toBeLessThanOrEqual(1 / 2048);
});

test("names hash to numbers of 31 bits, near names to far ones", () => {
  const hashes = new Set(Array.from({ length: 5000 }, (_, index) => hashName(`good-${index}`)));
  expect(hashes.size).toBe(5000);
  for (const hash of hashes) expect(hash >= 0 && hash < 2 ** 31).toBe(true);
});

test.each([0.3, 0])("draws together are the draws one by one (spread %f)", (cv) => {
  const model = lognormal(350, cv);
  const key = makeKey(5, 9);
  const into = new Float64Array(100).fill(-1);
  drawLognormals(into, 99, model, key, 1_000_003, 256);
  const single = Array.from({ length: 99 }, (_, at) =>
    drawLognormal(model, uniform(key.k0, key.k1, 1_000_003 + at * 256)),
  );
  // To the bit, and nothing behind the last.
  expect([...into]).toEqual([...single, -1]);
});
