/** What must balance: counters kept on their own sides are compared at the end of every run. */
import { describe, expect, test } from "vitest";
import { conservationChecks } from "../../../src/sim/metrics/conservation.js";
import type { Counters } from "../../../src/sim/metrics/counters.js";
import type { MoneyTotals } from "../../../src/sim/model/money/money.js";
import type { ConservationCheck } from "../../../src/sim/results.js";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { run, scenario, simulation } from "../../support/sim/runs.js";

test.each(Object.entries(FEATURES))("%s: everything balances", (_, settings) => {
  const { conservation } = run(scenario(settings));
  expect(conservation).toHaveLength(7);
  expect(conservation.filter(({ holds }) => !holds)).toEqual([]);
  // Not because there is nothing to balance.
  for (const { name, left } of conservation) {
    if (!name.startsWith("the ledger")) expect(left).toBeGreaterThan(0);
  }
});

describe("a corrupted counter is noticed", () => {
  const { tickets: settings } = FEATURES;
  if (settings === undefined) throw new Error("there is such a scenario");
  const watched = simulation(scenario(settings));
  const money = watched.run();
  if (money === null) throw new Error("the pool has books");
  const { counters, world } = watched;
  const pool = counters.orchestrators[world.pool];
  if (pool === undefined) throw new Error("the pool has counters");
  const checks = (totals: MoneyTotals = money) => conservationChecks(counters, totals, world.pool);
  const failing = (list: readonly ConservationCheck[]) =>
    list.filter(({ holds }) => !holds).map(({ name }) => name);

  type Corruption = (by: number, counters: Counters) => void;
  const corruptions: readonly [string, Corruption, RegExp][] = [
    ["a segment lost", (by, { network }) => (network.started += by), /segments started/],
    ["a segment delivered twice", (by, { network }) => (network.onTime += by), /delivered/],
    ["a segment of nobody", (by) => (pool.segments += by), /the orchestrators' delivered/],
    ["pixels debited twice", (by) => (pool.pixelsDebited += by), /debited by orchestrators/],
    ["an upload not seen", (by, { network }) => (network.pixelsUploaded += by), /uploaded/],
    ["a result not credited", (by) => (pool.pixelsReceived += by), /credited by gateways/],
    ["a call that never ends", (by) => (pool.pixelsUnderWay += by), /under way/],
  ];

  test("nothing is, untouched", () => {
    expect(failing(checks())).toEqual([]);
  });

  test.each(corruptions)("%s", (_, corrupt, message) => {
    corrupt(1, counters);
    const found = failing(checks());
    corrupt(-1, counters);
    expect(found.join("; ")).toMatch(message);
    expect(failing(checks())).toEqual([]);
  });

  test("books that know of other pixels", () => {
    expect(failing(checks({ ...money, pixels: money.pixels - 1 }))).toEqual([
      "pixels in the pool's books = pixels it debited",
    ]);
  });

  test("a ledger that does not balance", () => {
    expect(failing(checks({ ...money, isBalanced: false }))).toEqual([
      "the ledger balances to the wei",
    ]);
  });
});

describe("money", () => {
  test.each(["pool", "tickets", "byWeights"])(
    "%s: fees are pixels × price, and all of them go somewhere, to the wei",
    (name) => {
      const watched = simulation(scenario(FEATURES[name] ?? {}));
      const money = watched.run();
      if (money === null) throw new Error("the pool has books");
      const { world, counters } = watched;
      const { num, den } = world.orchestrators[world.pool]?.price.rational ?? { num: 0n, den: 1n };
      const pixels = BigInt(counters.orchestrators[world.pool]?.pixelsDebited ?? 0);
      const workers = BigInt(world.workers.length);
      // Each worker's sum is rounded down once.
      expect(money.feesWei <= (pixels * num) / den).toBe(true);
      expect(money.feesWei > (pixels * num) / den - workers).toBe(true);
      // Of what the work is worth: which tickets win is luck, and the ledger's to account for.
      expect(money.netWei).toBe(
        money.feesWei - money.delegatorsWei - money.workersWei - money.gasWei,
      );
      expect(money.isBalanced).toBe(true);
    },
  );
});
