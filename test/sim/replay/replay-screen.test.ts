import { expect, test } from "vitest";
import { replayScreen } from "../../../src/sim/replay/replay-screen.js";
import { type Totals, WorkerTotals } from "../../../src/sim/replay/totals.js";
import { styleOf } from "../../../src/sim/report/style.js";

function totals(name: string, segments: number, played: readonly number[]): Totals {
  const all = new WorkerTotals({ name, address: null, segments, feesWei: 0n });
  for (const one of played) all.add({ segments: one, feesEth: 0 }, null);
  return all.result(1);
}

function screenOf(...workers: readonly Totals[]): string {
  const result = {
    fromMs: 0,
    toMs: 3_600_000,
    sessions: 9,
    lostSessions: 1,
    workers,
    pool: totals("pool", 200, [190, 200, 210]),
    notes: [],
  };
  const text = replayScreen(result, { asked: "", seed: 1, replications: 3 }, styleOf({}));
  return text.replace(/\s+/g, " ");
}

test("a worker that is off is said to be off by chance in one of twenty cases, and by how much", () => {
  const good = totals("good", 100, [95, 100, 105]);
  expect(screenOf(good)).not.toContain("by chance");
  const screen = screenOf(good, totals("odd", 100, [110, 111, 112]));
  expect(screen).toContain(
    "1 of 2 workers are within theirs; off: odd +11.0 %. By chance one in twenty is.",
  );
});
