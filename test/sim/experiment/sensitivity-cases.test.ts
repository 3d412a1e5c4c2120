import { describe, expect, it } from "vitest";
import {
  sensitivityCases,
  sensitivityEffect,
} from "../../../src/sim/experiment/sensitivity-cases.js";

const guesses = [
  { path: "stream.segmentCv", value: 0.1 },
  { path: "tester.testsPerDay", value: 0 },
];

describe("the cases of the sensitivity block", () => {
  it("off: none", () => {
    expect(sensitivityCases("off", guesses)).toEqual([]);
  });

  it("short: noise, RTT slope and load, both ways", () => {
    expect(sensitivityCases("short", guesses)).toEqual([
      { label: "noise × 0.5", set: [{ path: "assumptions.noiseScale", multiply: 0.5 }] },
      { label: "noise × 2", set: [{ path: "assumptions.noiseScale", multiply: 2 }] },
      { label: "RTT slope × 0.7", set: [{ path: "assumptions.rttScale", multiply: 0.7 }] },
      { label: "RTT slope × 1.3", set: [{ path: "assumptions.rttScale", multiply: 1.3 }] },
      { label: "load × 0.5", set: [{ path: "assumptions.loadScale", multiply: 0.5 }] },
      { label: "load × 2", set: [{ path: "assumptions.loadScale", multiply: 2 }] },
    ]);
  });

  it("full: also two segment durations and each guess halved and doubled, but for a 0", () => {
    const cases = sensitivityCases("full", guesses);
    expect(cases.slice(0, 6)).toEqual(sensitivityCases("short", []));
    expect(cases.slice(6)).toEqual([
      { label: "segments of 2 s", set: [{ path: "stream.segmentMs", value: 2000 }] },
      { label: "segments of 2.28 s", set: [{ path: "stream.segmentMs", value: 2280 }] },
      { label: "stream.segmentCv × 0.5", set: [{ path: "stream.segmentCv", multiply: 0.5 }] },
      { label: "stream.segmentCv × 2", set: [{ path: "stream.segmentCv", multiply: 2 }] },
    ]);
  });

  it("a case flips the verdict by another decision, not by too few replications to have one", () => {
    expect(sensitivityEffect("exclude", "exclude")).toBe("same");
    expect(sensitivityEffect("exclude", "admit")).toBe("flips");
    expect(sensitivityEffect("exclude", "no difference")).toBe("flips");
    expect(sensitivityEffect("exclude", "undecided")).toBe("unclear");
    expect(sensitivityEffect("undecided", "exclude")).toBe("flips");
  });
});
