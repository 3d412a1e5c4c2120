import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Account,
  inPayoutAccount,
  paidAccount,
  pendingAccount,
} from "../../../src/pool/books/accounts.js";
import {
  Ledger,
  type LedgerEntry,
  type LedgerJournal,
  MemoryJournal,
} from "../../../src/pool/books/ledger.js";

const cause = { kind: "job-processed", id: "1" };
const alice = pendingAccount({ address: "0xAA", nodeType: "transcode", region: "FRA" });

describe("the ledger", () => {
  it("moves amounts between accounts and derives balances", () => {
    const ledger = new Ledger();
    ledger.post({
      cause,
      atMs: 5,
      postings: [
        { from: "world", to: "feesEarned", wei: 100n },
        { from: "feesEarned", to: alice, wei: 90n },
        { from: "feesEarned", to: "commission", wei: 10n },
      ],
    });
    expect(Object.fromEntries(ledger.balances())).toEqual({
      commission: 10n,
      feesEarned: 0n,
      [alice]: 90n,
      world: -100n,
    });
    expect(ledger.balance("gas")).toBe(0n);
    expect(ledger.verify()).toEqual([]);
  });

  it("enters all of a transaction or nothing", () => {
    const ledger = new Ledger();
    const bad = { from: "commission", to: "commission", wei: 1n } as const;
    const negative = { from: "commission", to: "gas", wei: -1n } as const;
    for (const wrong of [bad, negative]) {
      const postings = [{ from: "world", to: "feesEarned", wei: 1n } as const, wrong];
      expect(() => ledger.post({ cause, atMs: 0, postings })).toThrow(/can't move/);
    }
    expect([ledger.length, ledger.balance("feesEarned")]).toEqual([0, 0n]);
  });

  it("numbers its entries and keeps them as they are", () => {
    const journal = new MemoryJournal();
    const ledger = new Ledger({ journal });
    const postings = [{ from: "world" as const, to: "gas" as const, wei: 3n }];
    ledger.post({ cause, atMs: 0, postings });
    ledger.post({ cause: { kind: "adjust", id: "typo" }, atMs: 1, postings });
    postings.length = 0;
    const entries = [...journal];
    expect(entries.map(({ sequence, cause: { kind } }) => [sequence, kind])).toEqual([
      [0, "job-processed"],
      [1, "adjust"],
    ]);
    expect(entries[0]?.postings).toHaveLength(1);
    expect(Object.isFrozen(entries[0]?.postings[0])).toBe(true);
  });

  it("corrects by a new entry", () => {
    const ledger = new Ledger();
    const postings = [
      { from: "world", to: "feesEarned", wei: 7n },
      { from: "feesEarned", to: alice, wei: 7n },
    ] as const;
    const entry = ledger.post({ cause, atMs: 0, postings });
    ledger.reverse(entry, { cause: { kind: "adjust", id: "2" }, atMs: 9 });
    expect(ledger.length).toBe(2);
    expect([ledger.balance(alice), ledger.balance("world")]).toEqual([0n, 0n]);
  });

  it("starts from what its journal holds", () => {
    const journal = new MemoryJournal();
    const first = new Ledger({ journal });
    first.post({ cause, atMs: 0, postings: [{ from: "world", to: "wallet", wei: 2n ** 90n }] });
    const second = new Ledger({ journal });
    expect(second.balance("wallet")).toBe(2n ** 90n);
    expect(second.length).toBe(1);
  });

  it("keeps only balances when told so, the same ones", () => {
    const [full, bare] = [new Ledger(), new Ledger({ journal: null })];
    for (const ledger of [full, bare]) {
      ledger.post({ cause, atMs: 0, postings: [{ from: "world", to: "wallet", wei: 5n }] });
    }
    expect(bare.balances()).toEqual(full.balances());
    expect(bare.verify()).toEqual([]);
  });

  it("notices a journal that lost, repeated or changed an entry", () => {
    const entries: LedgerEntry[] = [];
    const journal: LedgerJournal = {
      append: (entry) => entries.push(entry),
      [Symbol.iterator]: () => entries[Symbol.iterator](),
    };
    const ledger = new Ledger({ journal });
    for (const wei of [5n, 6n]) {
      ledger.post({ cause, atMs: 0, postings: [{ from: "world", to: "wallet", wei }] });
    }
    const [first, second] = entries;
    if (first === undefined || second === undefined) throw new Error("two entries were made");
    expect(ledger.verify()).toEqual([]);
    entries.splice(0, 2, second);
    expect(ledger.verify().join()).toMatch(/1 where 0 was due.*1 entries, 2 were made.*wallet/);
    expect(() => new Ledger({ journal })).toThrow(/entry 1 where 0 was due/);
    entries.splice(0, 1, first, { ...second, postings: [{ from: "world", to: "gas", wei: 6n }] });
    expect(ledger.verify().join()).toMatch(/wallet is kept as 11 wei, derived from the journal 5/);
  });

  it("law: the books balance to the wei, and what they say is in the journal", () => {
    const accounts: Account[] = ["world", "feesEarned", "commission", alice];
    const posting = fc
      .record({
        from: fc.constantFrom(...accounts),
        to: fc.constantFrom(...accounts),
        wei: fc.bigInt({ min: 0n, max: 2n ** 200n }),
      })
      .filter(({ from, to }) => from !== to);
    fc.assert(
      fc.property(fc.array(fc.array(posting, { maxLength: 5 })), (transactions) => {
        const journal = new MemoryJournal();
        const ledger = new Ledger({ journal });
        for (const postings of transactions) ledger.post({ cause, atMs: 0, postings });
        let sum = 0n;
        for (const wei of ledger.balances().values()) sum += wei;
        expect(sum).toBe(0n);
        expect(ledger.verify()).toEqual([]);
        expect(new Ledger({ journal }).balances()).toEqual(ledger.balances());
      }),
    );
  });
});

describe("accounts", () => {
  it("pending is kept by address, node type and region; payouts by address", () => {
    expect(alice).toBe("pending:0xaa:transcode:FRA");
    expect(inPayoutAccount("0xAA")).toBe("inPayout:0xaa");
    expect(paidAccount("0xAA")).toBe("paid:0xaa");
  });

  it.each(["", "a:b"])("%j can't be part of a name", (region) => {
    expect(() => pendingAccount({ address: "0x1", nodeType: "ai", region })).toThrow(/name/);
  });
});
