import { describe, expect, it } from "vitest";
import {
  latencyScore,
  refreshTiming,
  shouldRefresh,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../../src/selection/segment-timing.js";

describe("timeouts (T-15)", () => {
  it.each([
    [500, 2_000, 8_000],
    [2_000, 2_000, 8_000],
    [4_000, 2_000, 16_000],
    [6_000, 3_000, 24_000],
    [10_000, 5_000, 40_000],
  ])("a segment of %i ms", (durationMs, upload, whole) => {
    expect(uploadTimeoutMs(durationMs)).toBe(upload);
    expect(wholeTimeoutMs(durationMs)).toBe(whole);
  });

  it("are both scaled by a multiplier above 1, and by no other", () => {
    expect([uploadTimeoutMs(2_000, 3), wholeTimeoutMs(2_000, 3)]).toEqual([6_000, 24_000]);
    expect([uploadTimeoutMs(2_000, 0.5), wholeTimeoutMs(2_000, 0)]).toEqual([2_000, 8_000]);
  });
});

describe("latency score (T-22)", () => {
  it("is the response time over the duration, which counts as 1.5 s at least", () => {
    expect(latencyScore(1_200, 500)).toBe(1.2 / 1.5);
    expect(latencyScore(2_000, 2_000)).toBe(1);
    expect(latencyScore(1_500, 1_000)).toBe(1);
    expect(latencyScore(4_500, 1_500)).toBe(3);
  });

  it.each([
    [1_382, 8_855, 1.382, 8.855],
    [2_001, 1_500, 2.001, 1.5],
    [5_060, 9_960, 5.06, 9.96],
    [5_915, 3_510, 5.915, 3.51],
    [333, 200, 0.333, 1.5],
  ])("%i ms for %i ms: seconds by seconds, to the last bit", (tookMs, durationMs, tookS, overS) => {
    expect(latencyScore(tookMs, durationMs)).toBe(tookS / overS);
  });

  it("says real time exactly where the answer took no longer than the segment", () => {
    for (let durationMs = 1_500; durationMs <= 12_000; durationMs += 1) {
      expect(latencyScore(durationMs, durationMs)).toBe(1);
      expect(latencyScore(durationMs + 1, durationMs)).toBeGreaterThan(1);
    }
  });
});

describe("refresh before use (M-35)", () => {
  const fresh = { authTokenExpiresAtMs: 1_800_000, ticketParamsExpireAtMs: 480_000 };

  it.each([
    ["fresh", 0, false],
    ["a moment before the parameters expire", 479_999, false],
    ["when the parameters expire", 480_000, true],
  ])("%s", (_, nowMs, wanted) => {
    expect(shouldRefresh(fresh, nowMs)).toBe(wanted);
  });

  it("happens with less than 180 s of the token left, not with exactly 180 s", () => {
    const token = { authTokenExpiresAtMs: 1_800_000, ticketParamsExpireAtMs: Infinity };
    expect(shouldRefresh(token, 1_620_000)).toBe(false);
    expect(shouldRefresh(token, 1_620_001)).toBe(true);
  });
});

describe("time of a refresh (G-19)", () => {
  it.each([
    ["quick", 100, 200, 300, true],
    ["the call hangs: 2.5 s from the start", 100, Infinity, 2_500, false],
    ["slow to connect: the call then fails at once", 2_700, 1, 2_700, false],
    ["nobody there: 3 s", Infinity, 0, 3_000, false],
    ["just in time", 2_000, 499, 2_499, true],
    ["just too late", 2_000, 500, 2_500, false],
  ])("%s", (_, connectMs, callMs, afterMs, ok) => {
    expect(refreshTiming(connectMs, callMs)).toEqual({ afterMs, ok });
  });
});
