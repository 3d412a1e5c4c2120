/** What operators decide about payouts: who waits, who is paid in whose place, and what is approved. */
import { expect, test } from "vitest";
import { holdAddress, releaseAddress } from "../../../src/pool/books/holds.js";
import {
  endMerge,
  mergeAddresses,
  movePending,
  sweepMerged,
} from "../../../src/pool/books/move.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { approveBatch, newestBatch } from "../../../src/pool/payouts/approval.js";
import { ETH, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const by = (world: World, reason = "test") => ({ reason, author: "op", nowMs: world.nowMs });
const whys = (report: { hindered: readonly { why: string }[] }) =>
  report.hindered.map(({ why }) => why);

test("a held address is not paid, also when it is held while gas is estimated; released, it is", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  world.earn(worker(2), 2n * ETH);
  const held = worker(1).toUpperCase().replace("0X", "0x");
  holdAddress(world.store, { address: held, ...by(world) });
  // The other is held between the plan and the signature.
  const late = await world.pass({
    around: (chain) => ({
      ...chain,
      estimateGas: async (transfer) => {
        holdAddress(world.store, {
          address: worker(2),
          untilMs: world.nowMs + DAY_MS,
          ...by(world),
        });
        return await chain.estimateGas(transfer);
      },
    }),
  });
  expect([late.begun, whys(late)]).toEqual([[], ["moved"]]);
  world.nowMs += DAY_MS;
  expect((await world.pass()).begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(releaseAddress(world.store, { address: worker(1), ...by(world) })).toBe(true);
  expect(releaseAddress(world.store, { address: worker(1), ...by(world) })).toBe(false);
  expect((await world.pass()).begun.map(({ address }) => address)).toEqual([worker(1)]);
  expect(() => holdAddress(world.store, { address: worker(1), ...by(world, " ") })).toThrow(
    "reason",
  );
});

test("a first payout waits from when payouts know the address, whatever its events say", async () => {
  const world = await startWorld();
  const settings = { firstWaitMs: DAY_MS, minIntervalMs: 0 };
  const now = world.nowMs;
  world.nowMs -= 365 * DAY_MS;
  world.earn(worker(1), ETH);
  world.nowMs = now;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs += DAY_MS - 1;
  expect((await world.pass({ settings })).begun).toEqual([]);
  world.nowMs += 1;
  expect((await world.pass({ settings })).begun).toHaveLength(1);
  await world.mine(3);
  await world.pass({ settings });
  world.earn(worker(1), ETH);
  expect((await world.pass({ settings })).begun).toHaveLength(1);
});

test("what is approved is paid, once, and no more; what came since waits for the next batch", async () => {
  const world = await startWorld();
  const settings = { approve: "manual" as const, minIntervalMs: 0 };
  world.earn(worker(1), ETH);
  world.earn(worker(2), 2n * ETH);
  const first = await world.pass({ settings });
  expect([first.begun, whys(first)]).toEqual([[], ["notApproved", "notApproved"]]);
  world.earn(worker(1), 5n);
  world.earn(worker(3), ETH);
  await world.pass({ settings });
  const batch = newestBatch(world.store);
  expect([...(batch?.lines ?? [])].sort()).toEqual([
    [worker(1), ETH],
    [worker(2), 2n * ETH],
  ]);
  const id = batch?.id ?? 0;
  expect(approveBatch(world.store, id, by(world))).toBe(true);
  expect(approveBatch(world.store, id, by(world))).toBe(false);
  const second = await world.pass({ settings });
  expect(second.begun.map(({ address, amountWei }) => [address, amountWei])).toEqual([
    [worker(2), 2n * ETH],
    [worker(1), ETH],
  ]);
  await world.mine(3);
  await world.pass({ settings });
  expect([world.pending(worker(1)), world.paid(worker(1))]).toEqual([5n, ETH]);
  world.earn(worker(2), 2n * ETH);
  // The approval was for one payment.
  expect((await world.pass({ settings })).begun).toEqual([]);
  expect(() => approveBatch(world.store, 99, by(world))).toThrow("no batch 99");
  expect(() => approveBatch(world.store, id + 100, by(world))).toThrow("no batch");
});

test("less is owed than was approved: not paid, and written down anew; an old approval counts no more", async () => {
  const world = await startWorld();
  const settings = { approve: "manual" as const };
  world.earn(worker(1), ETH);
  await world.pass({ settings });
  const id = newestBatch(world.store)?.id ?? 0;
  approveBatch(world.store, id, by(world));
  world.earn(worker(1), -ETH / 2n);
  expect((await world.pass({ settings })).begun).toEqual([]);
  const next = newestBatch(world.store);
  expect([next?.id !== id, next?.lines.get(worker(1))]).toEqual([true, ETH / 2n]);
  approveBatch(world.store, next?.id ?? 0, by(world));
  world.nowMs += 8 * DAY_MS;
  expect((await world.pass({ settings })).begun).toEqual([]);
});

test("moved: pending goes to the new address, whatever its sign; what is on its way stays", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  world.earn(worker(1), 3n * ETH, { region: "us" });
  world.earn(worker(1), -ETH);
  const moved = movePending(world.store, { from: worker(1), to: worker(9), ...by(world) });
  expect(moved).toMatchObject({ wei: 2n * ETH, underWayWei: ETH });
  expect([world.pending(worker(1)), world.pending(worker(9))]).toEqual([0n, 2n * ETH]);
  await world.mine(3);
  await world.pass();
  expect(world.paid(worker(1))).toBe(ETH);
  world.nowMs += 2 * DAY_MS;
  world.earn(worker(1), ETH);
  // The old one is held.
  await world.pass();
  await world.mine(3);
  await world.pass();
  expect([await world.balance(worker(1)), await world.balance(worker(9))]).toEqual([ETH, 2n * ETH]);
  movePending(world.store, { from: worker(1), to: worker(9), ...by(world) });
  expect(() => movePending(world.store, { from: worker(1), to: worker(9), ...by(world) })).toThrow(
    "owed 0 wei",
  );
  expect(() => movePending(world.store, { from: worker(9), to: worker(9), ...by(world) })).toThrow(
    "two addresses",
  );
});

