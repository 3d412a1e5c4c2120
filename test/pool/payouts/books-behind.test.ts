/** The chain knows better than the books: a restored backup, another copy of them, a lying node. */
import { expect, onTestFinished, test } from "vitest";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { answerResult } from "../../support/chain/lies.js";
import { answerError, startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { DAY_MS, startWorld, type World } from "../../support/chain/world.js";

const RECOGNISED = { kind: "recognised" } as const;
const states = (world: World): string[] => world.store.payouts.list().map(({ state }) => state);

/** As if the books were of a backup made before anything was in them. */
function restoreEmpty(world: World): SqlitePoolStore {
  const before = world.store;
  world.store = new SqlitePoolStore({ path: ":memory:" });
  const { store } = world;
  onTestFinished(() => store.close());
  return before;
}

/** Pays and confirms what is due. */
async function settle(world: World): Promise<void> {
  for (let pass = 0; pass < 6; pass++) {
    if ((await world.pass()).underWay.length === 0 && pass > 0) return;
    await world.mine(3);
  }
}

async function foreign(world: World, to: string, wei: bigint): Promise<void> {
  const value = `0x${wei.toString(16)}`;
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to, value });
  await world.mine(4);
}

test("a restored backup pays nobody again: it stops, takes the payment in, and goes on", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await settle(world);
  restoreEmpty(world);
  world.earn(worker(1), ETH);
  const { begun, stop } = await world.pass();
  expect([begun, stop?.code]).toEqual([[], "PAYOUT_NONCES_UNKNOWN"]);
  expect(stop?.message).toContain(`nonce 0 sent 1 ETH to ${worker(1)} in block`);
  await expect(world.acknowledge(0, 0)).rejects.toThrow(
    /nonce 0 paid 1 ETH .* whom these books owed/,
  );
  expect((await world.verify()).wrong).toEqual([
    expect.stringMatching(
      /^nonce 0 sent 1 ETH to .*: it is what it was owed then, and can be taken/,
    ),
  ]);
  const found = await world.verify(RECOGNISED);
  expect(found).toMatchObject({ wrong: [], adopted: [{ address: worker(1), state: "confirmed" }] });
  expect([world.pending(worker(1)), world.paid(worker(1))]).toEqual([0n, ETH]);
  expect(world.store.ledger.balance("wallet")).toBe((await world.balance(WALLET)) - 10_000n * ETH);
  expect(await world.verify(RECOGNISED)).toMatchObject({ wrong: [], adopted: [] });
  world.earn(worker(1), 2n * ETH);
  world.nowMs = Date.now() + 2 * DAY_MS;
  await settle(world);
  expect(await world.balance(worker(1))).toBe(3n * ETH);
  expect(world.store.payouts.list().map(({ nonce }) => nonce)).toEqual([1, 0]);
});

test("several payments, one of another amount: that one only as the operator says", async () => {
  const world = await startWorld();
  for (const index of [1, 2, 3]) world.earn(worker(index), BigInt(index) * ETH);
  await settle(world);
  restoreEmpty(world);
  // Worker 2's events were not all entered again.
  for (const index of [1, 3]) world.earn(worker(index), BigInt(index) * ETH);
  world.earn(worker(2), ETH);
  const found = await world.verify(RECOGNISED);
  expect(found.adopted.map(({ address }) => address)).toEqual([worker(3), worker(1)]);
  expect(found.wrong).toEqual([expect.stringContaining("not what it was owed then")]);
  expect((await world.pass()).stop?.code).toBe("PAYOUT_NONCES_UNKNOWN");
  const these = { kind: "these", range: { first: 1, last: 1 }, reason: "looked at" } as const;
  expect(await world.verify(these)).toMatchObject({ wrong: [], adopted: [{ nonce: 1 }] });
  expect([world.pending(worker(2)), world.paid(worker(2))]).toEqual([-ETH, 2n * ETH]);
  world.earn(worker(2), ETH);
  await settle(world);
  for (const index of [1, 2, 3])
    expect(await world.balance(worker(index))).toBe(BigInt(index) * ETH);
});

test("what pays nobody of the books is acknowledged; what can't be read is not", async () => {
  const world = await startWorld();
  await foreign(world, STRANGER, 5n);
  await foreign(world, worker(9), ETH);
  world.earn(worker(1), ETH);
  expect((await world.pass()).stop?.message).toContain("nonces 0..1: nonce 0 sent");
  await expect(world.acknowledge(0, 2)).rejects.toThrow("nonce 2 is not used yet");
  expect(await world.acknowledge(0, 1)).toBe(2);
  expect(await world.acknowledge(0, 1)).toBe(0);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  await expect(world.acknowledge(2, 2)).rejects.toThrow("nonce 2 is a payout's in these books");
  expect((await world.verify()).wrong).toEqual([]);
});

