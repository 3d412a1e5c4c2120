import { describe, expect, it } from "vitest";
import { run, type Settings, scenario } from "../../support/sim/runs.js";

const measured = (name: string, stakeLpt: number, pricePerUnit: number) => ({
  name,
  region: "FRA",
  stakeLpt,
  pricePerUnit,
  backend: { type: "measured", roundTripMs: 400 },
});

/** Shares of streams that each of a market of two gets; whoever is chosen first keeps a stream. */
function shares(gateway: Settings): readonly number[] {
  const { metrics } = run(
    scenario({
      network: { limit: 0 },
      warmup: "1m",
      duration: "1h",
      gateway: { region: "FRA", selectStakeWeight: 1, selectRandFreq: 0, ...gateway },
      demand: { concurrentStreams: 20 },
      stream: { length: { distribution: "constant", mean: "30s" } },
      assumptions: { segmentFailure: 0 },
      orchestrators: [measured("large", 980, 200), measured("small", 20, 100)],
    }),
  );
  return ["large", "small"].map((name) => metrics[`orchestrator.${name}.segmentShare`] ?? 0);
}

describe("selection in a scenario", () => {
  it("random gives everybody the same, whatever the stake; probability goes by it (L-13)", () => {
    const [large = 0] = shares({ selection: "random" });
    expect(large).toBeGreaterThan(0.45);
    expect(large).toBeLessThan(0.55);
    expect(shares({ selection: "probability" })[0]).toBeGreaterThan(0.95);
  });

  it("probability is what it is without the setting", () => {
    expect(shares({ selection: "probability" })).toEqual(shares({}));
  });

  it("live and latency take who is within the maximum price (L-10, L-20)", () => {
    const dear = { maxPricePerUnit: 150 };
    expect(shares({ selection: "live", ...dear })).toEqual([0, 1]);
    expect(shares({ selection: "latency", ...dear })).toEqual([0, 1]);
  });
});
