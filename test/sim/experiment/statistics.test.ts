/** The short form of `npm run test:statistics`: the answer does not depend on luck. */
import { describe, expect, it } from "vitest";
import {
  coverage,
  decisionOf,
  type RunPlan,
  runSeed,
  scenarios,
} from "../../../scripts/statistics-checks.js";

const plan: RunPlan = {
  threads: 2,
  replications: 8,
  set: [
    ["warmup", "20m"],
    ["duration", "40m"],
    ["decision.peakFactor", 1],
  ],
};

describe("admit-worker", () => {
  it("excludes the slow worker with either seed, and not an equal one", async () => {
    const { slow, good } = scenarios(plan);
    const results = [await runSeed(slow, plan, 1), await runSeed(slow, plan, 2)];
    expect(results.map(decisionOf)).toEqual(["exclude", "exclude"]);
    expect(["no difference", "undecided"]).toContain(decisionOf(await runSeed(good, plan, 1)));
    const net = coverage(results).find(({ name }) => name.includes("operatorNetPerDay"));
    expect(net?.of).toBe(2);
    expect(net?.covered).toBeGreaterThan(0);
  }, 600_000);
});
