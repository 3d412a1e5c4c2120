import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { siteFitter, TRANSFER_RTTS } from "../../../src/sim/network/site-fit.js";
import { allRegions, regionIndex } from "../../support/sim/data-files.js";

const size = allRegions.regions.length;
const fitSites = siteFitter(allRegions);
const observed = ["ATL", "FRA", "HND", "LAX", "LON", "MDW", "NYC", "SAO", "SIN", "STO"].map(
  regionIndex,
);
const nearestRtt = (sites: readonly number[], region: number) =>
  Math.min(...sites.map((site) => allRegions.rttMs[region * size + site] ?? 0));

describe("siteFitter", () => {
  it("finds where an orchestrator of one, two or three leaderboard sites answers from", () => {
    const site = fc.constantFrom(...["FRA", "NYC", "LAX", "SIN", "SAO", "MDW"].map(regionIndex));
    const sites = fc.uniqueArray(site, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sites, fc.integer({ min: 130, max: 700 }), (chosen, constantMs) => {
        const truth = (region: number) => constantMs + TRANSFER_RTTS * nearestRtt(chosen, region);
        const { roundTripMs, rttMs } = fitSites(
          observed.map((region) => ({ region, roundTripMs: truth(region), weight: 1 })),
        );
        const errors = [...allRegions.regions.keys()].map((region) =>
          Math.abs(Math.log((roundTripMs[region] ?? 0) / truth(region))),
        );
        errors.sort((a, b) => a - b);
        expect(errors[size / 2]).toBeLessThan(0.2);
        for (const region of chosen) expect(rttMs[region]).toBeLessThan(35);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it("is not thrown by one wrong row", () => {
    const frankfurt = regionIndex("FRA");
    const rows = observed.map((region) => ({
      region,
      roundTripMs: 350 + TRANSFER_RTTS * nearestRtt([frankfurt], region),
      weight: 1,
    }));
    const wrong = rows.map((row) =>
      row.region === regionIndex("LON") ? { ...row, roundTripMs: row.roundTripMs * 4 } : row,
    );
    const at = regionIndex("x-PAR");
    const [right = 0, disturbed = 0] = [fitSites(rows), fitSites(wrong)].map(
      (one) => one.roundTripMs[at],
    );
    expect(Math.abs(Math.log(disturbed / right))).toBeLessThan(0.15);
  });

  it("does not depend on the order of observations", () => {
    const rows = observed.map((region, at) => ({ region, roundTripMs: 300 + 97 * at, weight: 1 }));
    expect(fitSites([...rows].reverse()).roundTripMs).toEqual(fitSites(rows).roundTripMs);
  });
});
