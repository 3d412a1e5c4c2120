/** What the tester's streams are counted in: orphans, and each orchestrator's success by region. */
import { describe, expect, it } from "vitest";
import { readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { simulate } from "../../../src/sim/simulate.js";

/**
 * 4.5 s round trips, of which 2.7 s are download, for segments of 2 s: in flight for too long, and
 * when they are complete their latency score (download left out) is good: orphans (M-17, M-18).
 */
const SCENARIO = `name: tests
warmup: 1m
duration: 2h
network: { limit: 0 }
gateway: { region: FRA }
stream: { length: { distribution: constant, mean: 5m } }
assumptions: { sessionCv: 0, segmentNoiseCv: 0, downloadShare: 0.6, uploadShare: 0.3 }
orchestrators:
  - name: good
    region: FRA
    stakeLpt: 10
    backend: { type: measured, roundTripMs: { FRA: 600, NYC: 800 } }
  - name: slow
    region: FRA
    stakeLpt: 10
    backend: { type: measured, roundTripMs: { FRA: 4500, NYC: 4500 } }
`;

function metricsOf(more: string): Readonly<Record<string, number>> {
  const text = `${SCENARIO}${more}`;
  const { base } = loadScenario("s.yaml", {
    readFile: (path, bytesMax) =>
      path === "s.yaml" ? new TextEncoder().encode(text) : readFileWithin(path, bytesMax),
  });
  return simulate(base, { seed: 1, replication: 0 }).metrics;
}

describe("orphans", () => {
  it("of tests are counted as those of streams are", () => {
    const tested = metricsOf("tester: { testsPerDay: 240, regions: [NYC] }\n");
    expect(tested["network.streams"]).toBe(0);
    expect(tested["orchestrator.slow.orphaned"]).toBeGreaterThanOrEqual(10);
    expect(tested["orchestrator.good.orphaned"]).toBe(0);
    const streamed = metricsOf("demand: { concurrentStreams: 4 }\n");
    expect(streamed["orchestrator.slow.orphaned"]).toBeGreaterThan(0);
  });
});

describe("the success of one orchestrator in one region", () => {
  it("is that of its tests from there, and of the attempts of the gateways there", () => {
    const metrics = metricsOf(
      "demand: { concurrentStreams: 4 }\ntester: { testsPerDay: 240, regions: [FRA, NYC] }\n",
    );
    for (const region of ["FRA", "NYC"]) {
      const rates = ["good", "slow"].map(
        (name) => metrics[`orchestrator.${name}.region.${region}.successRate`] ?? Number.NaN,
      );
      const [good = 0, slow = 1] = rates;
      expect(good).toBeGreaterThan(0.95);
      expect(slow).toBeLessThan(0.7);
      // Both have as many tests: the region's rate is the mean of the two.
      expect(metrics[`region.${region}.successRate`]).toBeCloseTo((good + slow) / 2, 9);
    }
    expect(metrics["orchestrator.good.region.FRA.deliveredShare"]).toBeGreaterThan(0.95);
    expect(metrics["orchestrator.good.region.NYC.deliveredShare"]).toBeUndefined();
  });
});
