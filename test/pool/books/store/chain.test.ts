/** Whatever is changed in covered tables behind poolsim's back differs from the chain of hashes. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../../../src/io/sqlite.js";
import { adjust } from "../../../../src/pool/books/adjust.js";
import { closeRound } from "../../../../src/pool/books/close-round.js";
import { voidEvent } from "../../../../src/pool/books/decide.js";
import { checkChain } from "../../../../src/pool/books/store/chain-check.js";
import { addLinks, chainAll, rowsOf } from "../../../../src/pool/books/store/chain-links.js";
import { ChainTables } from "../../../../src/pool/books/store/chain-tables.js";
import { LOTS, SINGLE, UNCOVERED } from "../../../../src/pool/books/store/covered.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";
import { enter, NOW_MS, openBooks, wrongIn } from "../../../support/books/books.js";
import { ALICE, aiJob, BOB, list, redeemed, transcode } from "../../../support/books/events.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-chain-"));
afterAll(() => rmSync(folder, { recursive: true }));

const COVERED = [...LOTS, ...SINGLE];
const wallet = { chainId: 42161n, fromAddress: BOB.toLowerCase() };
const alice = { address: ALICE.toLowerCase(), nodeType: "transcode", region: "eu" };

/** Books with a row in each covered table. */
function fill(path: string): void {
  const books = openBooks({ path, scheme: "by-weights" });
  const { store } = books;
  enter(
    books,
    list(transcode(ALICE, 100n), transcode(BOB, 300n), aiJob("r", 40), redeemed("4000")),
  );
  enter(books, '[{"ID": 7, "odd": "Grüße"}, 3]');
  closeRound(store, { round: 1, nowMs: NOW_MS });
  voidEvent(store, { event: 0, reason: "twice", nowMs: NOW_MS });
  adjust(store, { ...alice, wei: 7n, reason: "outage", id: "a1", nowMs: NOW_MS });
  const payout = { ...wallet, address: alice.address, amountWei: 5n, nonce: 4, createdAtMs: 10 };
  store.payouts.know(alice.address, 15);
  const payoutId = store.payouts.add({ ...payout, batch: 1, sources: [] });
  store.payouts.addAttempt({
    payoutId,
    txHash: "0xaa",
    signedTx: "0x02",
    nonce: 4,
    maxFeePerGasWei: 5n,
    maxPriorityFeePerGasWei: 1n,
    signedAtMs: 11,
    sentAtMs: null,
  });
  store.payouts.attemptSent("0xaa", 12);
  store.payouts.change(payoutId, { state: "sent", txHash: "0xaa", updatedAtMs: 12 });
  store.payouts.acknowledgeNonce({
    ...wallet,
    nonce: 3,
    txHash: "0xbb",
    toAddress: null,
    paidWei: 1n,
    blockNumber: 9,
    blockHash: "0xcc",
    blockAtMs: 13,
    reason: "mine",
    atMs: 14,
  });
  const [piece] = store.quarantine.list();
  if (piece !== undefined) store.quarantine.resolve(piece.id, NOW_MS);
  store.close();
}

const base = join(folder, "base.db");
fill(base);

function opened(): { readonly file: SqliteDatabase; readonly path: string } {
  const path = join(folder, `${Math.random()}.db`);
  copyFileSync(base, path);
  return { file: new SqliteDatabase({ path }), path };
}

const { file } = opened();
// Who changes a file can do this too.
file.exec("PRAGMA foreign_keys = OFF");
afterAll(() => file.close());
const readHead = (path: string) => {
  const store = new SqlitePoolStore({ path, readOnly: true });
  const head = store.chain.head();
  store.close();
  return head ?? { links: 0, hash: "" };
};
const head = readHead(base);

/** What is found after a change, which is undone again; `isAnew`: by who makes the whole chain anew. */
function found(sql: string, isAnew = false): readonly string[] {
  file.exec("SAVEPOINT changed");
  expect(file.run(sql)).toBeGreaterThan(0);
  if (isAnew) {
    file.exec("DELETE FROM chain");
    chainAll(file);
    expect(checkChain(file).wrong).toEqual([]);
  }
  const { wrong } = checkChain(file, { outside: head });
  file.exec("ROLLBACK TO changed; RELEASE changed");
  return wrong;
}

const columnsOf = (table: string) =>
  file.all("SELECT name, type FROM pragma_table_info(?)", table).map((row) => ({
    name: String(row["name"]),
    type: String(row["type"]),
  }));

const changed: Readonly<Record<string, (column: string) => string>> = {
  TEXT: (column) => `coalesce(${column}, '') || 'x'`,
  INTEGER: (column) => `coalesce(${column}, 0) + 1000003`,
  BLOB: (column) => `CAST(${column} || x'20' AS BLOB)`,
};

it("Each table of the books is covered, or it is said why not", () => {
  const tables = file.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
  const names = tables.map((row) => String(row["name"]));
  const covered = COVERED.map(({ name }) => name);
  expect(covered.filter((name) => !names.includes(name) || name in UNCOVERED)).toEqual([]);
  const known = [...covered, ...Object.keys(UNCOVERED)];
  expect(names.filter((name) => !name.startsWith("sqlite_") && !known.includes(name))).toEqual([]);
});

it("Books that nobody touched are as the chain has them", () => {
  expect(checkChain(file, { outside: head })).toEqual({ links: head.links, wrong: [] });
});

const CHAIN = { name: "chain", derived: [] };

