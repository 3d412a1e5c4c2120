/** Nonces that nobody uses, below payouts that wait for them; and nodes that make them up. */
import { expect, test } from "vitest";
import { PayoutBooks } from "../../../src/pool/payouts/books.js";
import { begin } from "../../../src/pool/payouts/machine.js";
import { nonceState } from "../../../src/pool/payouts/nonces.js";
import { answerResult } from "../../support/chain/lies.js";
import { startRpcProxy } from "../../support/chain/rpc-proxy.js";
import { CHAIN_ID, ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";

const GWEI = 10n ** 9n;

async function settle(world: World, options?: Parameters<World["pass"]>[0]): Promise<void> {
  for (let pass = 0; pass < 6; pass++) {
    if ((await world.pass(options)).underWay.length === 0 && pass > 0) return;
    await world.mine(3);
  }
}

/** Books of an older poolsim, which believed an inflated count. */
function signAbove(world: World, nonce: number, address: string, amountWei: bigint): void {
  const { store, signer, nowMs: createdAtMs } = world;
  world.earn(address, amountWei);
  const books = new PayoutBooks(store);
  const parts = [{ nodeType: "transcode", region: "eu", wei: amountWei }];
  const chainId = CHAIN_ID;
  const intent = { address, amountWei, parts, createdAtMs, chainId, wallet: WALLET, nonce };
  const fees = { maxFeeWei: 4n * GWEI, priorityFeeWei: GWEI, gasLimit: 26_250n };
  const payment = { ...fees, chainId, nonce, to: address, amountWei, atMs: createdAtMs };
  store.transaction(() =>
    books.add(intent, (id) => begin({ ...intent, id }, signer.sign(payment))),
  );
}

test.each([
  [
    { known: [], open: [], used: 0 },
    { next: 0, unknown: [], gap: [] },
  ],
  [
    { known: [0, 1, 2], open: [2], used: 2 },
    { next: 3, unknown: [], gap: [] },
  ],
  [
    { known: [0, 3], open: [3], used: 1 },
    { next: 1, unknown: [], gap: [{ first: 1, last: 2 }] },
  ],
  [
    { known: [0, 2, 5], open: [5], used: 4 },
    {
      next: 1,
      unknown: [
        { first: 1, last: 1 },
        { first: 3, last: 3 },
      ],
      gap: [{ first: 4, last: 4 }],
    },
  ],
])("%j", (input, expected) => {
  expect(nonceState(input)).toEqual(expected);
});

test("a node inflates the count of transactions: nothing is signed above a hole", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  const proxy = await startRpcProxy(world.anvil.url);
  let lies = (block: unknown): boolean => block === "latest";
  proxy.intercept = (calls, response) => {
    const [call] = calls;
    if (call?.method !== "eth_getTransactionCount" || !lies(call.params[1])) return false;
    return answerResult(call, response, "0x5");
  };
  const first = await world.pass({ url: proxy.url });
  expect([first.begun, first.failure?.code]).toEqual([[], "CHAIN_CONTRADICTION"]);
  lies = () => true;
  const second = await world.pass({ url: proxy.url });
  expect([second.begun, second.failure?.code]).toEqual([[], "CHAIN_CONTRADICTION"]);
  lies = (block) => block === "pending";
  const third = await world.pass({ url: proxy.url });
  expect(third.hindered.map(({ why }) => why)).toEqual(["foreignTransactions"]);
  lies = () => true;
  const { failure } = await world.pass({ url: world.anvil.url, witness: proxy.url });
  expect(failure?.message).toMatch(/one node counts 0 transactions .*, the other 5/);
  expect(world.store.payouts.list()).toEqual([]);
  await settle(world);
  expect(world.store.payouts.list().map(({ nonce }) => nonce)).toEqual([0]);
  expect(await world.balance(worker(1))).toBe(ETH);
});

test("a gap is named, no fee is raised above it, and the next payments fill it", async () => {
  const world = await startWorld();
  signAbove(world, 2, worker(1), ETH);
  world.nowMs += 60 * 60_000;
  const { gap, troubles } = await world.pass();
  expect(gap).toEqual([{ first: 0, last: 1 }]);
  expect(troubles.map(({ message }) => message)).toContain("it waits for nonce 0, used by nobody");
  expect(world.store.payouts.attempts(1)).toHaveLength(1);
  world.earn(worker(2), ETH);
  expect((await world.pass()).begun.map(({ nonce }) => nonce)).toEqual([0]);
  expect((await world.pass()).gap).toEqual([{ first: 1, last: 1 }]);
  await settle(world, { fillsGaps: true });
  expect(world.store.payouts.list().map(({ state }) => state)).toEqual(Array(3).fill("confirmed"));
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(await world.balance(worker(2))).toBe(ETH);
  expect((await world.verify()).wrong).toEqual([]);
});

test("a gap is filled by transfers of nothing to oneself, when it is asked for", async () => {
  const world = await startWorld();
  const before = await world.balance(WALLET);
  signAbove(world, 3, worker(1), ETH);
  expect((await world.pass()).begun).toEqual([]);
  const { begun } = await world.pass({ fillsGaps: true });
  expect(begun.map(({ nonce, address, amountWei }) => [nonce, address, amountWei])).toEqual(
    [0, 1, 2].map((nonce) => [nonce, WALLET, 0n]),
  );
  await settle(world);
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(before - (await world.balance(WALLET))).toBe(ETH + world.store.ledger.balance("gas"));
  expect((await world.verify()).wrong).toEqual([]);
});

test("somebody else's transaction is undone by a reorganisation: its nonce is a gap, and filled", async () => {
  const world = await startWorld();
  await world.anvil.rpc("eth_sendTransaction", { from: WALLET, to: STRANGER, value: "0x1" });
  await world.mine(1);
  await world.acknowledge(0, 0);
  world.earn(worker(1), ETH);
  await world.pass();
  await world.pass();
  expect(world.store.payouts.list()).toMatchObject([{ nonce: 1, state: "mined" }]);
  await world.anvil.rpc("anvil_reorg", 3, []);
  await world.anvil.rpc("anvil_dropAllTransactions");
  expect((await world.pass()).gap).toEqual([{ first: 0, last: 0 }]);
  await settle(world, { fillsGaps: true });
  expect(await world.balance(worker(1))).toBe(ETH);
  expect(world.paid(worker(1))).toBe(ETH);
});
