/** A machine whose clock was years ahead while it paid, and was set right: nobody waits for those years. */
import { expect, test } from "vitest";
import { Schedule } from "../../../src/pool/operate/schedule.js";
import { approveBatch, newestBatch } from "../../../src/pool/payouts/approval.js";
import { ETH, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const AHEAD_MS = 3_650 * DAY_MS;

/** Looks until all is confirmed. */
async function settle(world: World, settings = {}) {
  for (let look = 0; look < 3; look++) {
    await world.pass({ settings });
    await world.mine(3);
  }
}

test("who was paid while the clock was ahead is due again, once, when it is right", async () => {
  const world = await startWorld();
  const nowMs = world.nowMs;
  world.earn(worker(1), ETH);
  world.nowMs = nowMs + AHEAD_MS;
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  world.nowMs = nowMs + DAY_MS;
  world.earn(worker(1), ETH);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(2n * ETH);
  world.earn(worker(1), ETH);
  expect((await world.pass()).begun).toEqual([]);
  // Set back by less than the interval, it is as if no time had gone by.
  world.nowMs -= DAY_MS / 24;
  expect((await world.pass()).begun).toEqual([]);
  world.nowMs += 2 * DAY_MS;
  expect((await world.pass()).begun).toHaveLength(1);
});

test("the cap of a day counts a day around now: not what another year's payouts came to", async () => {
  const world = await startWorld();
  const settings = { capPerDayWei: ETH };
  const nowMs = world.nowMs;
  world.earn(worker(1), ETH);
  world.nowMs = nowMs + AHEAD_MS;
  await settle(world, settings);
  world.nowMs = nowMs + DAY_MS;
  world.earn(worker(2), ETH);
  expect((await world.pass({ settings })).begun).toHaveLength(1);
  await settle(world, settings);
  world.earn(worker(3), ETH);
  world.nowMs -= DAY_MS / 24;
  const { hindered } = await world.pass({ settings });
  expect(hindered.map(({ why }) => why)).toEqual(["dayCap"]);
});

test.each([
  ["ahead", AHEAD_MS],
  ["behind", -3 * DAY_MS],
])("what was sent today while the clock was %s counts for today's cap", async (_, offMs) => {
  const world = await startWorld();
  const settings = { capPerDayWei: ETH };
  const block = await world.anvil.rpc("eth_getBlockByNumber", "latest", false);
  const nowMs = Number(Reflect.get(Object(block), "timestamp")) * 1_000;
  world.earn(worker(1), ETH);
  world.nowMs = nowMs + offMs;
  await settle(world, settings);
  expect(await world.balance(worker(1))).toBe(ETH);
  world.nowMs = nowMs + DAY_MS / 24;
  world.earn(worker(2), ETH);
  const { begun, hindered } = await world.pass({ settings });
  expect([begun, hindered.map(({ why }) => why)]).toEqual([[], ["dayCap"]]);
  world.nowMs += DAY_MS;
  expect((await world.pass({ settings })).begun).toHaveLength(1);
});

test("what was approved while the clock was ahead counts for nothing, and hides nothing approved before", async () => {
  const world = await startWorld();
  const settings = { approve: "manual" as const, minIntervalMs: 0 };
  const nowMs = world.nowMs;
  const approve = (atMs: number) => {
    const id = newestBatch(world.store)?.id ?? 0;
    approveBatch(world.store, id, { reason: "test", author: "op", nowMs: atMs });
  };
  world.earn(worker(1), ETH);
  await world.pass({ settings });
  approve(nowMs);
  // Another batch, of a year to come.
  world.nowMs = nowMs + AHEAD_MS;
  world.earn(worker(2), ETH);
  world.earn(worker(1), ETH);
  await world.pass({ settings });
  approve(world.nowMs);
  world.nowMs = nowMs + DAY_MS;
  const { begun } = await world.pass({ settings });
  expect(begun).toMatchObject([{ address: worker(1), amountWei: ETH }]);
  await settle(world, settings);
  // Neither again, nor what waits for a right date.
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(await world.balance(worker(2))).toBe(0n);
});

test("what was signed while it was ahead and is stuck gets a higher fee", async () => {
  const world = await startWorld();
  await world.stopMining();
  const nowMs = world.nowMs;
  world.earn(worker(1), ETH);
  world.nowMs = nowMs + AHEAD_MS;
  await world.pass();
  world.nowMs = nowMs;
  await world.pass();
  expect(world.store.payouts.attempts(1)).toHaveLength(2);
  // Signed by the right clock, it waits as any other.
  await world.pass();
  expect(world.store.payouts.attempts(1)).toHaveLength(2);
});

test("a first payout does not wait for years, nor less than its time where the clock was nearly right", async () => {
  const world = await startWorld();
  const settings = { firstWaitMs: DAY_MS };
  const nowMs = world.nowMs;
  world.earn(worker(1), ETH);
  world.nowMs = nowMs + AHEAD_MS;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs = nowMs;
  world.earn(worker(2), ETH);
  expect((await world.pass({ settings })).begun).toMatchObject([{ address: worker(1) }]);
  // An hour before payouts knew the second one.
  world.nowMs -= DAY_MS / 24;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs = nowMs + DAY_MS - 1;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs += 1;
  expect((await world.pass({ settings })).begun).toMatchObject([{ address: worker(2) }]);
});

test("jobs go on when the clock of a running process is set back", () => {
  const startMs = Date.UTC(2026, 0, 1);
  const specs = [{ name: "payouts", timing: { kind: "every", ms: 600_000 } as const }];
  const schedule = new Schedule(specs, [], startMs);
  const run = (nowMs: number) => {
    const { begin } = schedule.due(nowMs);
    for (const { job } of begin) schedule.ended(job, "done", nowMs);
    return begin.length;
  };
  expect(run(startMs)).toBe(1);
  expect(run(startMs + AHEAD_MS)).toBe(1);
  expect([run(startMs + 60_000), run(startMs + 660_000)]).toEqual([0, 1]);
  // A second is no slot again.
  expect([run(startMs + 1_200_001), run(startMs + 1_199_000), run(startMs + 1_200_002)]).toEqual([
    1, 0, 0,
  ]);
});
