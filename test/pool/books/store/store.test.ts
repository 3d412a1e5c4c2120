/** One suite over the books in a file and in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inPayoutAccount, pendingAccount } from "../../../../src/pool/books/accounts.js";
import { Ledger } from "../../../../src/pool/books/ledger.js";
import { SqlitePoolStore } from "../../../../src/pool/books/store/sqlite-pool-store.js";

const alice = pendingAccount({ address: "0xA11CE", nodeType: "ai", region: "eu" });
const BIG = 2n ** 200n + 1n;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["file", "memory"])("the books in %s", (where) => {
  const open = () =>
    new SqlitePoolStore({ path: where === "file" ? join(folder, "pool.db") : ":memory:" });

  it("enter transactions with their flows, to the wei", () => {
    const store = open();
    const [entry] = store.ledger.post({
      cause: { kind: "adjust", id: "1" },
      atMs: 5,
      postings: [
        { from: "world", to: "feesEarned", wei: BIG },
        { from: "feesEarned", to: alice, wei: BIG - 3n },
        { from: "feesEarned", to: "commission", wei: 3n },
      ],
    });
    expect(entry?.sequence).toBe(0);
    expect(store.ledger.balance(alice)).toBe(BIG - 3n);
    expect(store.ledger.balance("feesEarned")).toBe(0n);
    expect(store.ledger.flows("pending:")).toEqual([
      { account: alice, inWei: BIG - 3n, outWei: 0n },
    ]);
    expect(store.ledger.entriesOf({ kind: "adjust", id: "1" })).toEqual([entry]);
    expect(new Ledger({ journal: store.ledger.journal }).balance(alice)).toBe(BIG - 3n);
    store.close();
  });

  it("forget everything of a transaction that fails", () => {
    const store = open();
    const post = () =>
      store.transaction(() => {
        store.setCursor("a", "7");
        store.ledger.post({
          cause: { kind: "adjust", id: "1" },
          atMs: 0,
          postings: [{ from: "world", to: alice, wei: 1n }],
        });
        throw new Error("crash");
      });
    expect(post).toThrow("crash");
    expect([store.cursor("a"), store.ledger.balance(alice), store.ledger.entryCount()]).toEqual([
      null,
      0n,
      0,
    ]);
    store.close();
  });

  it("refuse what can't be posted", () => {
    const store = open();
    const wrong = { cause: { kind: "adjust", id: "1" }, atMs: 0 };
    expect(() =>
      store.ledger.post({ ...wrong, postings: [{ from: "gas", to: "gas", wei: 1n }] }),
    ).toThrow(/can't move/);
    expect(() =>
      store.ledger.post({ ...wrong, postings: [{ from: "gas", to: alice, wei: -1n }] }),
    ).toThrow(/can't move/);
    expect(store.ledger.entryCount()).toBe(0);
    store.close();
  });

  it("keep a payout, its changes and everything signed for it", () => {
    const store = open();
    const id = store.payouts.add({
      address: "0xA11CE",
      amountWei: BIG,
      chainId: 42161n,
      fromAddress: "0xB0B",
      nonce: 4,
      createdAtMs: 10,
      sources: [{ account: alice, wei: BIG }],
    });
    const attempt = {
      payoutId: id,
      txHash: "0xaa",
      signedTx: "0x02ff",
      nonce: 4,
      maxFeePerGasWei: 5n,
      maxPriorityFeePerGasWei: 1n,
      signedAtMs: 11,
      sentAtMs: null,
    };
    store.payouts.addAttempt(attempt);
    expect(store.payouts.attempts(id)).toEqual([attempt]);
    store.payouts.attemptSent("0xaa", 12);
    store.payouts.change(id, { state: "mined", blockNumber: 9, txHash: "0xaa", updatedAtMs: 13 });
    expect(store.payouts.get(id)).toMatchObject({
      address: "0xa11ce",
      amountWei: BIG,
      state: "mined",
      blockNumber: 9,
      blockHash: null,
      sources: [{ account: alice, wei: BIG }],
    });
    store.payouts.change(id, { state: "sent", blockNumber: null, updatedAtMs: 14 });
    expect(store.payouts.list({ states: ["sent"], address: "0xA11CE" })[0]).toMatchObject({
      id,
      blockNumber: null,
      txHash: "0xaa",
    });
    expect(store.payouts.list({ states: ["confirmed"] })).toEqual([]);
    expect(store.payouts.attempts(id)[0]?.sentAtMs).toBe(12);
    expect(store.payouts.payoutNonces({ chainId: 42161n, fromAddress: "0xb0b" })).toEqual([4]);
    expect(store.payouts.payoutNonces({ chainId: 1n, fromAddress: "0xb0b" })).toEqual([]);
    expect(() => store.payouts.change(77, { updatedAtMs: 1 })).toThrow(/no 77 payout/);
    store.close();
  });

  it("keep cursors and settings", () => {
    const store = open();
    store.setCursor("o1", "a");
    store.setCursor("o1", "b");
    store.setSetting("scheme", "per-job");
    expect([store.cursor("o1"), store.cursor("o2"), store.setting("scheme")]).toEqual([
      "b",
      null,
      "per-job",
    ]);
    expect([...store.cursors()]).toEqual([["o1", "b"]]);
    store.close();
  });

  it("show payouts under the names dashboards know", () => {
    const store = open();
    store.ledger.post({
      cause: { kind: "x", id: "1" },
      atMs: 0,
      postings: [{ from: "world", to: inPayoutAccount("0xA"), wei: 1n }],
    });
    expect(store.ledger.flows("inPayout:").map(({ account }) => account)).toEqual(["inPayout:0xa"]);
    store.close();
  });
});

it("A file is there again when it is opened again, and a reader needs no writer", () => {
  const path = join(folder, "pool.db");
  const store = new SqlitePoolStore({ path });
  store.ledger.post({
    cause: { kind: "adjust", id: "1" },
    atMs: 0,
    postings: [{ from: "world", to: alice, wei: 7n }],
  });
  store.close();
  const again = new SqlitePoolStore({ path, readOnly: true });
  expect(again.ledger.balance(alice)).toBe(7n);
  expect(() => again.setSetting("a", "b")).toThrow(/readonly/);
  again.close();
});
