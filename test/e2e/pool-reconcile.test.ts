/** Income from the chain against what nodes told, on a real chain that changes its mind. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { type LivepeerChain, startLivepeerChain } from "../support/chain/livepeer-chain.js";
import { emptyFolder, poolsim } from "../support/cli/command.js";
import { inProcess } from "../support/cli/in-process.js";

const folder = emptyFolder();
const db = join(folder, "pool.db");
const RECIPIENT = `0x${"0c".repeat(20)}`;
const SENDER = `0x${"5e".repeat(20)}`;
let chain: LivepeerChain;

beforeAll(async () => {
  chain = await startLivepeerChain({ multicall: false });
  const scheme = ["--commission", "0", "--scheme", "by-weights"];
  await inProcess("pool", "settings", "--db", db, ...scheme);
});
afterAll(async () => {
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

const redeem = async (wei: bigint, paid = wei, recipient = RECIPIENT) =>
  await chain.send("TicketBroker", "redeem", SENDER, recipient, wei, paid, 9n);

async function reconcile(...args: readonly string[]) {
  const where = ["--ethUrl", chain.url, "--ethController", chain.controller];
  const flags = ["--db", db, "--recipient", RECIPIENT, "--confirmations", "1", "--json"];
  const outcome = await inProcess("pool", "reconcile", ...flags, ...where, ...args);
  expect(outcome.stderr).toBe("");
  const json: Record<string, unknown> = JSON.parse(outcome.stdout);
  return { exitCode: outcome.exitCode, json };
}

function rows() {
  const store = new SqlitePoolStore({ path: db, readOnly: true });
  const list = store.income.list({ chainId: 31_337n, recipient: RECIPIENT });
  const wallet = store.ledger.balance("wallet");
  store.close();
  return { list, wallet };
}

/** As a node tells a redemption. */
async function tell(txHash: string, wei: bigint, id: number) {
  const ID = `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;
  const payload = `"recipient":"${RECIPIENT}","sender":"${SENDER}","txHash":"${txHash}","faceValue":${wei},"winProb":7,"creationRound":9`;
  const event = `{"ID":"${ID}","DT":"2026-11-01T00:00:00Z","EventType":"ticket-redeemed","Version":1,"NodeType":"transcode","Region":"eu","Payload":{${payload}}}`;
  writeFileSync(join(folder, "events.json"), event);
  const entered = await inProcess("pool", "import", join(folder, "events.json"), "--db", db);
  expect(entered).toMatchObject({ exitCode: 0 });
}

it("found and not told, told and not found, both, another amount; a reorganisation is read again", async () => {
  await redeem(100n);
  await redeem(200n);
  await redeem(300n, 250n);
  await redeem(400n, 400n, SENDER);
  const first = await reconcile();
  expect(first.exitCode).toBe(1);
  expect(first.json).toMatchObject({ redemptions: 3, agreed: 0, dropped: 0 });
  // Only what is deep enough is compared: the third has two confirmations.
  const { json: deep } = await reconcile("--confirmations", "3");
  expect([deep["untold"], deep["different"]]).toMatchObject([{ length: 2 }, { length: 0 }]);
  const [one, two, three] = rows().list;
  expect([one, two, three].map((row) => [row?.faceValueWei, row?.paidWei])).toEqual([
    [100n, 100n],
    [200n, 200n],
    [300n, 250n],
  ]);
  expect([one?.creationRound, one?.winProb, one?.sender, one?.gasWei]).toEqual([
    9n,
    7n,
    SENDER,
    null,
  ]);

  await tell(one?.txHash ?? "", 100n, 1);
  await tell(three?.txHash ?? "", 300n, 3);
  await tell(`0x${"de".repeat(32)}`, 5n, 4);
  expect((await reconcile()).json).toMatchObject({
    agreed: 1,
    untold: [{ txHash: two?.txHash }],
    unfound: [{ faceValueWei: "5" }],
    different: [{ chain: { txHash: three?.txHash }, toldWei: "300" }],
  });

  // The last three blocks are undone: what was in them is no income, and what comes instead is.
  await chain.reorg(3);
  await redeem(700n);
  const again = await reconcile();
  expect(again.json["dropped"]).toBe(3);
  expect(rows().list.map(({ faceValueWei }) => faceValueWei)).toContain(700n);
  const hashes = new Set(rows().list.map(({ blockHash }) => blockHash));
  for (const { blockHash, blockNumber } of rows().list) {
    const block = await chain.rpc("eth_getBlockByNumber", `0x${blockNumber.toString(16)}`, false);
    expect(Reflect.get(Object(block), "hash")).toBe(blockHash);
  }
  expect(hashes.size).toBeGreaterThan(0);
});

it("the chain as truth: what no node told is entered, once, also when a node tells it later", async () => {
  const before = rows().wallet;
  const first = await reconcile("--enter", "--reason", "our node was off", "--author", "Ada");
  expect(first.json).toMatchObject({ untold: [] });
  const entered = rows().wallet - before;
  expect(entered >= 700n).toBe(true);
  expect((await reconcile("--enter", "--reason", "again")).json).toMatchObject({ entered: 0 });
  const row = rows().list.find(({ faceValueWei }) => faceValueWei === 700n);
  await tell(row?.txHash ?? "", 700n, 9);
  expect(rows().wallet - before).toBe(entered);
  const verified = await inProcess("pool", "verify", "--db", db);
  expect(verified, verified.stdout).toMatchObject({ exitCode: 0 });
});

it("of a transaction that redeems several tickets each is entered, once, whichever a node tells", async () => {
  const redeemAll = async (...wei: readonly bigint[]) =>
    await chain.send("TicketBroker", "redeemAll", SENDER, RECIPIENT, wei, 9n);
  await redeemAll(11n, 13n, 13n);
  await redeemAll(17n, 19n);
  await reconcile();
  const hashOf = (wei: bigint) =>
    rows().list.find(({ faceValueWei }) => faceValueWei === wei)?.txHash ?? "";
  // The second of two was told by a node before, and a win of the second of three waits.
  await tell(hashOf(19n), 19n, 20);
  const won = `{"ID":"00000000-0000-4000-8000-000000000021","DT":"2026-11-01T00:00:00Z","EventType":"winning-ticket","Version":1,"NodeType":"transcode","Region":"eu","Payload":{"recipient":"${RECIPIENT}","sender":"${SENDER}","faceValue":13,"winProb":7,"creationRound":9}}`;
  writeFileSync(join(folder, "events.json"), won);
  await inProcess("pool", "import", join(folder, "events.json"), "--db", db);

  const before = rows().wallet;
  const entering = ["--enter", "--reason", "redeemed together"];
  expect((await reconcile(...entering)).json).toMatchObject({ entered: 4, untold: [] });
  expect(rows().wallet - before).toBe(11n + 13n + 13n + 17n);
  expect((await reconcile(...entering)).json).toMatchObject({ entered: 0, untold: [] });
  // What a node tells of the first, or again of one that it told, is known.
  await tell(hashOf(11n), 11n, 22);
  await tell(hashOf(19n), 19n, 20);
  expect(rows().wallet - before).toBe(11n + 13n + 13n + 17n);

  const store = new SqlitePoolStore({ path: db, readOnly: true });
  const tickets = store.tickets.list().filter(({ faceValueWei }) => faceValueWei < 20n);
  expect(tickets.map(({ state }) => state)).not.toContain("won");
  expect(store.ledger.balance("ticketsReceivable")).toBe(0n);
  store.close();
  const verified = await inProcess("pool", "verify", "--db", db);
  expect(verified, verified.stdout).toMatchObject({ exitCode: 0 });
});

it("as a job of the pool's file: entered each time, and a difference is a failure that names itself", async () => {
  await redeem(900n);
  const yaml = (enter: boolean) =>
    [
      "books: pool.db",
      "income:",
      `  recipient: "${RECIPIENT}"`,
      `  ethUrl: ${chain.url}`,
      `  ethController: "${chain.controller}"`,
      "  confirmations: 1",
      `  enter: ${enter}`,
    ].join("\n");
  const run = (enter: boolean) => {
    writeFileSync(join(folder, "pool.yaml"), yaml(enter));
    return poolsim(["pool", "run", "reconcile", "--config", "pool.yaml"], { cwd: folder });
  };
  // What nodes told wrongly before is still wrong: that is said, and the rest is entered all the same.
  expect(run(false)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/what nodes told and what the chain has differ: 1 not told/),
  });
  const before = rows().wallet;
  const entered = run(true);
  expect(entered.stdout).toMatch(/differ: 0 not told/);
  expect(entered.stderr).toContain("entered 1");
  expect(rows().wallet - before).toBe(900n);
  run(true);
  expect(rows().wallet - before).toBe(900n);
  const store = new SqlitePoolStore({ path: db, readOnly: true });
  const [act] = store.acts.list({ limit: 1 });
  store.close();
  expect(act).toMatchObject({ kind: "enter-income", author: "pool up" });
});