describe.each([...COVERED, CHAIN])("Of $name", ({ name, derived = [] }) => {
  const covered = columnsOf(name).filter((column) => !derived.includes(column.name));
  const one = `(SELECT * FROM ${name} LIMIT 1)`;
  const keys = covered.map((column) => `"${column.name}"`).join(", ");

  it.each(covered)("a changed $name is found", ({ name: column, type }) => {
    const value = changed[type]?.(`"${column}"`) ?? "NULL";
    const where = `(${keys}) IS (SELECT ${keys} FROM ${one})`;
    const change = `UPDATE ${name} SET "${column}" = ${value} WHERE ${where}`;
    expect(found(change)).not.toEqual([]);
    // Lots begin with their first row: without that there is no chain to be made.
    const isPlace = LOTS.some((lot) => lot.name === name && lot.key[0] === column);
    if (name === "chain" || isPlace) return;
    expect(found(change, true)).toEqual([expect.stringMatching(/head from outside/)]);
  });

  it("a removed row is found, the last one too", () => {
    expect(
      found(`DELETE FROM ${name} WHERE (${keys}) IS (SELECT ${keys} FROM ${one})`),
    ).not.toEqual([]);
    const order = name === "logs" ? "rowid" : "1";
    const last = `(SELECT ${keys} FROM ${name} ORDER BY ${order} DESC LIMIT 1)`;
    expect(found(`DELETE FROM ${name} WHERE (${keys}) IS ${last}`)).not.toEqual([]);
  });
});

it("A row that was added is found", () => {
  expect(found("INSERT INTO settings VALUES ('limit:jobCapWei', '1')")).toEqual([
    expect.stringMatching(/settings/),
  ]);
  expect(found("INSERT INTO logs VALUES ('2026', 'adjust 9', 'x')")).toEqual([
    expect.stringMatching(/logs/),
  ]);
  const entry = "INSERT INTO entries SELECT sequence + 100, at, kind, event, cause, postings";
  expect(found(`${entry} FROM entries WHERE sequence = 0`)).toEqual([
    expect.stringMatching(/entries/),
  ]);
});

it("Who makes the whole chain anew is found by a head from outside, and by nothing else", () => {
  const { file: other, path } = opened();
  other.exec(`UPDATE logs SET "value" = 'another reason'; DELETE FROM chain`);
  chainAll(other);
  other.close();
  const store = new SqlitePoolStore({ path, readOnly: true });
  expect(store.chain.check().wrong).toEqual([]);
  expect(store.chain.check(head).wrong).toEqual([expect.stringMatching(/head from outside/)]);
  store.close();
});

it("A chain that is as long as the one whose head is outside, and another one, is found", () => {
  const { file: other, path } = opened();
  other.close();
  const store = new SqlitePoolStore({ path, readOnly: true });
  expect(store.chain.check(head).wrong).toEqual([]);
  for (const links of [1, head.links]) {
    expect(store.chain.check({ links, hash: "0".repeat(64) }).wrong).toEqual([
      expect.stringMatching(`^link ${links} of the chain is not that of the head from outside`),
    ]);
  }
  store.close();
});

it("Who lets the chain go on with what poolsim never changes is found by that", () => {
  const { file: other, path } = opened();
  other.exec(`UPDATE logs SET "value" = 'another reason' WHERE rowid = 1`);
  const changed = SINGLE.filter(({ name }) => name === "logs").flatMap((table) => [
    ...rowsOf(other, table),
  ]);
  addLinks(other, head, changed.slice(0, 1));
  other.close();
  const store = new SqlitePoolStore({ path, readOnly: true });
  expect(store.chain.check(head).wrong).toEqual([
    expect.stringMatching(/changes logs 1, which poolsim never does/),
  ]);
  store.close();
});

it("poolsim itself can't remove or change what is covered for good, whatever it prunes", () => {
  const { file: other } = opened();
  new ChainTables(other).begin();
  for (const { name, key, isFixed, isRemovable } of COVERED) {
    const refused = new RegExp(`${name}: rows that the chain covers stay`);
    if (isRemovable !== true) expect(() => other.run(`DELETE FROM ${name}`)).toThrow(refused);
    const column = name === "logs" ? '"value"' : key[0];
    const change = () => other.run(`UPDATE ${name} SET ${column} = ${column}`);
    if (isFixed === true) expect(change).toThrow(refused);
  }
  expect(checkChain(other, { outside: head }).wrong).toEqual([]);
  other.close();
});

it("A head of earlier stays one while the books go on, and an undone transaction leaves no link", () => {
  const { file: other, path } = opened();
  other.close();
  const books = openBooks({ path, scheme: "by-weights" });
  const { store } = books;
  const now = store.chain.head();
  expect(() =>
    store.transaction(() => {
      enter(books, list(transcode(ALICE, 9n)));
      store.setSetting("x", "y");
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(store.chain.head()).toEqual(now);
  enter(books, list(transcode(ALICE, 8n, { Region: "Zürich 東京" })));
  store.setSetting("x", "y");
  store.setSetting("x", "z");
  expect(store.chain.head()?.links).toBeGreaterThan(head.links);
  expect(store.chain.check(head).wrong).toEqual([]);
  expect(store.chain.check({ links: 10_000, hash: head.hash }).wrong).toEqual([
    expect.stringMatching(/10000/),
  ]);
  expect(wrongIn(books)).toEqual(["payout 1, sent with 5 wei, has other entries"]);
  store.close();
});
