import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import {
  type Candidates,
  checkSelectionWeights,
  drawRecipient,
  LiveAlgorithm,
  NOBODY,
  ProbabilityAlgorithm,
  pickByProbability,
  selectionProbabilities,
  withinMaxPrice,
} from "../../src/selection/index.js";
import { price } from "../support/sim/sessions.js";

interface Given {
  readonly stakes?: readonly number[];
  readonly prices?: readonly (string | null)[];
  readonly perfScores?: readonly number[] | null;
  readonly maxPrice?: string;
}

/** Recipients 100, 101, … */
function candidates({ stakes, prices, perfScores = null, maxPrice }: Given): Candidates {
  const count = (stakes ?? prices ?? perfScores ?? []).length;
  const each = <T>(values: readonly T[] | undefined, fallback: T) =>
    Array.from({ length: count }, (_, at) => values?.[at] ?? fallback);
  return {
    recipients: each(undefined, 0).map((_, at) => 100 + at),
    stakes: each(stakes, 1),
    prices: each(prices, prices === undefined ? "1" : null).map((text) =>
      text === null ? null : price(text),
    ),
    perfScores,
    maxPrice: maxPrice === undefined ? null : Rational.parse(maxPrice),
  };
}

const never = () => {
  throw new Error("nothing is to be drawn");
};

/** How often each is picked when the drawn numbers are spread evenly, as shares. */
function shares(probabilities: readonly number[], draws = 100_000): number[] {
  const counts = probabilities.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const picked = pickByProbability(probabilities, (draw + 0.5) / draws);
    counts[picked] = (counts[picked] ?? 0) + 1;
  }
  return counts.map((count) => count / draws);
}

