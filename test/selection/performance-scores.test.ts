import { describe, expect, it } from "vitest";
import {
  PERFORMANCE_SCORES_INTERVAL_MS,
  PerformanceScores,
  parsePerformanceScores,
} from "../../src/selection/performance-scores.js";

const A = `0x${"Ab".repeat(20)}`;
const B = `0x${"01".repeat(20)}`;
const invalid = expect.objectContaining({ code: "PERFORMANCE_SCORES_INVALID" });

describe("published performance scores (L-18)", () => {
  it("are read for a region in any case, by lower-case address", () => {
    const json = JSON.stringify({
      [A]: { FRA: { score: 0.97, success_rate: 1 }, NYC: { score: 0.5 } },
      [B]: { NYC: { score: 0.25 } },
    });
    expect([...parsePerformanceScores(json, "fra")]).toEqual([[A.toLowerCase(), 0.97]]);
    expect([...parsePerformanceScores(json, "Nyc")]).toEqual([
      [A.toLowerCase(), 0.5],
      [B, 0.25],
    ]);
    expect(parsePerformanceScores(json, "LAX").size).toBe(0);
  });

  it("are fetched every ten minutes", () => {
    expect(PERFORMANCE_SCORES_INTERVAL_MS).toBe(10 * 60 * 1_000);
  });

  it.each([
    ["no JSON", "<html>"],
    ["no object", "[]"],
    ["null", "null"],
    ["a key that is no address", JSON.stringify({ bob: { FRA: { score: 1 } } })],
    ["a leaf that is no number", JSON.stringify({ [A]: { FRA: { score: 1, note: "fast" } } })],
    ["a wrong leaf in another region", JSON.stringify({ [A]: { NYC: { score: "1" } } })],
    ["a region that is no object", JSON.stringify({ [A]: { FRA: 1 } })],
    ["a number that no double holds", `{ "${A}": { "FRA": { "score": 1e999 } } }`],
  ])("are discarded as a whole for %s (L-19)", (_, json) => {
    expect(() => parsePerformanceScores(json, "FRA")).toThrowError(invalid);
  });
});

describe("PerformanceScores", () => {
  it("keeps the old score of whom a new answer lacks; 0 for the unknown (L-19)", () => {
    const scores = new PerformanceScores();
    scores.merge([
      [1, 0.9],
      [2, 0.8],
    ]);
    scores.merge(new Map([[2, 0.1]]));
    expect([1, 2, 3].map((recipient) => scores.scoreOf(recipient))).toEqual([0.9, 0.1, 0]);
  });
});
