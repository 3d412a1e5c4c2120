import { beforeAll, describe, expect, it } from "vitest";
import type { RegionValidation } from "../../../scenarios/data/cross-validation.js";
import { crossValidate, medianOf } from "../../../scenarios/data/cross-validation.js";
import { parseNetwork } from "../../../src/sim/network/network-file.js";
import { regionSummary } from "../../../src/sim/network/region-summary.js";
import { responseTimes, unlateShare } from "../../../src/sim/network/response-times.js";
import { allRegions, dataFile, regionIndex } from "../../support/sim/data-files.js";

const network = parseNetwork(dataFile("network.csv"), allRegions);
const times = responseTimes(network, allRegions);
const regions = [...allRegions.regions.keys()];

describe("responseTimes", () => {
  it("uses a measured round trip exactly where success is at least 0.9", () => {
    let measured = 0;
    for (const [orchestrator, { leaderboard }] of network.entries()) {
      for (const { region, successRate, roundTripMs } of leaderboard) {
        expect(times.source(orchestrator, region) === "measured").toBe(successRate >= 0.9);
        expect(times.successRate(orchestrator, region)).toBe(successRate);
        if (successRate < 0.9) continue;
        measured += 1;
        expect(times.roundTripMs(orchestrator, region)).toBe(roundTripMs);
      }
    }
    expect(measured).toBe(676);
  });

  it("predicts all 28 regions for everybody, within plausible bounds", () => {
    for (const orchestrator of network.keys()) {
      for (const region of regions) {
        expect(times.roundTripMs(orchestrator, region)).toBeGreaterThan(100);
        expect(times.roundTripMs(orchestrator, region)).toBeLessThan(10_000);
        expect(times.rttMs(orchestrator, region)).toBeGreaterThanOrEqual(2);
        const availability = times.availability(orchestrator, region);
        expect(availability).toBeGreaterThanOrEqual(0);
        expect(availability).toBeLessThanOrEqual(1);
      }
    }
  });

  it("marks those without usable rows as imputed; who answered no test is silent", () => {
    for (const [orchestrator, { imputed, leaderboard }] of network.entries()) {
      const isImputed = regions.every((region) => times.source(orchestrator, region) === "imputed");
      expect(isImputed).toBe(imputed.has("response"));
      const isSilent = leaderboard.length > 0 && leaderboard.every((row) => row.successRate === 0);
      expect(times.isSilent(orchestrator)).toBe(isSilent);
      if (isSilent) expect(times.availability(orchestrator, 0)).toBe(0);
    }
  });

  it("does not count slowness as being down", () => {
    const tokyo = regionIndex("HND");
    const slow = network.findIndex(
      ({ leaderboard }) =>
        leaderboard.filter(({ successRate }) => successRate === 1).length === 9 &&
        leaderboard.some((row) => row.region === tokyo && row.successRate < 0.8),
    );
    expect(slow).toBeGreaterThanOrEqual(0);
    expect(times.availability(slow, tokyo)).toBe(1);
    expect(times.successRate(slow, tokyo)).toBeLessThan(0.8);
  });

  it("is the same every time; the seed only moves stand-ins", () => {
    const again = responseTimes(network, allRegions);
    const other = responseTimes(network, allRegions, { seed: 5 });
    for (const orchestrator of network.keys()) {
      for (const region of regions) {
        const value = times.roundTripMs(orchestrator, region);
        expect(again.roundTripMs(orchestrator, region)).toBe(value);
        if (times.source(orchestrator, region) === "imputed") continue;
        expect(other.roundTripMs(orchestrator, region)).toBe(value);
      }
    }
  });

  it("grows with rttScale, most for those far away", () => {
    const far = responseTimes(network, allRegions, { rttScale: 1.3 });
    for (const orchestrator of network.keys()) {
      const grown = (region: number) =>
        far.roundTripMs(orchestrator, region) - times.roundTripMs(orchestrator, region);
      for (const region of regions) {
        expect(grown(region)).toBeCloseTo(2.85 * times.rttMs(orchestrator, region), 6);
      }
    }
  });

  it("a late test keeps 3 of 15 segments", () => {
    expect(unlateShare(300)).toBeCloseTo(1, 3);
    expect(unlateShare(2700)).toBeCloseTo(0.6, 9);
    expect(unlateShare(100_000)).toBeCloseTo(0.2, 3);
  });
});

describe("a region that the model has not seen", () => {
  let validations: RegionValidation[] = [];
  beforeAll(() => {
    validations = crossValidate(network, allRegions);
  });
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

  it("is predicted with half the error of the quick fit, a third of the region's median", () => {
    const errors = validations.flatMap(({ orchestratorErrors }) => orchestratorErrors);
    const baseline = validations.flatMap(({ regionMedianErrors }) => regionMedianErrors);
    expect(validations).toHaveLength(10);
    expect(errors).toHaveLength(676);
    expect(medianOf(baseline)).toBeCloseTo(0.29, 2);
    expect(medianOf(errors)).toBeLessThan(0.12);
    for (const { orchestratorErrors, regionMedianErrors } of validations) {
      expect(medianOf(orchestratorErrors)).toBeLessThan(medianOf(regionMedianErrors));
    }
  });

  it("has its quantiles and success rate", () => {
    expect(mean(validations.map(({ p05 }) => Math.abs(p05.logError)))).toBeLessThan(0.18);
    expect(mean(validations.map(({ p50 }) => Math.abs(p50.logError)))).toBeLessThan(0.11);
    expect(mean(validations.map(({ p95 }) => Math.abs(p95.logError)))).toBeLessThan(0.12);
    expect(mean(validations.map((one) => Math.abs(one.successRate.error)))).toBeLessThan(0.03);
  });

  it("does not see its own rows", () => {
    const madeUp = network.map((item) => ({
      ...item,
      leaderboard: item.leaderboard.map((row) =>
        row.region === regionIndex("NYC") ? { ...row, successRate: 1, roundTripMs: 9999 } : row,
      ),
    }));
    const option = { heldOutRegion: regionIndex("NYC") };
    const one = responseTimes(network, allRegions, option);
    const two = responseTimes(madeUp, allRegions, option);
    for (const orchestrator of network.keys()) {
      for (const region of regions) {
        const value = one.roundTripMs(orchestrator, region);
        expect(two.roundTripMs(orchestrator, region)).toBe(value);
      }
    }
  });
});

describe("regionSummary", () => {
  it("repeats the published quantiles of regions with data", () => {
    const { roundTripMs, successRate, reliableOrchestrators } = regionSummary(
      times,
      regionIndex("FRA"),
    );
    // Published for 100 orchestrators of which the network has 99: the one left out was silent.
    expect(Math.round(roundTripMs.p05)).toBe(304);
    expect(Math.round(roundTripMs.p50)).toBe(495);
    expect(Math.round(roundTripMs.p95)).toBe(2030);
    expect(reliableOrchestrators).toBe(72);
    expect(successRate).toBeCloseTo(0.8089 / 0.99, 4);
  });

  it("orders the quantiles of every region, and puts Sydney further out than Miami", () => {
    for (const region of regions) {
      const { p05, p50, p95 } = regionSummary(times, region).roundTripMs;
      expect(p05).toBeLessThan(p50);
      expect(p50).toBeLessThan(p95);
    }
    const [sydney, miami] = ["SYD", "MIA"].map((code) => regionSummary(times, regionIndex(code)));
    expect(sydney?.roundTripMs.p50).toBeGreaterThan(miami?.roundTripMs.p50 ?? 0);
    expect(sydney?.successRate).toBeLessThan(miami?.successRate ?? 0);
  });
});