test("merged: paid in the other's place from then on, over several steps, never in a circle", async () => {
  const world = await startWorld();
  const merge = (from: number, to: number) =>
    mergeAddresses(world.store, { from: worker(from), to: worker(to), ...by(world) });
  world.earn(worker(1), ETH);
  expect(merge(1, 2).wei).toBe(ETH);
  merge(2, 3);
  expect(() => merge(3, 1)).toThrow("already");
  world.earn(worker(1), ETH);
  world.earn(worker(2), ETH);
  expect((await world.pass()).begun.map(({ address, amountWei }) => [address, amountWei])).toEqual([
    [worker(3), 3n * ETH],
  ]);
  const entries = world.store.ledger.entryCount();
  expect([sweepMerged(world.store, world.nowMs), world.store.ledger.entryCount()]).toEqual([
    0n,
    entries,
  ]);
  world.earn(worker(1), 5n);
  holdAddress(world.store, { address: worker(1), ...by(world) });
  await world.pass();
  expect(world.pending(worker(1))).toBe(5n);
  releaseAddress(world.store, { address: worker(1), ...by(world) });
  expect(endMerge(world.store, { from: worker(1), ...by(world) })).toBe(true);
  expect(endMerge(world.store, { from: worker(1), ...by(world) })).toBe(false);
  world.earn(worker(1), 7n);
  await world.pass();
  expect([world.pending(worker(1)), world.pending(worker(3))]).toEqual([7n, 5n]);
});

test("a backup from before a move: what was paid to the new address is recognised once it is moved again", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  movePending(world.store, { from: worker(1), to: worker(9), ...by(world) });
  await world.pass();
  await world.mine(3);
  await world.pass();
  expect(await world.balance(worker(9))).toBe(ETH);
  world.store = new SqlitePoolStore({ path: ":memory:" });
  world.earn(worker(1), ETH);
  const stopped = await world.pass();
  expect([stopped.begun, stopped.stop?.code]).toEqual([[], "PAYOUT_NONCES_UNKNOWN"]);
  world.nowMs = Date.now() + DAY_MS;
  movePending(world.store, { from: worker(1), to: worker(9), ...by(world) });
  // The payment is older than this move: the chain's clock is the machine's.
  expect((await world.verify({ kind: "recognised" })).adopted).toMatchObject([
    { address: worker(9), amountWei: ETH },
  ]);
  await world.pass();
  expect([world.pending(worker(9)), await world.balance(worker(9))]).toEqual([0n, ETH]);
  world.store.close();
});