describe("probabilities (L-12, L-13)", () => {
  it("are 0.52, 0.31 and 0.17 for stakes of 60, 30 and 10 at the defaults", () => {
    const { probabilities } = selectionProbabilities(candidates({ stakes: [60, 30, 10] }));
    expect(probabilities[0]).toBeCloseTo(0.52, 14);
    expect(probabilities[1]).toBeCloseTo(0.31, 14);
    expect(probabilities[2]).toBeCloseTo(0.17, 14);
  });

  it("fall with the price by exp(−price ÷ factor)", () => {
    const { probabilities } = selectionProbabilities(candidates({ prices: ["0", "10"] }), {
      stakeWeight: 0,
      randWeight: 0,
      priceWeight: 1,
      priceExpFactor: 10,
    });
    const e = Math.exp(-1);
    expect(probabilities[0]).toBeCloseTo(1 / (1 + e), 14);
    expect(probabilities[1]).toBeCloseTo(e / (1 + e), 14);
  });

  it("exceed 1 together where all stakes are 0, or all price terms underflow (L-15)", () => {
    const noStake = selectionProbabilities(candidates({ stakes: [0, 0] }));
    expect(noStake.probabilities).toEqual([0.85, 0.85]);
    const tooDear = selectionProbabilities(candidates({ prices: ["800", "900"] }), {
      stakeWeight: 0,
      priceWeight: 1,
      randWeight: 0,
      priceExpFactor: 1,
    });
    expect(tooDear.probabilities).toEqual([1, 1]);
  });

  it("add up to 1 where somebody has a stake", () => {
    const amount = fc.integer({ min: 0, max: 10 ** 12 });
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 100 }), (stakes) => {
        fc.pre(stakes.some((stake) => stake > 0));
        const { probabilities } = selectionProbabilities(candidates({ stakes }), {
          stakeWeight: 0.5,
          priceWeight: 0.2,
          randWeight: 0.3,
        });
        expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("the performance filter (L-9)", () => {
  const scored = candidates({ perfScores: [0.9, 0.5, 0] });

  it("keeps scores at or above the minimum", () => {
    expect(selectionProbabilities(scored, { minPerfScore: 0.5 }).eligible).toEqual([0, 1]);
  });

  it("is off at a minimum of 0, or without scores", () => {
    expect(selectionProbabilities(scored, { minPerfScore: 0 }).eligible).toEqual([0, 1, 2]);
    const unscored = candidates({ stakes: [1, 1] });
    expect(selectionProbabilities(unscored, { minPerfScore: 0.9 }).eligible).toEqual([0, 1]);
  });

  it("is ignored entirely if nobody passes", () => {
    expect(selectionProbabilities(scored, { minPerfScore: 0.95 }).eligible).toEqual([0, 1, 2]);
  });
});

describe("the price filter (L-10, L-11)", () => {
  it("keeps known prices up to and including the maximum", () => {
    const given = candidates({ prices: ["9/2", "5", "11/2", null], maxPrice: "5" });
    expect(selectionProbabilities(given).eligible).toEqual([0, 1]);
  });

  it("lets everyone pass when no price is known at all", () => {
    const given = candidates({ prices: [null, null], maxPrice: "5" });
    expect(selectionProbabilities(given).afterMaxPrice).toEqual([0, 1]);
  });

  it("leaves nobody when all are too dear, unless that is to be ignored (R-5)", () => {
    const given = candidates({ prices: ["6", "7"], maxPrice: "5" });
    expect(selectionProbabilities(given).eligible).toEqual([]);
    const ignored = selectionProbabilities(given, { ignoreMaxPriceIfNeeded: true });
    expect(ignored.eligible).toEqual([0, 1]);
  });

  it("falls back to those left by the performance filter", () => {
    const given = candidates({ prices: ["6", "7"], perfScores: [0.9, 0.1], maxPrice: "5" });
    const options = { ignoreMaxPriceIfNeeded: true, minPerfScore: 0.5 };
    expect(selectionProbabilities(given, options).eligible).toEqual([0]);
  });
});

describe("a candidate without a price where no maximum applies (L-16: a crash)", () => {
  const given = candidates({ prices: [null, "1", "1"], stakes: [50, 25, 25] });

  it("cannot be selected, by default", () => {
    const table = selectionProbabilities(given);
    expect(table.afterMaxPrice).toEqual([0, 1, 2]);
    expect(table.eligible).toEqual([1, 2]);
    expect(table.probabilities).toEqual([0.5, 0.5]);
  });

  it("stays with a price term of 0 under `noPriceWeight`", () => {
    const table = selectionProbabilities(given, {
      missingPrice: "noPriceWeight",
      stakeWeight: 0.5,
      priceWeight: 0.5,
      randWeight: 0,
    });
    expect(table.eligible).toEqual([0, 1, 2]);
    expect(table.probabilities).toEqual([0.25, 0.375, 0.375]);
  });
});

describe("pickByProbability (L-14, L-15)", () => {
  it("draws each with its probability where they add up to 1", () => {
    const given = [0.52, 0.31, 0.17];
    for (const [at, share] of shares(given).entries()) expect(share).toBeCloseTo(given[at] ?? 0, 4);
  });

  it("does not depend on the order where they add up to 1", () => {
    const reversed = shares([0.17, 0.31, 0.52]).reverse();
    for (const [at, share] of shares([0.52, 0.31, 0.17]).entries()) {
      expect(share).toBeCloseTo(reversed[at] ?? 0, 4);
    }
  });

  it.each([
    ["exceed 1", 0.85],
    ["fall short of 1", 0.1],
    ["are all 0", 0],
    ["are not numbers", Number.NaN],
  ])("is uniform among equals that %s together", (_, probability) => {
    for (const share of shares(Array.from({ length: 4 }, () => probability))) {
      expect(share).toBeCloseTo(0.25, 4);
    }
  });

  it("answers the last position at most, though 100 × (1 − 2⁻⁵³) rounds to 100", () => {
    const none = Array.from({ length: 100 }, () => 0);
    expect(pickByProbability(none, 1 - 2 ** -53)).toBe(99);
  });

  it("answers a position for any drawn number in [0, 1)", () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(probability, { minLength: 1, maxLength: 100 }),
        fc.oneof(
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.constant(1 - 2 ** -53),
        ),
        (probabilities, drawn) => {
          const picked = pickByProbability(probabilities, drawn);
          expect(Number.isInteger(picked)).toBe(true);
          expect(picked).toBeGreaterThanOrEqual(0);
          expect(picked).toBeLessThan(probabilities.length);
        },
      ),
    );
  });
});

