/** What operators did by hand, and whom payouts know. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { ALICE, BOB, type StoreCase } from "./case.js";

const ACT = { detail: { untilMs: "5" }, reason: "why", author: "op" };

export const actCases: readonly StoreCase[] = [
  {
    name: "keeps what was done by hand, and what was done last about each subject",
    check: ({ acts }) => {
      deepStrictEqual([acts.list(), acts.newest(["hold"]), acts.get(1)], [[], [], null]);
      const first = acts.add({ ...ACT, kind: "hold", subject: ALICE, atMs: 1 });
      acts.add({ ...ACT, kind: "adjust", subject: ALICE, atMs: 2 });
      const third = acts.add({ ...ACT, kind: "hold", subject: BOB, atMs: 3 });
      const last = acts.add({ ...ACT, kind: "released", subject: ALICE, detail: {}, atMs: 4 });
      deepStrictEqual(acts.get(first), {
        ...ACT,
        id: first,
        kind: "hold",
        subject: ALICE,
        atMs: 1,
      });
      const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);
      deepStrictEqual(ids(acts.newest(["hold", "released"])), [last, third]);
      deepStrictEqual(ids(acts.list({ subject: ALICE, limit: 2 })), [last, first + 1]);
      deepStrictEqual(ids(acts.list({ kinds: ["hold"] })), [third, first]);
      deepStrictEqual(ids(acts.list({ beforeId: third })), [first + 1, first]);
    },
  },
  {
    name: "keeps since when payouts know an address, and the batch that a payout was approved in",
    check: ({ payouts }) => {
      strictEqual(payouts.knownSince(ALICE), null);
      payouts.know(ALICE.toUpperCase().replace("0X", "0x"), 5);
      payouts.know(ALICE, 9);
      strictEqual(payouts.knownSince(ALICE), 5);
      const payout = { address: ALICE, amountWei: 1n, chainId: 1n, fromAddress: BOB };
      const id = payouts.add({ ...payout, nonce: 0, createdAtMs: 1, sources: [], batch: 7 });
      strictEqual(payouts.get(id)?.batch, 7);
    },
  },
];
