import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  childK0,
  childK1,
  makeKey,
  normalQuantile,
  type RandomKey,
  uniform,
} from "../../src/core/random.js";

function draws({ k0, k1 }: RandomKey, count: number): number[] {
  return Array.from({ length: count }, (_, index) => uniform(k0, k1, index));
}

/** Pearson's statistic of counts that should be equal: its mean is their number − 1. */
function chiSquare(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Five standard deviations above the mean of a chi-square distribution. */
function chiSquareLimit(degrees: number): number {
  return degrees + 5 * Math.sqrt(2 * degrees);
}

/** Recorded when the generator was written; never to be updated without saying so in CHANGELOG. */
const GOLDEN = {
  key: { k0: -831552011, k1: 1784748259 },
  draws: [0.2908673861729426, 0.6198111601831079, 0.23667803535753096, 0.3128099141988335],
  child: [1756341729, -1214179567],
  negativeIndex: 0.39038596246837864,
};

describe("golden values: a change of these changes every result", () => {
  test("the first draws of a key", () => {
    expect(makeKey(1, 2, 3)).toEqual(GOLDEN.key);
    expect(draws(makeKey(1, 2, 3), 4)).toEqual(GOLDEN.draws);
  });

  test("a key made from another", () => {
    const key = makeKey(1, 2, 3);
    expect([childK0(key, 7), childK1(key, 7)]).toEqual(GOLDEN.child);
  });

  test("numbers beyond 32 bits and negative indexes", () => {
    expect(makeKey(2 ** 40 + 5)).not.toEqual(makeKey(5));
    expect(uniform(1, 2, -3)).toBe(GOLDEN.negativeIndex);
  });
});

describe("uniform", () => {
  test("never reaches 0 nor 1", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (k0, k1, index) => {
        const u = uniform(k0, k1, index);
        return u > 0 && u < 1;
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("falls equally often into 256 equal parts", () => {
    const counts = new Array<number>(256).fill(0);
    for (const u of draws(makeKey(42), 200_000)) {
      const part = Math.floor(u * 256);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(255));
  });

  const neighbours: readonly [string, (index: number) => readonly [number, number]][] = [
    ["indexes", (index) => [uniform(11, 12, index), uniform(11, 12, index + 1)]],
    ["first words of keys", (index) => [uniform(index, 5, 3), uniform(index + 1, 5, 3)]],
    ["second words of keys", (index) => [uniform(5, index, 3), uniform(5, index + 1, 3)]],
    [
      "seeds",
      (index) => {
        const [a, b] = [makeKey(index, 0), makeKey(index + 1, 0)];
        return [uniform(a.k0, a.k1, 0), uniform(b.k0, b.k1, 0)];
      },
    ],
    [
      "replications",
      (index) => {
        const [a, b] = [makeKey(1, index), makeKey(1, index + 1)];
        return [uniform(a.k0, a.k1, 0), uniform(b.k0, b.k1, 0)];
      },
    ],
    [
      "children",
      (index) => {
        const key = makeKey(3);
        return [
          uniform(childK0(key, index), childK1(key, index), 0),
          uniform(childK0(key, index + 1), childK1(key, index + 1), 0),
        ];
      },
    ],
  ];

  test.each(neighbours)("neighbouring %s are independent", (_, pair) => {
    const parts = 16;
    const counts = new Array<number>(parts * parts).fill(0);
    for (let index = 0; index < 60_000; index++) {
      const [a, b] = pair(index);
      const cell = Math.floor(a * parts) * parts + Math.floor(b * parts);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(parts * parts - 1));
  });
});

describe("normalQuantile", () => {
  test.each([
    [0.5, 0],
    [0.75, 0.6744897501960817],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [1e-6, -4.753424308822899],
    [1e-12, -7.03448382530113],
    [1e-20, -9.26234008979841],
  ])("at %f", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 10);
  });

  test("is odd around one half, and rises", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 0.4999, noNaN: true }),
        (p) =>
          Math.abs(normalQuantile(p) + normalQuantile(1 - p)) < 1e-6 &&
          normalQuantile(p) < normalQuantile(p * 1.0001),
      ),
      { seed: 1 },
    );
  });
});
