import { expect, test } from "vitest";
import { replayScreen } from "../../../src/sim/replay/replay-screen.js";
import { type Totals, WorkerTotals } from "../../../src/sim/replay/totals.js";
import { styleOf } from "../../../src/sim/report/style.js";

function totals(
  name: string,
  segments: number,
  played: readonly number[],
  other: number | null = null,
): Totals {
  const all = new WorkerTotals({ name, address: null, segments, feesWei: 0n });
  for (const one of played) {
    all.add(
      { segments: one, feesEth: one },
      other === null ? null : { segments: one + other, feesEth: one + other },
    );
  }
  return all.result(1);
}

function screenOf(...workers: readonly Totals[]): string {
  return screen("", totals("pool", 200, [190, 200, 210]), workers);
}

function screen(asked: string, pool: Totals, workers: readonly Totals[]): string {
  const result = {
    fromMs: 0,
    toMs: 3_600_000,
    sessions: 9,
    lostSessions: 1,
    workers,
    pool,
    notes: [],
  };
  const text = replayScreen(result, { asked, seed: 1, replications: 3 }, styleOf({}));
  return text.replace(/\s+/g, " ");
}

test("a worker that is off is said to be off by chance in one of twenty cases, and by how much", () => {
  const good = totals("good", 100, [95, 100, 105]);
  expect(screenOf(good)).not.toContain("by chance");
  const text = screenOf(good, totals("odd", 100, [110, 111, 112]));
  expect(text).toContain(
    "1 of 2 workers are within theirs; off: odd +11.0 %. By chance one in twenty is.",
  );
});

test("a change is told first, but where the past does not come out that is, and the change is no evidence", () => {
  const asked = "slow had been left out";
  const workers = [totals("good", 100, [95, 100, 105])];
  expect(screen(asked, totals("pool", 200, [190, 200, 210], 20), workers)).toMatch(
    /^If slow had been left out: \+10\.0 % .* fees for the pool\. Under its own rule the replay comes to the past/,
  );
  expect(screen(asked, totals("pool", 400, [190, 200, 210], 20), workers)).toMatch(
    /^Under its own rule the replay misses the past by −50\.0 % of segments; 1 of 1 worker .* So this is no evidence: if slow had been left out, \+10\.0 %/,
  );
});
