/** Fits that a build has made are those that anybody would make, and are taken for nothing else. */
import { describe, expect, it } from "vitest";
import { fitsText, knownFitter } from "../../../src/sim/network/known-fits.js";
import { parseNetwork } from "../../../src/sim/network/network-file.js";
import { observationsOf } from "../../../src/sim/network/response-times.js";
import { allRegions, dataFile } from "../../support/sim/data-files.js";

const BUILT = new URL("../../../dist/sim/network/", import.meta.url);
const network = parseNetwork(dataFile("network.csv"), allRegions);
const observed = network.map(({ leaderboard }) => observationsOf(leaderboard));
const texts = { regions: dataFile("regions.csv"), rtt: dataFile("rtt.csv") };
const [first = []] = observed.filter(({ length }) => length > 0);

describe("known fits", () => {
  it("in the build are those of the packaged network, to the last bit", async () => {
    const { packagedFits } = await import(`${BUILT}packaged-fits.js`);
    expect(packagedFits()).toBe(fitsText(allRegions, observed));
  });

  it("read as they were made", () => {
    const made = knownFitter(allRegions, texts, null)(first);
    expect(knownFitter(allRegions, texts, fitsText(allRegions, [first]))(first)).toEqual(made);
  });

  it("are taken for the same observations and the packaged regions only", () => {
    // What is known is wrong here, so that it shows.
    const known = fitsText(allRegions, [first]).replaceAll(
      /"constantMs":\d+/g,
      '"constantMs":12345',
    );
    const constantOf = (rtt: string, observations = first) => {
      const given = { ...texts, rtt: { name: "rtt.csv", text: rtt } };
      return knownFitter(allRegions, given, known)(observations).constantMs;
    };
    expect(constantOf(texts.rtt.text)).toBe(12345);
    expect(constantOf(`${texts.rtt.text}\n`)).toBeLessThan(12345);
    const [{ region, roundTripMs, weight } = { region: 0, roundTripMs: 0, weight: 0 }, ...rest] =
      first;
    for (const other of [
      { region: region + 1, roundTripMs, weight },
      { region, roundTripMs: roundTripMs + 1, weight },
      { region, roundTripMs, weight: weight / 2 },
    ]) {
      expect(constantOf(texts.rtt.text, [other, ...rest])).toBeLessThan(12345);
    }
    expect(constantOf(texts.rtt.text, rest)).toBeLessThan(12345);
  });
});
