/** Intervals of a sequence hold at all looks; the long form is `npm run test:statistics`. */
import { describe, expect, it } from "vitest";
import { lookAt, type SequenceOutcome } from "../../../../scripts/sequence-checks.js";
import { binomialTail } from "../../../../scripts/synthetic-checks.js";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import {
  FIRST_LOOK,
  looks,
  sequenceTail,
} from "../../../../src/sim/experiment/statistics/confidence-sequence.js";
import { studentQuantiles } from "../../../../src/sim/experiment/statistics/intervals.js";

describe("sequenceTail", () => {
  it("is that of one look, or less, and falls with every further chance to err", () => {
    expect(sequenceTail({ max: FIRST_LOOK })).toBeLessThanOrEqual(0.025);
    const by = [8, 16, 64, 1000].map((max) => sequenceTail({ max }));
    expect(by).toEqual([...by].sort((a, b) => b - a));
    const shared = sequenceTail({ max: 64, comparisons: 12 });
    expect(shared).toBeLessThan(sequenceTail({ max: 64 }) / 12);
    expect(shared).toBeGreaterThan(sequenceTail({ max: 64 }) / 24);
    expect(sequenceTail({ max: 64, confidence: 0.99 })).toBeLessThan(sequenceTail({ max: 64 }));
  });

  it("solves Miller and Siegmund's formula: c = 2.81 for 64 replications", () => {
    // φ(2.8106) (2.8106 − 1 / 2.8106) ln 8 + 4 φ(2.8106) / 2.8106 = 0.0500; Φ(−2.8106) = 0.002473.
    expect(sequenceTail({ max: 64 })).toBeCloseTo(0.00247, 4);
  });

  it("holds for random walks that are looked at everywhere, without being far too careful", () => {
    // Independent of all intervals: sums of normal numbers against c √n, at every n from 8 to 64.
    const tail = sequenceTail({ max: 64 });
    const c = -normalQuantile(tail);
    const walks = 4000;
    let left = 0;
    for (let walk = 0; walk < walks; walk += 1) {
      const { k0, k1 } = makeKey(0x77616c6b, walk);
      let sum = 0;
      for (let n = 1; n <= 64; n += 1) {
        sum += normalQuantile(uniform(k0, k1, n));
        if (n < FIRST_LOOK || Math.abs(sum) <= c * Math.sqrt(n)) continue;
        left += 1;
        break;
      }
    }
    expect(binomialTail(left, walks, 0.05)).toBeGreaterThan(0.01);
    expect(left / walks).toBeGreaterThan(0.02);
  });

  it.each([{ max: 7 }, { max: 64, confidence: 1 }, { max: 64, comparisons: 0 }])(
    "refuses %o",
    (options) => {
      expect(() => sequenceTail(options)).toThrow();
    },
  );
});

describe("looks", () => {
  it("begin at the first one, grow, and end at the maximum", () => {
    for (const max of [8, 9, 24, 64, 1000]) {
      const found = looks(max);
      expect(found[0]).toBe(FIRST_LOOK);
      expect(found.at(-1)).toBe(max);
      expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    }
    expect(looks(64).length).toBeLessThan(30);
  });
});

describe("made-up replications", () => {
  const many = (shape: "normal" | "skewed" | "lumpy", truth: number, sets: number) =>
    Array.from({ length: sets }, (_, set): SequenceOutcome => lookAt({ shape, set, truth }));

  it.each(["normal", "skewed", "lumpy"] as const)("%s: all looks' intervals hold", (shape) => {
    const missed = many(shape, 0, 60).filter(({ isCovered }) => !isCovered).length;
    expect(binomialTail(missed, 60, 0.05)).toBeGreaterThan(0.01);
  });

  it.each(["normal", "skewed", "lumpy"] as const)(
    "%s: a loss of three margins is found",
    (shape) => {
      const found = many(shape, -0.15, 12).filter(({ decision }) => decision === "exclude");
      expect(found.length).toBeGreaterThanOrEqual(10);
    },
  );
});

describe("far out, where many are compared", () => {
  it("the bootstrap's quantiles go on growing beyond what it resampled", () => {
    const values = Array.from({ length: 30 }, (_, index) => -Math.log(1 - (index + 0.5) / 30));
    const highs = [0.002, 1e-4, 1e-5].map((tail) => {
      const quantiles = studentQuantiles(values, { isSkewed: true, key: makeKey(1), tail });
      return Math.max(-quantiles[0], quantiles[1]);
    });
    expect(highs).toEqual([...new Set(highs)].sort((a, b) => a - b));
  });
});
