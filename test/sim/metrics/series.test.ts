/** Sessions over time are those of the metrics, bin by bin. */
import { describe, expect, test } from "vitest";
import { SeriesCounters } from "../../../src/sim/metrics/counters.js";
import { merged, metric, POOL, run, scenario } from "../../support/sim/runs.js";

const HALF_HOUR = merged(POOL, {
  warmup: "5m",
  duration: "30m",
  network: { limit: 10 },
  demand: { concurrentStreams: 15 },
  stream: { length: { distribution: "exponential", mean: "4m" } },
});

function meanOf(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("series of sessions", () => {
  const result = run(scenario(HALF_HOUR));

  test("held: their mean is pool.sessionsMean", () => {
    const held = result.series["poolSessions"];
    expect(held).toHaveLength(30);
    expect(meanOf(held)).toBeCloseTo(metric(result, "pool.sessionsMean"), 9);
    expect(Math.max(...(held ?? []))).toBeGreaterThan(0);
  });

  test("idling: some of those held, and about pool.idleSlotsMean", () => {
    const { poolSessions: held = [], poolIdleSessions: idle = [] } = result.series;
    for (const [bin, level] of idle.entries()) {
      expect(level).toBeLessThanOrEqual((held[bin] ?? 0) + 1e-9);
    }
    // The metric counts a whole tail where the counted time has a part of it.
    const mean = metric(result, "pool.idleSlotsMean");
    expect(meanOf(idle)).toBeGreaterThan(0);
    expect(meanOf(idle)).toBeLessThanOrEqual(mean + 1e-9);
  });
});

describe("spans", () => {
  test("fall into the bins that they cross; what lies outside of the counted time is left out", () => {
    const series = new SeriesCounters(150_000);
    series.addSpan(series.poolSessionMs, 2, -10_000, 30_000);
    series.addSpan(series.poolSessionMs, 1, 50_000, 130_000);
    series.addSpan(series.poolSessionMs, 4, 140_000, 999_000);
    expect(Array.from(series.poolSessionMs)).toEqual([70_000, 60_000, 50_000]);
    expect(series.levels(series.poolSessionMs)).toEqual([70 / 60, 1, 50 / 30]);
  });
});
