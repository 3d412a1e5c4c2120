/** What another process writes between a look and what is written because of that look: it counts. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, test, vi } from "vitest";
import type { Authored } from "../../../src/pool/books/acts.js";
import { endMerge, mergeAddresses, sweepMerged } from "../../../src/pool/books/move.js";
import { SqlitePoolStore } from "../../../src/pool/books/store/sqlite-pool-store.js";
import { acknowledgeNonces } from "../../../src/pool/payouts/acknowledge.js";
import { assertBound, bind, bindingOf } from "../../../src/pool/payouts/binding.js";
import { PayoutBooks } from "../../../src/pool/payouts/books.js";
import type { PayoutChain } from "../../../src/pool/payouts/chain.js";
import { begin, observed } from "../../../src/pool/payouts/machine.js";
import { BYTES_UNKNOWN } from "../../../src/pool/payouts/payout.js";
import { openPayoutChain } from "../../../src/pool/payouts/rpc-chain.js";
import { CHAIN_ID, ETH, STRANGER, WALLET, worker } from "../../support/chain/wallet.js";
import { startWorld, type World } from "../../support/chain/world.js";
import { emptyFolder } from "../../support/cli/command.js";

const NOW_MS = Date.UTC(2026, 0, 1);
const BY: Authored = { reason: "test", author: "op", nowMs: NOW_MS };
const OURS = { chainId: 1n, fromAddress: WALLET };
const THEIRS = { chainId: 1n, fromAddress: STRANGER };

/** The same books, opened by two. */
function twice(): [SqlitePoolStore, SqlitePoolStore] {
  const folder = emptyFolder();
  const path = join(folder, "pool.db");
  const [one, other] = [new SqlitePoolStore({ path }), new SqlitePoolStore({ path })];
  onTestFinished(() => {
    one.close();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return [one, other];
}

/** The next transaction of these books waits for another process's. */
function before(store: SqlitePoolStore, work: () => void): void {
  const transaction = store.transaction.bind(store);
  vi.spyOn(store, "transaction").mockImplementationOnce((own) => {
    work();
    return transaction(own);
  });
}

function owe(store: SqlitePoolStore, address: string, wei: bigint): void {
  const postings = [
    { from: "world" as const, to: `pending:${address}:transcode:eu` as const, wei },
  ];
  const id = `${address}-${store.ledger.entryCount()}`;
  store.ledger.post({ cause: { kind: "job-processed", id }, atMs: NOW_MS, postings });
}

const owed = (store: SqlitePoolStore, address: string) =>
  store.ledger.balance(`pending:${address}:transcode:eu`);

it("books are bound by one first payment: who comes second is refused", () => {
  const [one, other] = twice();
  before(one, () => assertBound(other, THEIRS, NOW_MS));
  expect(() => assertBound(one, OURS, NOW_MS)).toThrow(
    expect.objectContaining({ code: "PAYOUT_BOUND" }),
  );
  expect(bindingOf(one)).toEqual(THEIRS);
});

it("books that a payment has bound meanwhile are not bound by hand without a look at its wallet", () => {
  const [one, other] = twice();
  const known = bindingOf(one);
  before(one, () => assertBound(other, THEIRS, NOW_MS));
  expect(() => bind(one, OURS, BY, { before: known })).toThrow(
    expect.objectContaining({ code: "PAYOUT_BOUND" }),
  );
  expect(bindingOf(one)).toEqual(THEIRS);
  expect(bind(one, OURS, BY, { before: THEIRS })).toBe(true);
});

it("a merge that ends meanwhile moves nothing of what was earned since", () => {
  const [one, other] = twice();
  mergeAddresses(one, { from: worker(1), to: worker(2), ...BY });
  owe(one, worker(1), 5n);
  before(one, () => {
    endMerge(other, { from: worker(1), ...BY });
    owe(other, worker(1), 70n);
  });
  expect(sweepMerged(one, NOW_MS)).toBe(0n);
  expect([owed(one, worker(1)), owed(one, worker(2))]).toEqual([70n, 5n]);
});

it("two processes see the same block: the payout is closed once, and paid once", () => {
  const [one, other] = twice();
  owe(one, worker(1), 9n);
  const [books, others] = [new PayoutBooks(one), new PayoutBooks(other)];
  const parts = [{ nodeType: "transcode", region: "eu", wei: 9n }];
  const intent = { address: worker(1), amountWei: 9n, parts, createdAtMs: NOW_MS };
  const whole = { ...intent, chainId: 1n, wallet: WALLET, nonce: 0 };
  const txHash = `0x${"a".repeat(64)}`;
  const payment = { ...BYTES_UNKNOWN, txHash, signedAtMs: NOW_MS };
  const before = books.transaction(() => {
    return books.add(whole, (id) => begin({ ...whole, id }, payment));
  });
  const place = { txHash, blockNumber: 5, blockHash: `0x${"b".repeat(64)}` };
  const inclusion = { ...place, outcome: "paid" as const, gasWei: 3n };
  const seen = { kind: "included" as const, inclusion, headNumber: 9 };
  const closed = observed(before, seen, { confirmations: 3, nowMs: NOW_MS });
  if (closed === null) throw new Error("it is deep enough");
  expect(others.apply(before, closed).state).toBe("confirmed");
  expect(books.apply(before, closed).state).toBe("confirmed");
  const balances = (["paid", "inPayout"] as const).map((kind) =>
    one.ledger.balance(`${kind}:${worker(1)}`),
  );
  expect([...balances, one.ledger.balance("gas")]).toEqual([9n, 0n, 3n]);
});

/** The chain as one process sees it, which another one is quicker than: it works when a block's time is asked for. */
function seen({ anvil }: World, work: () => Promise<unknown>, at = 1): PayoutChain {
  const chain = openPayoutChain({ url: anvil.url, timeoutMs: 120_000, attempts: 1 });
  onTestFinished(() => chain.close());
  let asked = 0;
  return {
    ...chain,
    blockTimeMs: async (block) => {
      if (++asked === at) await work();
      return await chain.blockTimeMs(block);
    },
  };
}

async function pay({ anvil }: World, to: string, wei: bigint): Promise<void> {
  const value = `0x${wei.toString(16)}`;
  await anvil.rpc("eth_sendTransaction", { from: WALLET, to, value });
}

const whose = { chainId: CHAIN_ID, fromAddress: WALLET };

test("a payment that is taken in while its nonce is acknowledged is not acknowledged, and hinders nobody", async () => {
  const world = await startWorld();
  await pay(world, worker(1), ETH);
  await pay(world, STRANGER, 1n);
  await world.mine(3);
  const chain = seen(
    world,
    async () => {
      world.earn(worker(1), ETH);
      expect((await world.verify({ kind: "recognised" })).adopted).toHaveLength(1);
    },
    2,
  );
  const options = { store: world.store, chain, witness: null, chainId: CHAIN_ID, wallet: WALLET };
  const asked = { ...options, range: { first: 0, last: 1 }, reason: "test", nowMs: world.nowMs };
  await expect(acknowledgeNonces(asked)).rejects.toThrow("nonce 0 is a payout's in these books");
  expect(world.store.payouts.acknowledgedNonces(whose)).toEqual([]);
  expect(await world.acknowledge(1, 1)).toBe(1);
  world.earn(worker(1), 2n * ETH);
  const { hindered } = await world.pass({ settings: { minIntervalMs: 0 } });
  expect(hindered).toEqual([]);
  expect([await world.balance(worker(1)), world.pending(worker(1))]).toEqual([3n * ETH, 0n]);
});

test("two processes take the same payment in: it is in the books once, and neither fails", async () => {
  const world = await startWorld();
  world.earn(worker(1), ETH);
  await pay(world, worker(1), ETH);
  await world.mine(3);
  const transaction = world.store.transaction.bind(world.store);
  // Both have read and judged it: one of them is first.
  vi.spyOn(world.store, "transaction").mockImplementationOnce((work) => {
    transaction(work);
    return transaction(work);
  });
  const found = await world.verify({ kind: "recognised" });
  expect(found).toMatchObject({ adopted: [{ nonce: 0 }], wrong: [] });
  expect(world.store.payouts.list()).toMatchObject([{ nonce: 0, state: "confirmed" }]);
  expect([world.pending(worker(1)), world.paid(worker(1))]).toEqual([0n, ETH]);
});

test("an acknowledged payment that moves to another block is acknowledged there, unless it was taken in meanwhile", async () => {
  const world = await startWorld();
  await pay(world, worker(1), ETH);
  await world.mine(2);
  await world.acknowledge(0, 0);
  const [row] = world.store.payouts.acknowledgedNonces(whose);
  if (row === undefined) throw new Error("it was acknowledged");
  // As after a reorganisation.
  world.store.payouts.acknowledgeNonce({ ...row, blockHash: `0x${"b".repeat(64)}` });
  world.earn(worker(1), ETH);
  let isLate = false;
  await world.pass({
    around: (chain) => ({
      ...chain,
      transaction: async (txHash) => {
        const transaction = await chain.transaction(txHash);
        if (txHash === row.txHash && !isLate) {
          isLate = true;
          expect((await world.verify({ kind: "recognised" })).adopted).toHaveLength(1);
        }
        return transaction;
      },
    }),
  });
  expect(isLate).toBe(true);
  expect(world.store.payouts.acknowledgedNonces(whose)).toEqual([]);
});
