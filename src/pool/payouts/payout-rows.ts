/** Payouts as the store has them, read as what they are. */
import { Transaction } from "ethers/transaction";
import { invariant } from "../../core/errors.js";
import type { PayoutAttempt, PayoutRow } from "../books/store/store.js";
import { BYTES_UNKNOWN, type Inclusion, type Payout, type PayoutPart } from "./payout.js";

/** A payout of its row and of the transactions that were signed for it. */
export function payoutOf(row: PayoutRow, signed: readonly PayoutAttempt[]): Payout {
  const { id, address, amountWei, chainId, nonce, state, createdAtMs, updatedAtMs } = row;
  return {
    id,
    address,
    amountWei,
    chainId,
    nonce,
    state,
    createdAtMs,
    updatedAtMs,
    wallet: row.fromAddress,
    ...(row.batch === null ? {} : { batch: row.batch }),
    parts: row.sources.map(readPart),
    attempts: signed.map((attempt) => {
      const { gasLimit, value } =
        attempt.signedTx === BYTES_UNKNOWN.signedTx
          ? { ...BYTES_UNKNOWN, value: amountWei }
          : Transaction.from(attempt.signedTx);
      return {
        txHash: attempt.txHash,
        signedTx: attempt.signedTx,
        gasLimit,
        maxFeeWei: attempt.maxFeePerGasWei,
        priorityFeeWei: attempt.maxPriorityFeePerGasWei,
        signedAtMs: attempt.signedAtMs,
        // The only one of a payment's that moves nothing.
        isCancellation: amountWei > 0n && value === 0n,
      };
    }),
    inclusion:
      row.txHash === null || row.blockNumber === null || row.blockHash === null
        ? null
        : {
            txHash: row.txHash,
            blockNumber: row.blockNumber,
            blockHash: row.blockHash,
            outcome: readOutcome(row.reason),
            gasWei: row.gasFeesWei ?? 0n,
          },
  };
}

function readOutcome(reason: string | null): Inclusion["outcome"] {
  return reason === "reverted" || reason === "displaced" || reason === "calledOff"
    ? reason
    : "paid";
}

function readPart({ account, wei }: PayoutRow["sources"][number]): PayoutPart {
  const [, , nodeType, region] = account.split(":");
  invariant(nodeType !== undefined && region !== undefined, `${account} names its payee`);
  return { nodeType, region, wei };
}
