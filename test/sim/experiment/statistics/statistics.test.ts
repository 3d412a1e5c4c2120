/** The short form of `npm run test:statistics`: the answer does not depend on luck. */
import { beforeAll, describe, expect, it } from "vitest";
import { CELLS, cellText, coverage, type RunPlan } from "../../../../scripts/statistics-checks.js";
import { goodSeed, type SlowFound, slowSeed } from "../../../../scripts/statistics-units.js";

const plan: RunPlan = {
  replications: 8,
  set: [
    ["warmup", "20m"],
    ["duration", "40m"],
    ["decision.peakFactor", 1],
  ],
};

describe("admit-worker", () => {
  let slow: readonly SlowFound[] = [];
  beforeAll(async () => {
    // Streams are run once, for the scenario as it is and for all cells.
    slow = [await slowSeed(1, CELLS, plan), await slowSeed(2, [], plan)];
  });

  it("excludes the slow worker with either seed, and not an equal one", async () => {
    expect(slow.map(({ decision }) => decision)).toEqual(["exclude", "exclude"]);
    const { decision } = await goodSeed(1, [], plan);
    expect(["no difference", "undecided"]).toContain(decision);
    const net = coverage(slow.map(({ figures }) => figures)).find(({ name }) =>
      name.includes("operatorNetPerDay"),
    );
    expect(net?.of).toBe(2);
    expect(net?.covered).toBeGreaterThan(0);
  });

  it.each(CELLS.map((cell, index) => [cellText(cell), index] as const))(
    "never admits a black hole, whatever the operator's shares: %s",
    (_, index) => {
      expect(slow[0]?.cells[index]).toHaveProperty("problem", null);
    },
  );
});
