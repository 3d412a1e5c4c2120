/** The life of a payout: every step, its entries, and that no order of observations loses a wei. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Account, pendingAccount } from "../../../src/pool/books/accounts.js";
import { Ledger } from "../../../src/pool/books/ledger.js";
import {
  begin,
  type Observation,
  observed,
  replaced,
  sent,
  type Transition,
} from "../../../src/pool/payouts/machine.js";
import type { Inclusion, Payout } from "../../../src/pool/payouts/payout.js";
import { WALLET, worker } from "../../support/chain/wallet.js";

const address = worker(1);
const eu = pendingAccount({ address, nodeType: "transcode", region: "eu" });
const us = pendingAccount({ address, nodeType: "ai", region: "us" });
const inPayout: Account = `inPayout:${address}`;
const paid: Account = `paid:${address}`;
const rules = { confirmations: 3, nowMs: 2_000 };

const intent = {
  id: 7,
  address,
  amountWei: 100n,
  parts: [
    { nodeType: "transcode", region: "eu", wei: 130n },
    { nodeType: "ai", region: "us", wei: -30n },
  ],
  createdAtMs: 1_000,
  chainId: 1n,
  wallet: WALLET,
  nonce: 5,
};

const payment = (number: number) => ({
  txHash: `0x${number.toString(16).padStart(64, "0")}`,
  signedTx: `0x0${number}`,
  gasLimit: 21_000n,
  maxFeeWei: BigInt(number),
  priorityFeeWei: 1n,
  signedAtMs: 1_000,
});

function inclusion(outcome: Inclusion["outcome"], blockNumber = 10, fork = 0): Inclusion {
  return {
    txHash: payment(outcome === "displaced" ? 9 : 1).txHash,
    blockNumber,
    blockHash: `0x${fork}${blockNumber}`,
    outcome,
    gasWei: outcome === "displaced" ? 0n : 3n,
  };
}

const included = (what: Inclusion, headNumber: number): Observation => ({
  kind: "included",
  inclusion: what,
  headNumber,
});

/** A ledger in which the worker is owed what the payout takes. */
function books(): { ledger: Ledger; enter(transition: Transition): Payout } {
  const ledger = new Ledger();
  ledger.post({
    cause: { kind: "job-processed", id: "1" },
    atMs: 0,
    postings: [
      { from: "world", to: eu, wei: 130n },
      { from: us, to: "world", wei: 30n },
    ],
  });
  return {
    ledger,
    enter: ({ payout, entries }) => {
      for (const entry of entries) ledger.post(entry);
      return payout;
    },
  };
}

test("it begins signed, with its money in payout; a negative part is made good", () => {
  const { ledger, enter } = books();
  const payout = enter(begin(intent, payment(1)));
  expect(payout).toMatchObject({ state: "signed", inclusion: null });
  expect([eu, us, inPayout].map((account) => ledger.balance(account))).toEqual([0n, 0n, 100n]);
});

test("parts that don't add up to the amount are a bug", () => {
  expect(() => begin({ ...intent, amountWei: 99n }, payment(1))).toThrow(/add up/);
  expect(() => begin({ ...intent, amountWei: 0n, parts: [] }, payment(1))).toThrow(/add up/);
});

test.each([
  ["paid", "confirmed", [0n, 0n, 0n, 100n, 3n]],
  ["reverted", "failed", [130n, -30n, 0n, 0n, 3n]],
  ["displaced", "cancelled", [130n, -30n, 0n, 0n, 0n]],
] as const)("%s: mined until it is deep enough, then %s", (outcome, state, balances) => {
  const { ledger, enter } = books();
  let payout = enter(begin(intent, payment(1)));
  const accounts: readonly Account[] = [eu, us, inPayout, paid, "gas"];
  const mined = observed(payout, included(inclusion(outcome), 11), rules);
  if (mined === null) throw new Error("nothing changed");
  payout = enter(mined);
  expect([payout.state, ledger.balance(inPayout)]).toEqual(["mined", 100n]);
  expect(observed(payout, included(inclusion(outcome), 11), rules)).toBeNull();
  const closed = observed(payout, included(inclusion(outcome), 12), rules);
  if (closed === null) throw new Error("nothing changed");
  payout = enter(closed);
  expect(payout.state).toBe(state);
  expect(accounts.map((account) => ledger.balance(account))).toEqual(balances);
  expect(observed(payout, included(inclusion(outcome), 99), rules)).toBeNull();
  const undone = observed(payout, { kind: "absent" }, rules);
  if (undone === null) throw new Error("nothing changed");
  payout = enter(undone);
  expect(payout).toMatchObject({ state: "sent", inclusion: null });
  expect(accounts.map((account) => ledger.balance(account))).toEqual([0n, 0n, 100n, 0n, 0n]);
});

test("what is unclear changes nothing", () => {
  const { payout } = begin(intent, payment(1));
  expect(observed(payout, { kind: "unclear", why: "?" }, rules)).toBeNull();
});

test("sent is noted once; a replacement keeps nonce and amount, and is signed again", () => {
  const { payout } = begin(intent, payment(1));
  const first = sent(payout, 5);
  expect(first?.payout.state).toBe("sent");
  expect(first === null ? null : sent(first.payout, 6)).toBeNull();
  const next = replaced(payout, payment(2)).payout;
  expect(next).toMatchObject({ state: "signed", nonce: 5, amountWei: 100n });
  expect(next.attempts).toHaveLength(2);
});

test("what is in a block is not replaced", () => {
  const { payout } = begin(intent, payment(1));
  const mined = observed(payout, included(inclusion("paid"), 10), rules);
  expect(() => replaced(mined?.payout ?? payout, payment(2))).toThrow(/in no block/);
});

test("whatever the chain says in whatever order: the books say where the money is", () => {
  const outcome = fc.constantFrom("paid", "reverted", "displaced");
  const observation: fc.Arbitrary<Observation> = fc.oneof(
    fc.constant<Observation>({ kind: "absent" }),
    fc.constant<Observation>({ kind: "unclear", why: "?" }),
    fc
      .record({ outcome, block: fc.nat(9), fork: fc.nat(2), depth: fc.nat(5) })
      .map(({ outcome: what, block, fork, depth }) =>
        included(inclusion(what, block, fork), block + depth),
      ),
  );
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 30 }), (observations) => {
      const { ledger, enter } = books();
      let payout = enter(begin(intent, payment(1)));
      for (const one of observations) {
        const transition = observed(payout, one, rules);
        if (transition !== null) payout = enter(transition);
        const { state } = payout;
        const isPaid = state === "confirmed";
        const isBack = state === "failed" || state === "cancelled";
        expect(ledger.balance(paid)).toBe(isPaid ? 100n : 0n);
        expect(ledger.balance(eu) + ledger.balance(us)).toBe(isBack ? 100n : 0n);
        expect(ledger.balance(inPayout)).toBe(isPaid || isBack ? 0n : 100n);
        const gas = isPaid || isBack ? (payout.inclusion?.gasWei ?? 0n) : 0n;
        expect(ledger.balance("gas")).toBe(gas);
        expect(ledger.verify()).toEqual([]);
      }
    }),
  );
});
