import { describe, expect, it } from "vitest";
import { trendBetweenHalves } from "../../../../src/sim/experiment/statistics/trend.js";

describe("the two halves of the measured part", () => {
  it("show a trend that all replications share", () => {
    const trend = trendBetweenHalves({ first: [10, 12, 11, 9], second: [11, 13.2, 12.1, 9.8] });
    expect(trend.remains).toBe(true);
    expect(trend.mean).toBeCloseTo(1.025, 10);
    expect(trend.relativeChange).toBeCloseTo(1.025 / 10.5, 10);
  });

  it("show none where replications disagree about its direction", () => {
    const trend = trendBetweenHalves({ first: [10, 12, 11, 9], second: [11, 11, 12, 8.5] });
    expect(trend.remains).toBe(false);
    expect(trendBetweenHalves({ first: [1, 2], second: [1, 2] }).remains).toBe(false);
  });

  it("say nothing with one replication or a metric that is absent", () => {
    expect(trendBetweenHalves({ first: [1], second: [2] }).remains).toBe(false);
    const absent = trendBetweenHalves({ first: [null, null], second: [1, 2] });
    expect(absent).toEqual({ mean: null, ci95: null, n: 0, relativeChange: null, remains: false });
  });

  it("have no relative change from 0, and a fall from a negative mean is negative", () => {
    expect(trendBetweenHalves({ first: [0, 0], second: [1, 2] }).relativeChange).toBeNull();
    expect(trendBetweenHalves({ first: [-4, -4], second: [-5, -5] })).toMatchObject({
      relativeChange: -0.25,
      remains: true,
    });
  });
});
