import { describe, expect, test } from "vitest";
import { neededWarmUpMs, warmUpMs } from "../../../../src/sim/model/world/warm-up.js";
import { type Settings, scenario } from "../../../support/sim/runs.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function warmUp(length: Settings, over: Settings = {}): number {
  return warmUpMs(scenario({ stream: { length } }, over).scenario);
}

describe("the warm-up is four mean residual lives E[L²] ÷ 2 E[L] of a stream", () => {
  test.each<[Settings, number]>([
    [{ distribution: "constant", mean: "60m" }, 120],
    [{ distribution: "exponential", mean: "60m" }, 240],
    [{ distribution: "lognormal", mean: "60m", cv: 1 }, 240],
    // 20 mean lengths.
    [{ distribution: "lognormal", mean: "30m", cv: 3 }, 600],
    // (9 + 2601) ÷ 54, as above.
    [{ distribution: "mixture" }, (4 * 2610) / 54],
    // (1 + 40000) ÷ (2 × 201) of a minute and 200.
    [{ distribution: "empirical", values: ["1m", "200m"] }, (4 * 40_001) / (2 * 201)],
  ])("%j: %d min", (length, minutes) => {
    expect(warmUp(length) / MINUTE_MS).toBeCloseTo(minutes, 6);
  });

  test("at least an hour and at most two days", () => {
    expect(warmUp({ distribution: "exponential", mean: "1m" })).toBe(HOUR_MS);
    const heavy = { distribution: "lognormal", mean: "3h", cv: 3 };
    expect(warmUp(heavy)).toBe(48 * HOUR_MS);
    expect(neededWarmUpMs(scenario({ stream: { length: heavy } }).scenario)).toBe(60 * HOUR_MS);
  });

  test("as the scenario says, if it does", () => {
    expect(warmUp({ distribution: "exponential", mean: "60m" }, { warmup: "5m" })).toBe(
      5 * MINUTE_MS,
    );
  });

  test("of the gateway whose streams live longest", () => {
    const gateways = [
      { region: "FRA" },
      { region: "NYC", streams: { length: { distribution: "exponential", mean: "2h" } } },
      {
        region: "SIN",
        weight: 0,
        streams: { length: { distribution: "exponential", mean: "9h" } },
      },
    ];
    expect(warmUp({ distribution: "exponential", mean: "30m" }, { gateways })).toBe(8 * HOUR_MS);
  });
});
