/** Redemptions that a reorganisation takes away and brings again, and nodes that are behind: no fee is lost, none counts twice. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Interface } from "ethers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { bind } from "../../src/pool/payouts/binding.js";
import { answerBehind } from "../support/chain/behind.js";
import { type LivepeerChain, startLivepeerChain } from "../support/chain/livepeer-chain.js";
import { startRpcProxy } from "../support/chain/rpc-proxy.js";
import { WALLET } from "../support/chain/wallet.js";
import { emptyFolder } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const RECIPIENT = `0x${"0c".repeat(20)}`;
const SENDER = `0x${"5e".repeat(20)}`;
const CONFIRMATIONS = 3;
const ENTER = ["--enter", "--reason", "the node was off", "--author", "Ada"];
let folder = emptyFolder();
let db = "";
let chain: LivepeerChain;

beforeAll(async () => {
  chain = await startLivepeerChain({ multicall: false });
});
beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  folder = emptyFolder();
  db = join(folder, "pool.db");
  const scheme = ["--commission", "0", "--scheme", "by-weights"];
  await inProcess("pool", "settings", "--db", db, ...scheme);
});
afterAll(async () => {
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

const redeem = async (...wei: readonly bigint[]) =>
  await chain.send("TicketBroker", "redeemAll", SENDER, RECIPIENT, wei, 9n);

/** The chain's word is read from the block after the last one of the test before. */
async function headNumber(): Promise<number> {
  return Number(await chain.rpc("eth_blockNumber"));
}

async function command(from: number, args: readonly string[] = [], url = chain.url) {
  const where = ["--ethUrl", url, "--ethController", chain.controller, "--from", String(from)];
  const flags = ["--db", db, "--recipient", RECIPIENT, "--json"];
  const deep = ["--confirmations", String(CONFIRMATIONS)];
  return await inProcess("pool", "reconcile", ...flags, ...deep, ...where, ...args);
}

async function reconcile(from: number, args: readonly string[] = [], url?: string) {
  const outcome = await command(from, args, url);
  expect(outcome.stderr).toBe("");
  const json: Record<string, unknown> = JSON.parse(outcome.stdout);
  return json;
}

function books() {
  const store = new SqlitePoolStore({ path: db, readOnly: true });
  const { wallet, feesEarned, receivable } = {
    wallet: store.ledger.balance("wallet"),
    feesEarned: store.ledger.balance("feesEarned"),
    receivable: store.ledger.balance("ticketsReceivable"),
  };
  const found = {
    ...{ wallet, feesEarned, receivable },
    rows: store.income.list({ chainId: 31_337n, recipient: RECIPIENT }),
    tickets: store.tickets.list(),
    events: store.events.list(0, 100),
    waiting: store.quarantine.count(),
  };
  store.close();
  return found;
}

