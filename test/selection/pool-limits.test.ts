import { describe, expect, it } from "vitest";
import {
  isReusable,
  refreshThreshold,
  suspensionPenalty,
} from "../../src/selection/pool-limits.js";
import { session } from "../support/sim/sessions.js";

describe("penalty of a pool (S-5)", () => {
  it.each([
    [0, 0, 1],
    [1, 1, 1],
    [100, 100, 1],
    [8, 8, 1],
    [9, 8, 2],
    [16, 8, 2],
    [17, 8, 3],
    [20, 8, 3],
    [50, 8, 7],
  ])("size %i, asking for %i: %i", (poolSize, numOrchs, penalty) => {
    expect(suspensionPenalty(poolSize, numOrchs)).toBe(penalty);
  });
});

describe("refresh threshold (M-11, M-19)", () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [8, 4],
    [15, 8],
    [16, 8],
    [100, 8],
  ])("asking for %i: %i", (numOrchs, threshold) => {
    expect(refreshThreshold(numOrchs)).toBe(threshold);
  });
});

describe("reuse of a session (M-14 … M-16)", () => {
  it.each([
    [0, false],
    [0.001, true],
    [1.0, true],
    [1.001, false],
  ])("with nothing in flight and a latency score of %d: %s", (latencyScore, reusable) => {
    expect(isReusable(session(0, { latencyScore }), 0, 1)).toBe(reusable);
    expect(isReusable(session(0, { latencyScore }), 0, 2)).toBe(reusable);
  });

  it.each([
    [2_000, 1, 2_000],
    [1_200, 1, 1_200],
    [1_000.000001, 1, 1_000.000001],
    [1_000, 1, 1_500],
    [400, 1, 1_500],
    [2_000, 2, 4_000],
    [600, 2, 1_200],
    [500, 2, 1_500],
  ] as const)(
    "with a segment of %d ms in flight, multiplier %i: less than %d ms [Q] (M-15)",
    (durationMs, multiplier, limitMs) => {
      const one = session(0, { latencyScore: 5 });
      one.pushSegInFlight(10_000, durationMs);
      one.pushSegInFlight(90_000, 1);
      expect(isReusable(one, 10_000 + limitMs - 1e-6, multiplier)).toBe(true);
      expect(isReusable(one, 10_000 + limitMs, multiplier)).toBe(false);
    },
  );
});
