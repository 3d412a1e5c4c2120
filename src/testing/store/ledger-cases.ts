/** The ledger, transactions, settings and cursors. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { Ledger } from "../../pool/books/ledger.js";
import { BIG, PENDING, type StoreCase } from "./case.js";

const cause = { kind: "adjust", id: "1" };

export const ledgerCases: readonly StoreCase[] = [
  {
    name: "enters transactions with what they do to balances, to the wei",
    check: ({ ledger }) => {
      const [entry] = ledger.post({
        cause,
        atMs: 5,
        postings: [
          { from: "world", to: "feesEarned", wei: BIG },
          { from: "feesEarned", to: PENDING, wei: BIG - 3n },
          { from: "feesEarned", to: "commission", wei: 3n },
        ],
      });
      strictEqual(entry?.sequence, 0);
      strictEqual(ledger.balance(PENDING), BIG - 3n);
      strictEqual(ledger.balance("feesEarned"), 0n);
      strictEqual(ledger.balance("world"), -BIG);
      deepStrictEqual(ledger.flows("pending:"), [
        { account: PENDING, inWei: BIG - 3n, outWei: 0n },
      ]);
      deepStrictEqual(
        ledger.flows().map(({ account }) => account),
        ["commission", "feesEarned", PENDING, "world"],
      );
      deepStrictEqual(ledger.entriesOf(cause), [entry]);
      deepStrictEqual(ledger.entry(0), entry);
      strictEqual(ledger.entry(1), null);
    },
  },
  {
    name: "keeps entries in order, a page at a time, and without postings of nothing",
    check: ({ ledger }) => {
      for (let index = 0; index < 5; index++) {
        ledger.post({
          cause: { kind: "adjust", id: `${index}` },
          atMs: index,
          postings: [
            { from: "world", to: "gas", wei: BigInt(index) },
            { from: "world", to: "wallet", wei: 1n },
          ],
        });
      }
      strictEqual(ledger.entryCount(), 5);
      deepStrictEqual(
        ledger.entries(1, 3).map(({ sequence }) => sequence),
        [1, 2, 3],
      );
      deepStrictEqual(ledger.entry(0)?.postings, [{ from: "world", to: "wallet", wei: 1n }]);
      strictEqual(new Ledger({ journal: ledger.journal }).balance("gas"), 10n);
    },
  },
  {
    name: "finds the entries that events caused, in order",
    check: ({ ledger, events }) => {
      const common = { source: "o1", atMs: 0, content: '{"type":"reset"}', worker: null };
      events.add([0, 1, 2].map((sequence) => ({ ...common, sequence, identity: `e${sequence}` })));
      for (const event of [2, 1, 0, 2]) {
        const of = { kind: "void", id: `e${event}`, event };
        ledger.post({ cause: of, atMs: 0, postings: [{ from: "world", to: "gas", wei: 1n }] });
      }
      ledger.post({ cause, atMs: 0, postings: [] });
      deepStrictEqual(
        ledger.entriesOfEvents([2, 0]).map(({ sequence }) => sequence),
        [0, 2, 3],
      );
      deepStrictEqual(ledger.entriesOfEvents([]), []);
    },
  },
  {
    name: "refuses what can't be posted, and keeps nothing of the call it is in",
    check: ({ ledger }) => {
      const good = { cause, atMs: 0, postings: [{ from: "world", to: "gas", wei: 1n }] } as const;
      const refused = { code: "LEDGER_POSTING" };
      const bad = (wei: bigint, to: "gas" | "wallet") => () =>
        ledger.post(good, { cause, atMs: 0, postings: [{ from: "gas", to, wei }] });
      throws(bad(1n, "gas"), refused);
      throws(bad(-1n, "wallet"), refused);
      strictEqual(ledger.entryCount(), 0);
      strictEqual(ledger.balance("gas"), 0n);
      throws(() => ledger.journal.append({ ...good, sequence: 3 }), { code: "LEDGER_JOURNAL" });
    },
  },
  {
    name: "forgets everything of a transaction that fails, and works on",
    check: (store) => {
      const post = () =>
        store.ledger.post({ cause, atMs: 0, postings: [{ from: "world", to: PENDING, wei: 7n }] });
      throws(
        () =>
          store.transaction(() => {
            store.setCursor("o1", "7");
            store.setSetting("a", "b");
            post();
            throw new Error("killed");
          }),
        /killed/,
      );
      strictEqual(store.cursor("o1"), null);
      strictEqual(store.setting("a"), null);
      strictEqual(store.ledger.entryCount(), 0);
      strictEqual(store.ledger.balance(PENDING), 0n);
      post();
      strictEqual(store.ledger.balance(PENDING), 7n);
      deepStrictEqual(store.ledger.entry(0)?.postings, [{ from: "world", to: PENDING, wei: 7n }]);
    },
  },
  {
    name: "takes a transaction in another one as a part of that",
    check: (store) => {
      throws(
        () =>
          store.transaction(() => {
            strictEqual(
              store.transaction(() => {
                store.setSetting("a", "inner");
                return 5;
              }),
              5,
            );
            throw new Error("killed");
          }),
        /killed/,
      );
      strictEqual(store.setting("a"), null);
    },
  },
  {
    name: "keeps cursors, settings and the log",
    check: (store) => {
      store.setCursor("o2", "x");
      store.setCursor("o1", "a");
      store.setCursor("o1", "b");
      store.setSetting("scheme", "per-job");
      store.setSetting("scheme", "by-weights");
      store.log({ atMs: 0, key: "k", value: "first" });
      store.log({ atMs: 0, key: "k", value: "second" });
      store.log({ atMs: 0, key: "other", value: "third" });
      strictEqual(store.cursor("o1"), "b");
      strictEqual(store.cursor("o3"), null);
      deepStrictEqual(
        [...store.cursors()],
        [
          ["o1", "b"],
          ["o2", "x"],
        ],
      );
      strictEqual(store.setting("scheme"), "by-weights");
      strictEqual(store.setting("none"), null);
      deepStrictEqual(store.reports.logged("k"), ["first", "second"]);
    },
  },
];
