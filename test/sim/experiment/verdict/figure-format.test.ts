/** Figures in the verdict's sentence. */
import { describe, expect, it } from "vitest";
import { NameTable, ReplicationRecord } from "../../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../../src/sim/experiment/samples.js";
import { figureFormat } from "../../../../src/sim/experiment/verdict/figure-format.js";
import { fakeSimulate, loadText, POOL } from "../../../support/sim/fake-simulate.js";

function baselineWith(metrics: Readonly<Record<string, number>>): Samples {
  const result = fakeSimulate(loadText(POOL).base, { seed: 1, replication: 0 });
  return new Samples([new ReplicationRecord({ ...result, metrics }, new NameTable())]);
}

const NET = "pool.operatorNetPerDay";
const baseline = baselineWith({ "pool.feesEthPerDay": 4, [NET]: 1, "network.swaps": 200 });

describe("a figure", () => {
  it.each([
    [NET, 0.4751, "47.5 %"],
    [NET, 0.08, "8 %"],
    [NET, 2.5, "250 %"],
    [NET, 0.001234, "0.12 %"],
    [NET, 1e-14, "0.00 %"],
    [NET, 0, "0 %"],
    ["network.swaps", 50, "25 %"],
    ["network.tickets", 50, "50 tickets"],
    ["pool.lateShare", 0.005, "0.5 percentage points"],
  ])("relative to the baseline: %s %d is %s", (metric, value, text) => {
    expect(figureFormat({ baseline, isRelative: true })(metric, value)).toBe(text);
  });

  it.each([
    [NET, 0.000123456, "0.000123 ETH/day"],
    ["pool.latencyScore.p50", 0.5, "0.5"],
    ["worker.a.b.picks", 3, "3 picks"],
    ["worker.slow.roundTripMs.p99", 2000, "2000 ms"],
    ["pool.lateShare", 0.005, "0.5 percentage points"],
  ])("absolute: %s %d is %s", (metric, value, text) => {
    expect(figureFormat({ baseline, isRelative: false })(metric, value)).toBe(text);
  });
});
