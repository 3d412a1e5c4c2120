import { expect, test } from "vitest";
import { isVague, WorkerTotals } from "../../../src/sim/replay/totals.js";

function segments(actual: number, played: readonly number[]) {
  const totals = new WorkerTotals({ name: "w", address: null, segments: actual, feesWei: 0n });
  for (const one of played) totals.add({ segments: one, feesEth: 0 }, null);
  return totals.result(1).segments;
}

test("an interval that is wider than twice what there was says nothing", () => {
  const known = segments(100, [90, 100, 110]);
  expect([known.isWithin, isVague(known)]).toEqual([true, false]);
  const vague = segments(100, [0, 0, 900]);
  expect([vague.isWithin, isVague(vague)]).toEqual([true, true]);
  // Of a single replication nobody expects an interval.
  expect(isVague(segments(100, [100]))).toBe(false);
});