describe("the algorithm with stake", () => {
  it("answers a recipient, and keeps its table for traces", () => {
    const algorithm = new ProbabilityAlgorithm();
    const given = candidates({ stakes: [60, 30, 10] });
    expect([0.5, 0.6, 0.9].map((r) => algorithm.select(given, () => r))).toEqual([100, 101, 102]);
    expect(algorithm.lastTable?.eligible).toEqual([0, 1, 2]);
  });

  it("draws once, and only if there is a choice", () => {
    const algorithm = new ProbabilityAlgorithm();
    let draws = 0;
    algorithm.select(candidates({ stakes: [0, 0] }), () => {
      draws += 1;
      return 0.3;
    });
    expect(draws).toBe(1);
    expect(algorithm.select(candidates({ stakes: [5] }), never)).toBe(100);
    expect(algorithm.select(candidates({ prices: ["2"], maxPrice: "1" }), never)).toBe(NOBODY);
    expect(algorithm.select(candidates({ stakes: [] }), never)).toBe(NOBODY);
  });

  it("refuses weights that do not add up to 1 within 0.0001 (L-17)", () => {
    const refused = expect.objectContaining({ code: "SELECTION_WEIGHTS" });
    expect(() => new ProbabilityAlgorithm({ stakeWeight: 0.7, randWeight: 0.2 })).toThrow(refused);
    expect(() => new ProbabilityAlgorithm({ stakeWeight: Number.NaN })).toThrow(refused);
    expect(() => checkSelectionWeights({ priceWeight: 0.5 })).toThrow(refused);
    expect(new ProbabilityAlgorithm({ stakeWeight: 0.70005 }).options.stakeWeight).toBe(0.70005);
  });
});

it("lists that are not parallel, and stakes that are none, are refused by the algorithm", () => {
  const refused = expect.objectContaining({ code: "CANDIDATES" });
  const good = candidates({ stakes: [60, 30] });
  const algorithm = new ProbabilityAlgorithm();
  for (const wrong of [
    { ...good, stakes: [60] },
    { ...good, prices: [] },
    { ...good, perfScores: [1, 1, 1] },
    { ...good, stakes: [60, -1] },
    { ...good, stakes: [Number.NaN, 1] },
  ]) {
    expect(() => algorithm.select(wrong, () => 0.5)).toThrow(refused);
  }
  expect(algorithm.select(good, () => 0.5)).toBe(100);
});

it("the core takes weights as they are (L-17)", () => {
  const given = candidates({ stakes: [60] });
  const table = selectionProbabilities(given, { stakeWeight: 3, randWeight: 2 });
  expect(table.probabilities).toEqual([5]);
  expect(drawRecipient(table, given, never)).toBe(100);
});

it("a recipient that is repeated counts as often as it is there", () => {
  const twice = { ...candidates({ stakes: [60, 60, 30] }), recipients: [100, 100, 101] };
  const { probabilities } = selectionProbabilities(twice);
  expect(probabilities[0]).toBe(probabilities[1]);
  expect(probabilities[2]).toBeCloseTo(0.7 * 0.2 + 0.3 / 3, 14);
});

it("a price that is known of somebody else makes the maximum price count (L-10)", () => {
  const given = candidates({ prices: [null, null], maxPrice: "5" });
  expect(withinMaxPrice(given)).toEqual([0, 1]);
  expect(withinMaxPrice({ ...given, pricesKnown: true })).toEqual([]);
});

describe("the algorithm for live video (L-20)", () => {
  it("takes the first within the maximum price, and nobody rather than a dearer one", () => {
    const live = new LiveAlgorithm();
    expect(live.select(candidates({ prices: ["9", null, "2", "1"], maxPrice: "5" }))).toBe(102);
    expect(live.select(candidates({ prices: ["9", "8"], maxPrice: "5" }))).toBe(NOBODY);
    expect(live.select(candidates({ prices: ["9", "8"] }))).toBe(100);
    expect(live.select(candidates({ prices: [] }))).toBe(NOBODY);
  });
});
