import { describe, expect, it } from "vitest";
import { parseRegions } from "../../../src/sim/network/regions.js";
import { allRegions, dataFile, regionIndex } from "../../support/sim/data-files.js";

const size = allRegions.regions.length;
const rtt = (from: string, to: string, table = allRegions) =>
  table.rttMs[regionIndex(from) * size + regionIndex(to)] ?? 0;

describe("the regions table", () => {
  it("has all 28 cities, of which 19 are leaderboard regions", () => {
    expect(size).toBe(28);
    expect(allRegions.regions.filter((region) => region.isLeaderboardRegion)).toHaveLength(19);
    expect(allRegions.isMeasured.every((flag) => flag === 1)).toBe(true);
  });

  it("is symmetric, the mean of both directions, and 2 ms within a region", () => {
    for (const { code: from } of allRegions.regions) {
      expect(rtt(from, from)).toBe(2);
      for (const { code: to } of allRegions.regions) expect(rtt(from, to)).toBe(rtt(to, from));
    }
    const text = dataFile("rtt.csv").text;
    const one = (from: string, to: string) =>
      Number(new RegExp(`^${from},${to},([\\d.]+)`, "m").exec(text)?.[1]);
    expect(rtt("ATL", "FRA")).toBeCloseTo((one("ATL", "FRA") + one("FRA", "ATL")) / 2, 9);
  });

  it("predicts missing pairs from the distance, half of them within 20 %", () => {
    const none = { name: "rtt.csv", text: "from,to,rtt_avg_ms\n" };
    const predicted = parseRegions(dataFile("regions.csv"), none);
    expect(predicted.isMeasured.filter((flag) => flag === 1)).toHaveLength(size);
    const errors: number[] = [];
    for (const [at, { code: from }] of allRegions.regions.entries()) {
      for (const { code: to } of allRegions.regions.slice(at + 1)) {
        errors.push(Math.abs(Math.log(rtt(from, to, predicted) / rtt(from, to))));
      }
    }
    errors.sort((a, b) => a - b);
    expect(errors[errors.length / 2]).toBeLessThan(0.2);
  });

  it("takes the other direction where one is missing", () => {
    const table = parseRegions(dataFile("regions.csv"), {
      name: "rtt.csv",
      text: "from,to,rtt_avg_ms\nFRA,LON,17\n",
    });
    expect(rtt("LON", "FRA", table)).toBe(17);
  });

  it.each([
    ["from,to,rtt_avg_ms\nFRA,XXX,17\n", 'rtt.csv:2:5: "XXX", expected a code of regions.csv'],
    ["from,to,rtt_avg_ms\nFRA,LON,-1\n", 'rtt.csv:2:9: "-1", expected a number from 0.01'],
    ["from,to\nFRA,LON\n", 'no column "rtt_avg_ms"'],
  ])("says where round trips are wrong", (text, message) => {
    expect(() => parseRegions(dataFile("regions.csv"), { name: "rtt.csv", text })).toThrow(message);
  });

  it("refuses a code that stands twice", () => {
    const { name, text } = dataFile("regions.csv");
    const doubled = { name, text: text.replace("LAX,LAX", "FRA,LAX") };
    expect(() => parseRegions(doubled, dataFile("rtt.csv"))).toThrow("a region code stands twice");
  });
});
