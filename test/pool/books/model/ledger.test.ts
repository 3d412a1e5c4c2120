/**
 * Ledger and ingestion against a trivial model: the set of distinct events, and what was entered
 * by hand. However it came about, each balance is what a naive sum over those says.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { Rational } from "../../../../src/core/rational.js";
import { type Account, pendingAccount } from "../../../../src/pool/books/accounts.js";
import { adjust, openBalances } from "../../../../src/pool/books/adjust.js";
import { EventIngest } from "../../../../src/pool/books/ingest/ingest.js";
import { Ledger } from "../../../../src/pool/books/ledger.js";
import { addRates, changeSettings } from "../../../../src/pool/books/settings.js";
import { type Books, balances, enter, openBooks, wrongIn } from "../../../support/books/books.js";
import {
  eventOf,
  happening,
  Known,
  moveTickets,
  REGIONS,
  Sums,
  textOf,
  WHO,
} from "../../../support/books/facts.js";
import { emptyFolder } from "../../../support/cli/command.js";

interface Model {
  known: Known;
  /** Postings by hand, in order. */
  readonly byHand: (readonly [from: string, to: string, wei: bigint])[][];
  /** Ids of adjustments, names of opening balances. */
  readonly taken: Set<string>;
  /** What was asked under which id. */
  readonly adjusted: Map<string, string>;
}

interface Real {
  books: Books;
  /** null: in memory. */
  readonly path: string | null;
  posted: number;
}

type Step = fc.Command<Model, Real>;

const START_MS = Date.UTC(2026, 1, 1, 10);

function open(path: string | null): Books {
  const { store } = openBooks(path === null ? {} : { path });
  if (store.events.count() === 0 && store.ledger.entryCount() === 0) {
    const all = { nodeType: null, region: null };
    addRates(store, [
      { ...all, rate: Rational.of(1n, 3n), fromMs: 0, nodeType: "ai" },
      { ...all, rate: Rational.of(1n, 7n), fromMs: START_MS + 2_000, region: "us" },
      { rate: Rational.of(1n, 2n), fromMs: START_MS + 3_000, nodeType: "transcode", region: "us" },
    ]);
    changeSettings(store, { feeShare: Rational.of(1n, 10n) });
  }
  return { store, ingest: new EventIngest(store) };
}

/** The operator's part of a fee, written out. */
function keptOf(fee: number, at: number, region: string, isAi: boolean): number {
  if (isAi) return Math.floor(fee / 3);
  if (region === "us" && at >= 3) return Math.floor(fee / 2);
  if (region === "us" && at >= 2) return Math.floor(fee / 7);
  return Math.floor(fee / 4);
}

function naive({ known, byHand }: Model): Sums {
  const sums = new Sums();
  const jobs = [
    ...known.of("job").map((job) => ({ ...job, isAi: false, owner: job.who })),
    ...known.of("aiJob").map((job) => ({ ...job, isAi: true, owner: known.ownerOf(job) })),
  ];
  for (const { fee, at, region, isAi, owner } of jobs) {
    if (owner === null) {
      sums.move("world", "unattributed", fee);
      continue;
    }
    const kept = keptOf(fee, at, region, isAi);
    const account = pending(owner, isAi ? "ai" : "transcode", region);
    sums.move("world", account, fee - kept);
    sums.move("world", "commission", kept);
    sums.move("commission", "delegators", Math.floor(fee / 10));
  }
  moveTickets(known, sums);
  for (const [from, to, wei] of byHand.flat()) sums.move(from, to, wei);
  return sums;
}

function pending(owner: number, nodeType: string, region: string): Account {
  return pendingAccount({ address: WHO[owner] ?? "", nodeType, region });
}

/** A step that looks at all balances when it is done. */
function step(name: string, run: (model: Model, real: Real) => void): Step {
  return {
    check: () => true,
    run: (model, real) => {
      run(model, real);
      expect(balances(real.books)).toEqual(naive(model).shown());
    },
    toString: () => name,
  };
}

const import_ = fc
  .tuple(fc.array(happening(), { minLength: 1, maxLength: 8 }), fc.boolean(), fc.boolean())
  .map(([all, isTwice, hasRubbish]) =>
    step(`import ${JSON.stringify({ all, isTwice, hasRubbish })}`, ({ known }, { books }) => {
      for (const source of ["o1", "o2"]) {
        const told = all.filter((one) => one.form !== "caller" && one.source === source);
        const outcomes = [...told, ...(isTwice ? told : [])].map((one) => known.add(one));
        const texts = told.map(textOf);
        const rubbish = hasRubbish ? ['{"ID":1,"EventType":"what?"}'] : [];
        const result = enter(
          books,
          `[${[...texts, ...rubbish, ...(isTwice ? texts : [])].join(",")}]`,
          { source },
        );
        const count = (what: string) => outcomes.filter((outcome) => outcome === what).length;
        expect([result.recorded, result.repeated]).toEqual([count("recorded"), count("repeated")]);
      }
    }),
  );

const record = fc.array(happening(), { minLength: 1, maxLength: 4 }).map((all) =>
  step(`record ${JSON.stringify(all)}`, ({ known }, { books }) => {
    const made = all.map((one) => ({ ...one, form: "caller" as const, source: "api" }));
    const outcomes = books.ingest.record(made.map(eventOf), "api");
    expect(outcomes).toEqual(made.map((one) => known.add(one)));
  }),
);

const crash = fc.array(happening(), { minLength: 1, maxLength: 8 }).map((all) =>
  step(`lost before it was committed: ${JSON.stringify(all)}`, (_model, { books }) => {
    expect(() =>
      books.store.transaction(() => {
        for (const one of all) enter(books, `[${textOf(one)}]`, { source: one.source });
        throw new Error("killed");
      }),
    ).toThrow("killed");
  }),
);

