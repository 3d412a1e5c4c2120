/** Why a pool had no stream: each cause gives its own reason, and a pool with streams none. */
import { describe, expect, test } from "vitest";
import { merged, POOL, run, type Settings, scenario } from "../../support/sim/runs.js";

const SMALL = merged(POOL, {
  warmup: "0s",
  duration: "12m",
  network: { limit: 5 },
  gateway: { region: "FRA" },
  gateways: undefined,
  demand: { concurrentStreams: 12 },
});

function reason(settings: Settings): string | null {
  return run(scenario(merged(SMALL, settings))).withoutStreams;
}

const rival = { region: "FRA", backend: { type: "measured", roundTripMs: 500 } };

describe("a pool without streams", () => {
  test.each<[string, Settings, RegExp | null]>([
    ["with streams has no reason", { orchestrator: { stakeShare: 0.9 } }, null],
    [
      "a price above the maximum, with both numbers (L-10)",
      { gateway: { maxPricePerUnit: "5/2", pixelsPerUnit: 2 }, orchestrator: { pricePerUnit: 3 } },
      /price of 3\.00 wei per pixel is above every gateway's maximum, 5\/2 wei per 2 \(L-10\)$/,
    ],
    [
      "no worker that was admitted (O-7)",
      { orchestrator: { admission: { exclude: ["good"] } } },
      /none of its workers was admitted and connected/,
    ],
    ["no demand at all", { demand: { concurrentStreams: 0.0001 } }, /no gateway had a stream/],
    [
      "a gateway that does not list it (D-7)",
      {
        gateway: { source: "hardcoded", orchestrators: ["other"] },
        orchestrators: [{ ...rival, name: "other" }],
      },
      /in its list of orchestrators/,
    ],
    [
      "a version that gateways refuse (K-9)",
      { gateway: { orchMinLivepeerVersion: "99.0.0" }, orchestrator: { version: "0.8.0" } },
      /^no gateway took its answer: .*99\.0\.0.*\(K-9\)$/,
    ],
    [
      "no stake where stake alone decides (L-13)",
      {
        network: { limit: 0 },
        gateway: { selectStakeWeight: 1, selectRandFreq: 0 },
        orchestrator: { stakeShare: undefined, stakeLpt: 0 },
        orchestrators: [{ ...rival, name: "rich", stakeLpt: 1000 }],
      },
      /found it and every time another was chosen: it has 0\.000 % of all stake \(L-13\)$/,
    ],
    [
      "discoveries that end before it answers (D-8)",
      {
        gateway: { source: "hardcoded", orchestrators: ["pool", "other"], discoveryTimeout: "1ms" },
        orchestrators: [{ ...rival, name: "other" }],
        orchestrator: { region: "SIN" },
      },
      /never in time \(D-8\)$|answered no gateway/,
    ],
  ])("%s", (_, settings, expected) => {
    const found = reason(settings);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatch(expected);
  });
});
