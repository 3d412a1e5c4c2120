/** A transaction of the wallet at a nonce, with all that tells whether the books should know it. */
import { isPoolsimError } from "../../core/errors.js";
import type { ChainTransaction, Head, PayoutChain, Receipt } from "./chain.js";
import { findNonce } from "./nonce-search.js";

export interface FoundPayment {
  readonly transaction: ChainTransaction;
  readonly receipt: Receipt;
  readonly to: string | null;
  /** 0 if it reverted. */
  readonly paidWei: bigint;
  /** When its block was made. */
  readonly atMs: number;
}

export interface PaymentSearch {
  readonly chain: PayoutChain;
  /** Another node, which must show the same. */
  readonly witness: PayoutChain | null;
  readonly wallet: string;
  readonly head: Head;
}

/**
 * Reads what used a nonce.
 *
 * @param txHash if it is known
 * @returns why it can't be read, if it can't
 * @throws RemoteError (`CHAIN_…`) when the node does not answer
 */
export async function readPayment(
  search: PaymentSearch,
  nonce: number,
  txHash?: string,
): Promise<FoundPayment | string> {
  const { chain, witness, wallet, head } = search;
  try {
    let transaction = txHash === undefined ? null : await chain.transaction(txHash);
    // That of an authorization is somebody else's: only the block shows it.
    if (transaction?.from !== wallet || transaction.nonce !== nonce) {
      const found = await findNonce({ chain, wallet, nonce, head });
      if ("unclear" in found) return found.unclear;
      transaction = found.transaction;
    }
    if (transaction.from !== wallet || transaction.nonce !== nonce) {
      return "the node shows another transaction";
    }
    const receipt = await chain.receipt(transaction.txHash);
    if (receipt === null) return `the node has no receipt of ${transaction.txHash}`;
    if ((await chain.blockHash(receipt.blockNumber)) !== receipt.blockHash) {
      return "its block is not in the chain";
    }
    const other = witness === null ? receipt : await witness.receipt(transaction.txHash);
    if (other?.blockHash !== receipt.blockHash || other.succeeded !== receipt.succeeded) {
      return "the second node does not confirm it";
    }
    const atMs = await chain.blockTimeMs(receipt.blockNumber);
    if (atMs === null) return "the node does not show its block";
    const { to, valueWei } = transaction;
    return { transaction, receipt, to, paidWei: receipt.succeeded ? valueWei : 0n, atMs };
  } catch (error) {
    // It has not kept the state of old blocks.
    if (isPoolsimError(error) && error.code === "CHAIN_RPC") return error.message;
    throw error;
  }
}