async function voidAll(which?: readonly number[]): Promise<void> {
  for (const { sequence } of books().events) {
    if (which?.includes(sequence) === false) continue;
    const why = ["--reason", "a reorganisation took it away", "--author", "Ada"];
    const { exitCode, stderr } = await inProcess(
      "pool",
      "void",
      String(sequence),
      "--db",
      db,
      ...why,
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
  }
}

async function verified(): Promise<void> {
  const { exitCode, stdout } = await inProcess("pool", "verify", "--db", db);
  expect(exitCode, stdout).toBe(0);
}

/** Undoes the last blocks; the bytes of what was in them come back with the function. */
async function undo(depth: number) {
  const head = await headNumber();
  const raw: unknown[] = [];
  for (let number = head - depth + 1; number <= head; number++) {
    const block = await chain.rpc("eth_getBlockByNumber", `0x${number.toString(16)}`, false);
    const hashes: unknown = Reflect.get(Object(block), "transactions");
    for (const hash of Array.isArray(hashes) ? hashes : []) {
      raw.push(await chain.rpc("eth_getRawTransactionByHash", hash));
    }
  }
  await chain.reorg(depth);
  await chain.rpc("anvil_dropAllTransactions");
  return async (...before: readonly object[]) => {
    await chain.rpc("evm_setAutomine", false);
    for (const transaction of before) await chain.rpc("eth_sendTransaction", transaction);
    for (const bytes of raw) await chain.rpc("eth_sendRawTransaction", bytes);
    await chain.rpc("evm_setAutomine", true);
    await chain.mine(1);
  };
}

it("entered, undone, voided and mined again, the same transaction at the same place: entered again, once", async () => {
  const from = (await headNumber()) + 1;
  await redeem(700n);
  await chain.mine(CONFIRMATIONS);
  expect(await reconcile(from, ENTER)).toMatchObject({ entered: 1, untold: [] });
  const [before] = books().rows;
  const mineAgain = await undo(CONFIRMATIONS + 1);
  await chain.mine(1);
  expect(await reconcile(from, ENTER)).toMatchObject({ unfound: [{ txHash: before?.txHash }] });
  await voidAll();
  expect(books()).toMatchObject({ wallet: 0n, feesEarned: 0n, receivable: 0n });
  await mineAgain();
  await chain.mine(CONFIRMATIONS);
  expect(await reconcile(from, ENTER)).toMatchObject({ entered: 1, untold: [], unfound: [] });
  const after = books();
  expect(after.rows).toMatchObject([{ txHash: before?.txHash, logIndex: before?.logIndex }]);
  expect(after.rows[0]?.blockHash).not.toBe(before?.blockHash);
  expect(after).toMatchObject({ wallet: 700n, feesEarned: 700n, receivable: 0n, waiting: 0 });
  expect(await reconcile(from, ENTER)).toMatchObject({ entered: 0, untold: [], unfound: [] });
  expect(books()).toMatchObject({ wallet: 700n, feesEarned: 700n, waiting: 0 });
  await verified();
});

it("mined again without having been voided: known, whatever its block", async () => {
  const from = (await headNumber()) + 1;
  await redeem(500n, 600n);
  await chain.mine(CONFIRMATIONS);
  await reconcile(from, ENTER);
  const mineAgain = await undo(CONFIRMATIONS + 1);
  await reconcile(from, ENTER);
  await mineAgain();
  await chain.mine(CONFIRMATIONS);
  expect(await reconcile(from, ENTER)).toMatchObject({ entered: 0, untold: [], unfound: [] });
  expect(books()).toMatchObject({ wallet: 1_100n, feesEarned: 1_100n, waiting: 0 });
  await verified();
});

it("mined again at another price: the gas stays as it was entered, and is the new one when it was voided", async () => {
  const from = (await headNumber()) + 1;
  // Who sends it pays its gas.
  await chain.send("TicketBroker", "redeem", SENDER, WALLET, 5n, 5n, 9n);
  await chain.mine(CONFIRMATIONS);
  const reconcileOwn = async () => {
    const { exitCode } = await command(from, [...ENTER, "--recipient", WALLET]);
    expect(exitCode).toBe(0);
    const store = new SqlitePoolStore({ path: db, readOnly: true });
    const [row] = store.income.list({ chainId: 31_337n, recipient: WALLET });
    const [ticket] = store.tickets.list();
    const booked = store.ledger.balance("gas");
    store.close();
    expect(ticket?.gasFeesWei).toBe(booked);
    return { booked, paid: row?.gasWei ?? 0n };
  };
  const first = await reconcileOwn();
  expect(first.booked).toBe(first.paid);
  const mineAgain = await undo(CONFIRMATIONS + 1);
  await chain.rpc("anvil_setNextBlockBaseFeePerGas", "0x1");
  await mineAgain();
  await chain.mine(CONFIRMATIONS);
  const second = await reconcileOwn();
  expect(second.paid).not.toBe(first.paid);
  expect(second.booked).toBe(first.booked);
  await voidAll();
  const third = await reconcileOwn();
  expect(third).toEqual({ booked: second.paid, paid: second.paid });
  await verified();
});

it.each([
  ["all of them were voided", [0, 1, 2], 1],
  ["the second was voided, and gets the place of the third", [1], 2],
] as const)(
  "several of one transaction, at other places after it; %s: each counts once",
  async (_, voided, shift) => {
    const from = (await headNumber()) + 1;
    await redeem(40n, 41n, 41n);
    await chain.mine(CONFIRMATIONS);
    await reconcile(from, ENTER);
    const before = books();
    expect(before.feesEarned).toBe(122n);
    const transaction = await chain.rpc("eth_getTransactionByHash", before.rows[0]?.txHash);
    const broker: unknown = Reflect.get(Object(transaction), "to");
    const mineAgain = await undo(CONFIRMATIONS + 1);
    await reconcile(from);
    await voidAll(voided);
    // Other events before them in their block.
    const [, stranger] = Object.values(Object(await chain.rpc("eth_accounts")));
    const data = new Interface(["function fund(address, uint256, uint256)"]).encodeFunctionData(
      "fund",
      [SENDER, 1n, 1n],
    );
    const fund = {
      from: stranger,
      to: broker,
      data,
      gas: "0x30000",
      maxPriorityFeePerGas: "0x4a817c800",
    };
    const funds = Array.from({ length: shift }, () => ({ ...fund, maxFeePerGas: "0x12a05f2000" }));
    await mineAgain(...funds);
    await chain.mine(CONFIRMATIONS);
    expect(await reconcile(from, ENTER)).toMatchObject({ entered: voided.length, untold: [] });
    const places = (rows: ReturnType<typeof books>["rows"]) => rows.map(({ logIndex }) => logIndex);
    expect(places(books().rows)).toEqual(places(before.rows).map((place) => place + shift));
    expect(books()).toMatchObject({ wallet: 122n, feesEarned: 122n, receivable: 0n, waiting: 0 });
    await verified();
  },
);

it("what an operator voids while the chain has it stays void, until he asks for it", async () => {
  const from = (await headNumber()) + 1;
  await redeem(300n);
  await redeem(301n);
  await chain.mine(CONFIRMATIONS);
  await reconcile(from, ENTER);
  await voidAll();
  expect(await reconcile(from, ENTER)).toMatchObject({
    entered: 0,
    voided: 2,
    untold: [{ faceValueWei: "300" }, { faceValueWei: "301" }],
  });
  expect(books()).toMatchObject({ feesEarned: 0n, waiting: 0 });
  for (let times = 0; times < 2; times++) {
    const voided = await reconcile(from, [...ENTER, "--voided"]);
    expect(voided).toMatchObject({ entered: 2, voided: 0, untold: [] });
    expect(books()).toMatchObject({ wallet: 601n, feesEarned: 601n, waiting: 0 });
    expect(await reconcile(from, [...ENTER, "--voided"])).toMatchObject({ entered: 0 });
    await verified();
    if (times === 0) {
      const [last, one] = books().events.toReversed();
      for (const event of [one, last]) {
        const why = ["--reason", "the other region", "--author", "Ada"];
        await inProcess("pool", "void", String(event?.sequence), "--db", db, ...why);
      }
      expect(books().feesEarned).toBe(0n);
    }
  }
});

it("a node that is behind what was read before forgets nothing", async () => {
  const from = (await headNumber()) + 1;
  await redeem(810n);
  await chain.mine(CONFIRMATIONS);
  await reconcile(from, ENTER);
  const old = await headNumber();
  await redeem(820n);
  await chain.mine(CONFIRMATIONS);
  await reconcile(from, ENTER);
  const read = books().rows;
  const proxy = await startRpcProxy(chain.url);
  answerBehind(proxy, chain, () => old);
  const outcome = await command(from, ENTER, proxy.url);
  expect(outcome).toMatchObject({ exitCode: 4, stdout: "" });
  expect(outcome.stderr).toContain(`block ${old}`);
  expect(books().rows).toEqual(read);
  expect(await reconcile(from, ENTER)).toMatchObject({
    entered: 0,
    untold: [],
    unfound: [],
    dropped: 0,
  });
});

it("one of several nodes is behind when events are asked for: they are read the next time", async () => {
  const from = (await headNumber()) + 1;
  await redeem(910n);
  await chain.mine(CONFIRMATIONS);
  const old = await headNumber();
  await redeem(920n);
  await chain.mine(CONFIRMATIONS);
  const proxy = await startRpcProxy(chain.url);
  answerBehind(proxy, chain, ({ method }) => (method === "eth_getLogs" ? old : null));
  await reconcile(from, ENTER, proxy.url);
  expect(books().rows).toHaveLength(1);
  await chain.mine(1);
  expect(await reconcile(from, ENTER)).toMatchObject({ entered: 1, untold: [] });
  expect(books()).toMatchObject({ wallet: 1_830n, feesEarned: 1_830n });
  // What was read does not go because such a node lacks it, while its block is in the chain.
  const outcome = await command(from, ENTER, proxy.url);
  expect(outcome).toMatchObject({ exitCode: 4, stdout: "" });
  expect(outcome.stderr).toMatch(/has block \d+, and not the redemption of 0x/);
  // Nor because one lacks the block that was read last.
  answerBehind(proxy, chain, ({ method, params: [block] }) =>
    method === "eth_getBlockByNumber" && block !== "latest" ? old : null,
  );
  expect(await command(from, ENTER, proxy.url)).toMatchObject({ exitCode: 4, stdout: "" });
  expect(books().rows).toHaveLength(2);
  await verified();
});

it("a reorganisation of all that was read, after --from was raised: the older part is looked at too", async () => {
  const from = (await headNumber()) + 1;
  await redeem(610n);
  await chain.mine(CONFIRMATIONS);
  await reconcile(from, ENTER);
  const depth = (await headNumber()) - from + 1;
  await undo(depth);
  await redeem(620n);
  await chain.mine(CONFIRMATIONS);
  const json = await reconcile(await headNumber());
  expect(json).toMatchObject({
    untold: [{ faceValueWei: "620" }],
    unfound: [{ faceValueWei: "610" }],
  });
});

it("a node of another chain than the one that these books pay on: nothing is read", async () => {
  const store = new SqlitePoolStore({ path: db });
  const why = { reason: "test", author: "Ada", nowMs: 1 };
  bind(store, { chainId: 42_161n, fromAddress: SENDER }, why);
  store.close();
  const outcome = await command(0, ENTER);
  expect(outcome).toMatchObject({ exitCode: 2, stdout: "" });
  expect(outcome.stderr).toMatch(/the node is of chain 31337, expected 42161/);
  expect(books().rows).toEqual([]);
});
