/** The short form of `npm run test:statistics`: the answer does not depend on luck. */
import { describe, expect, it } from "vitest";
import {
  blackHoleProblem,
  type Cell,
  cellText,
  coverage,
  decisionOf,
  type RunPlan,
  runSeed,
  scenarios,
  settingsOf,
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

describe("a black hole is never admitted, whatever the operator's shares", () => {
  /** Four of the cells of `npm run test:statistics`: each value of each setting at least once. */
  const cells: readonly Cell[] = [
    { tickets: true, feeShare: "0", commission: "1/50", peak: true },
    { tickets: false, feeShare: "3/10", commission: "1/5", peak: true },
    { tickets: true, feeShare: "1/20", commission: "1/50", peak: false },
    { tickets: false, feeShare: "1/20", commission: "1/5", peak: false },
  ];
  const short = [
    ["warmup", "20m"],
    ["duration", "40m"],
  ] as const;

  it.each(cells.map((cell) => [cellText(cell), cell] as const))(
    "%s",
    async (_, cell) => {
      const inCell = { ...plan, set: [...short, ...settingsOf(cell)] };
      const result = await runSeed(scenarios(inCell).slow, inCell, 1);
      expect(blackHoleProblem(cell, result)).toBeUndefined();
    },
    180_000,
  );
});
