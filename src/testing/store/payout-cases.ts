/** Payouts, and the nonces of the wallets that pay them. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { ALICE, BIG, BOB, PENDING, type StoreCase } from "./case.js";

const wallet = { chainId: 42161n, fromAddress: BOB };
const fresh = {
  ...wallet,
  address: ALICE,
  amountWei: BIG,
  nonce: 4,
  createdAtMs: 10,
  sources: [{ account: PENDING, wei: BIG }],
};

export const payoutCases: readonly StoreCase[] = [
  {
    name: "keeps a payout, its changes and everything signed for it",
    check: ({ payouts }) => {
      const id = payouts.add(fresh);
      const { createdAtMs: _createdAtMs, ...said } = fresh;
      deepStrictEqual(payouts.get(id), {
        ...said,
        id,
        state: "intent",
        createdAtMs: 10,
        updatedAtMs: 10,
        txHash: null,
        blockNumber: null,
        blockHash: null,
        gasFeesWei: null,
        reason: null,
        batch: null,
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
      payouts.addAttempt(attempt);
      deepStrictEqual(payouts.attempts(id), [attempt]);
      strictEqual(payouts.payoutOf("0xAA"), id);
      strictEqual(payouts.payoutOf("0xbb"), null);
      payouts.attemptSent("0xaa", 12);
      // Only the first time counts.
      payouts.attemptSent("0xaa", 13);
      strictEqual(payouts.attempts(id)[0]?.sentAtMs, 12);
      payouts.change(id, { state: "mined", blockNumber: 9, txHash: "0xaa", updatedAtMs: 14 });
      payouts.change(id, { state: "sent", blockNumber: null, updatedAtMs: 15 });
      const { state, blockNumber, txHash, updatedAtMs } = payouts.get(id) ?? {};
      deepStrictEqual([state, blockNumber, txHash, updatedAtMs], ["sent", null, "0xaa", 15]);
    },
  },
  {
    name: "lists payouts newest first, by state, payee and time",
    check: ({ payouts }) => {
      const first = payouts.add(fresh);
      const second = payouts.add({ ...fresh, address: BOB, nonce: 5, createdAtMs: 20 });
      payouts.change(second, { state: "confirmed", updatedAtMs: 21 });
      const ids = (query?: Parameters<typeof payouts.list>[0]) =>
        payouts.list(query).map(({ id }) => id);
      deepStrictEqual(ids(), [second, first]);
      deepStrictEqual(ids({ states: ["intent"] }), [first]);
      deepStrictEqual(ids({ states: [] }), []);
      deepStrictEqual(ids({ address: BOB }), [second]);
      deepStrictEqual(ids({ sinceMs: 15 }), [second]);
      deepStrictEqual(ids({ beforeId: second }), [first]);
      deepStrictEqual(ids({ limit: 1 }), [second]);
    },
  },
  {
    name: "knows no payout that was never added",
    check: ({ payouts }) => {
      strictEqual(payouts.get(77), null);
      throws(() => payouts.change(77, { updatedAtMs: 1 }), { code: "PAYOUT_UNKNOWN" });
    },
  },
  {
    name: "knows the nonces of each wallet on each chain",
    check: ({ payouts }) => {
      payouts.add({ ...fresh, nonce: 5 });
      payouts.add(fresh);
      payouts.add({ ...fresh, nonce: 5 });
      payouts.add({ ...fresh, chainId: 1n, nonce: 1 });
      deepStrictEqual(payouts.payoutNonces(wallet), [4, 5]);
      deepStrictEqual(payouts.payoutNonces({ ...wallet, fromAddress: ALICE }), []);
      strictEqual(payouts.payingWallets().length, 2);
    },
  },
  {
    name: "keeps what an operator said of nonces that pay nobody",
    check: ({ payouts }) => {
      const said = {
        ...wallet,
        nonce: 7,
        txHash: "0xcc",
        toAddress: null,
        paidWei: BIG,
        blockNumber: 3,
        blockHash: "0xdd",
        blockAtMs: 30,
        reason: "a contract",
        atMs: 40,
      };
      payouts.acknowledgeNonce({ ...said, reason: "a guess" });
      payouts.acknowledgeNonce(said);
      payouts.acknowledgeNonce({ ...said, nonce: 6 });
      deepStrictEqual(payouts.acknowledgedNonces(wallet), [{ ...said, nonce: 6 }, said]);
      payouts.forgetAcknowledged({ ...wallet, nonce: 6 });
      deepStrictEqual(payouts.acknowledgedNonces(wallet), [said]);
    },
  },
];