const accounts: fc.Arbitrary<Account> = fc.constantFrom(
  "world",
  "wallet",
  "commission",
  "rounding",
  pending(0, "transcode", "eu"),
  pending(1, "ai", "us"),
);
const wei = fc.bigInt(0n, 2n ** 200n);

const post = fc.array(fc.tuple(accounts, accounts, wei), { maxLength: 3 }).map((postings) =>
  step(`post ${String(postings)}`, (model, real) => {
    const moves = postings.filter(([from, to]) => from !== to);
    const cause = { kind: "by-hand", id: String(real.posted++) };
    const list = moves.map(([from, to, amount]) => ({ from, to, wei: amount }));
    real.books.store.ledger.post({ cause, atMs: 0, postings: list });
    model.byHand.push(moves);
  }),
);

const reverse = fc.nat().map((index) =>
  step(`reverse ${index}`, (model, real) => {
    const { store } = real.books;
    if (store.ledger.entryCount() === 0) return;
    const entry = store.ledger.entry(index % store.ledger.entryCount());
    if (entry === null) throw new Error("an entry is missing");
    const back = entry.postings.map(({ from, to, wei: amount }) => [to, from, amount] as const);
    const cause = { kind: "reversal", id: String(real.posted++) };
    const postings = back.map(([from, to, amount]) => ({ from, to, wei: amount }));
    store.ledger.post({ cause, atMs: 0, postings });
    model.byHand.push(back);
  }),
);

const correct = fc
  .record({
    owner: fc.nat(WHO.length - 1),
    nodeType: fc.constantFrom("transcode", "ai"),
    region: fc.constantFrom(...REGIONS),
    wei: fc.bigInt(-300n, 300n).filter((amount) => amount !== 0n),
    id: fc.constantFrom("a", "b", "c", "d"),
  })
  .map(({ owner, nodeType, region, wei: amount, id }) =>
    step(`adjust ${owner} ${nodeType} ${region} ${amount} ${id}`, (model, { books }) => {
      const account = pending(owner, nodeType, region);
      const address = WHO[owner] ?? "";
      const asked = { address, nodeType, region, wei: amount, id, reason: "test", nowMs: 9 };
      const before = model.adjusted.get(id);
      if (before !== undefined) {
        if (before === `${account} ${amount}`) expect(adjust(books.store, asked)).toBeNull();
        else expect(() => adjust(books.store, asked)).toThrow(/was entered before/);
      } else if (amount < 0n && naive(model).of(account) + amount < 0n) {
        expect(() => adjust(books.store, asked)).toThrow(/is owed/);
      } else {
        expect(adjust(books.store, asked)).not.toBeNull();
        model.adjusted.set(id, `${account} ${amount}`);
        model.byHand.push([["commission", account, amount]]);
      }
    }),
  );

const opening = fc
  .tuple(fc.nat(WHO.length - 1), fc.bigInt(0n, 500n), fc.bigInt(0n, 500n))
  .map(([owner, pendingWei, paidWei]) =>
    step(`opening ${owner} ${pendingWei} ${paidWei}`, (model, { books }) => {
      const address = WHO[owner] ?? "";
      const balance = { address, nodeType: "transcode", region: "eu", pendingWei, paidWei };
      const name = `opening ${owner}`;
      const known = model.adjusted.get(name);
      const amounts = `${pendingWei} ${paidWei}`;
      const open = () => openBalances(books.store, [balance], { origin: "old.csv", nowMs: 7 });
      if (known !== undefined && known !== amounts) {
        expect(open).toThrow(/another amount/);
        return;
      }
      expect(open()).toBe(known === undefined ? 1 : 0);
      if (known !== undefined) return;
      model.adjusted.set(name, amounts);
      model.byHand.push([
        ["world", pending(owner, "transcode", "eu"), pendingWei],
        ["world", `paid:${address}`, paidWei],
      ]);
    }),
  );

const reopen = fc.constant(
  step("reopen", (_model, real) => {
    if (real.path === null) return;
    real.books.store.close();
    real.books = open(real.path);
  }),
);

const verify = fc.constant(
  step("verify", (model, { books }) => {
    expect(wrongIn(books)).toEqual([]);
    const ledger = new Ledger({ journal: books.store.ledger.journal });
    expect(ledger.verify()).toEqual([]);
    const again = [...ledger.balances()].filter(([, amount]) => amount !== 0n);
    expect(Object.fromEntries(again)).toEqual(naive(model).shown());
  }),
);

const steps = [import_, import_, import_, record, crash, post, reverse, correct, opening, reopen];

function check(where: () => string | null, numRuns: number, seed: number): void {
  fc.assert(
    fc.property(fc.commands([...steps, verify], { maxCommands: 40, size: "max" }), (commands) => {
      const path = where();
      const real: Real = { books: open(path), path, posted: 0 };
      const model: Model = {
        known: new Known(),
        byHand: [],
        taken: new Set(),
        adjusted: new Map(),
      };
      try {
        fc.modelRun(() => ({ model, real }), commands);
        expect(wrongIn(real.books)).toEqual([]);
      } finally {
        real.books.store.close();
      }
    }),
    { numRuns, seed },
  );
}

test("in memory", () => {
  check(() => null, 25, 20_261_120);
});

test("in a file that is closed and opened again", () => {
  const folder = emptyFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let runs = 0;
  check(() => join(folder, `pool-${runs++}.db`), 8, 20_261_121);
});