test("acknowledged before its events were entered: its recipient waits for a look", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await settle(world);
  restoreEmpty(world);
  expect(await world.acknowledge(0, 0)).toBe(1);
  world.earn(worker(1), ETH);
  world.earn(worker(2), 2n * ETH);
  const { hindered, begun } = await world.pass();
  expect(begun.map(({ address }) => address)).toEqual([worker(2)]);
  expect(hindered).toMatchObject([
    { why: "paidOutside", detail: "nonce 0 paid it 1 ETH", plan: { address: worker(1) } },
  ]);
  await world.mine(3);
  expect((await world.verify(RECOGNISED)).adopted).toMatchObject([{ address: worker(1) }]);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("older than all that its recipient is owed: history, as far as its opening balance agrees", async () => {
  const world = await startWorld();
  await foreign(world, worker(1), ETH);
  await foreign(world, worker(2), ETH);
  world.nowMs = Date.now() + DAY_MS;
  for (const [index, paid] of [
    [1, ETH],
    [2, ETH - 1n],
  ] as const) {
    const address = worker(index);
    const cause = { kind: "opening", id: `opening:${address}` };
    const postings = [
      { from: "world", to: `pending:${address}:ai:eu`, wei: ETH },
      { from: "world", to: `paid:${address}`, wei: paid },
    ] as const;
    world.store.ledger.post({ cause, atMs: world.nowMs, postings });
  }
  expect(await world.acknowledge(0, 0)).toBe(1);
  await expect(world.acknowledge(1, 1)).rejects.toThrow(/nonce 1 paid 1 ETH/);
});

test("a backup has a payout's first bytes, the chain its second ones: it is that payout", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  await world.pass();
  const backup = restoreEmpty(world);
  // The other copy of the books goes on: the fee was raised, and that one was mined.
  await world.anvil.rpc("anvil_dropAllTransactions");
  world.earn(worker(1), ETH);
  await world.pass();
  world.nowMs += 11 * 60_000;
  await world.pass();
  await world.mine(4);
  world.store = backup;
  expect((await world.pass()).changed).toMatchObject([{ state: "confirmed" }]);
  world.nowMs += 3 * DAY_MS;
  await settle(world);
  expect([world.paid(worker(1)), await world.balance(worker(1))]).toEqual([ETH, ETH]);
  expect((await world.verify()).wrong).toEqual([]);
});

test("a backup's payout lost its nonce to a payment that the backup doesn't know: both are right", async () => {
  const world = await startWorld();
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    if (calls[0]?.method !== "eth_sendRawTransaction") return false;
    response.destroy();
    return true;
  };
  world.earn(worker(2), 2n * ETH);
  await world.pass({ url: proxy.url });
  world.earn(worker(1), ETH);
  const backup = restoreEmpty(world);
  world.earn(worker(1), ETH);
  await settle(world);
  world.store = backup;
  const { stop, begun, troubles } = await world.pass();
  expect([begun, stop?.code]).toEqual([[], "PAYOUT_NONCES_UNKNOWN"]);
  expect(troubles[0]?.message).toMatch(/^its nonce 0 went to 0x.*, which paid 1000000000000000000/);
  const { adopted, mended } = await world.verify(RECOGNISED);
  expect(adopted).toMatchObject([{ address: worker(1), nonce: 0 }]);
  expect(mended).toMatchObject([{ address: worker(2), state: "cancelled" }]);
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(await world.balance(worker(2))).toBe(2n * ETH);
  expect((await world.verify()).wrong).toEqual([]);
  expect(world.store.payouts.list().map(({ nonce, state }) => [nonce, state])).toEqual([
    [1, "confirmed"],
    [0, "confirmed"],
    [0, "cancelled"],
  ]);
});

test("marked failed, but its receipt says paid; marked confirmed, but it reverted: found and mended", async () => {
  const world = await startWorld();
  await world.stopMining();
  world.earn(worker(1), ETH);
  world.earn(worker(2), 2n * ETH);
  await world.pass();
  await world.anvil.rpc("anvil_setCode", worker(2), "0x60006000fd");
  await world.mine(4);
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_getTransactionReceipt") return false;
    void world.anvil.rpc(call.method, ...call.params).then((receipt) => {
      const was = typeof receipt === "object" && receipt !== null ? receipt : {};
      const status = "status" in was && was.status === "0x1" ? "0x0" : "0x1";
      answerResult(call, response, { ...was, status });
    });
    return true;
  };
  await world.pass({ url: proxy.url });
  expect(states(world)).toEqual(["failed", "confirmed"]);
  expect((await world.verify()).wrong).toEqual([
    expect.stringMatching(/^payout 1, confirmed: the books say paid, the chain says reverted/),
    expect.stringMatching(/^payout 2, failed: the books say reverted, the chain says paid/),
  ]);
  await world.verify(RECOGNISED);
  expect(states(world)).toEqual(["confirmed", "failed"]);
  expect([world.paid(worker(1)), world.pending(worker(2))]).toEqual([ETH, 2n * ETH]);
  expect((await world.verify()).wrong).toEqual([]);
});

test("a node that can't show old transactions: what it counts stops payouts all the same", async () => {
  const world = await startWorld();
  await foreign(world, STRANGER, 1n);
  world.earn(worker(1), ETH);
  const proxy = await startRpcProxy(world.anvil.url);
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    const isOld = call?.method === "eth_getTransactionCount" && call.params[1] !== "latest";
    const error = { code: -32_000, message: "missing trie node" };
    return isOld && answerError(calls, response, error);
  };
  const { begun, stop } = await world.pass({ url: proxy.url });
  expect([begun, stop?.code]).toEqual([[], "PAYOUT_NONCES_UNKNOWN"]);
  expect(stop?.message).toContain("nonce 0 can't be read (the node's error -32000");
});
