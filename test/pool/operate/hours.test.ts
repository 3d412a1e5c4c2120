/** A pool's process over simulated hours that dies again and again; 72 of them: npm run test:hours. */
import { expect, onTestFinished, test } from "vitest";
import { poolHours } from "../../support/books/pool-hours.js";
import { startAnvil } from "../../support/chain/anvil.js";

test("every job runs when it should, once; books are right to the wei; nobody is paid twice", async () => {
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  const report = await poolHours({ anvil, hours: 8, seed: 1, killEveryMs: 60_000 });
  expect(report.wrong).toEqual([]);
  expect(report.kills).toBeGreaterThan(30);
  expect(report.payouts).toBeGreaterThan(3);
}, 120_000);
