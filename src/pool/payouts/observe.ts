/**
 * Finds out what became of a payout. Nodes restart, fall behind, forget old receipts and lie: an
 * answer counts only where it fits the others, and "never mined" only with proof, which is another
 * transaction with the same nonce. Everything else is unclear and changes nothing.
 */
import type { ChainTransaction, Head, PayoutChain, Receipt } from "./chain.js";
import type { Observation } from "./machine.js";
import { findNonce } from "./nonce-search.js";
import type { Inclusion, Payout } from "./payout.js";

export interface ObserveOptions {
  readonly chain: PayoutChain;
  readonly head: Head;
  /** Whether a transaction pays somebody of these books, and they don't know it. */
  readonly isUnknown: (transaction: ChainTransaction) => boolean;
}

/** Asks the node about one payout. */
export async function observe(payout: Payout, options: ObserveOptions): Promise<Observation> {
  const { chain, head } = options;
  const { attempts, address, wallet, nonce, inclusion } = payout;
  const hashes = attempts.map(({ txHash }) => txHash);
  const cancelling = new Set(
    attempts.filter(({ isCancellation = false }) => isCancellation).map(({ txHash }) => txHash),
  );
  // The same payment in bytes that are not in these books.
  const isOthers = inclusion !== null && inclusion.outcome !== "displaced";
  if (isOthers && !hashes.includes(inclusion.txHash)) hashes.push(inclusion.txHash);
  for (const txHash of hashes.toReversed()) {
    const receipt = await chain.receipt(txHash);
    if (receipt === null) continue;
    const isCancelling = cancelling.has(txHash);
    const expected = { txHash, wallet, nonce, to: isCancelling ? wallet : address };
    const doubt = await doubtOf(receipt, expected, chain, head);
    if (doubt !== null) return unclear(doubt);
    const seen = inclusionOf(receipt);
    return {
      kind: "included",
      inclusion: isCancelling ? { ...seen, outcome: "calledOff" } : seen,
      headNumber: head.number,
    };
  }
  if (inclusion !== null) {
    if (head.number < inclusion.blockNumber) return unclear("the node is behind");
    const hash = await chain.blockHash(inclusion.blockNumber);
    if (hash === null) return unclear("the node is behind: it does not show its block");
    const isStillThere = hash === inclusion.blockHash;
    if (isStillThere && inclusion.outcome === "displaced") {
      return { kind: "included", inclusion, headNumber: head.number };
    }
    if (isStillThere) return unclear("the node has its block, but no receipt of it");
  }
  const used = await chain.transactionCount(wallet, "latest");
  return used > nonce ? await displacement(payout, options) : { kind: "absent" };
}

function inclusionOf(receipt: Receipt): Inclusion {
  const { txHash, blockNumber, blockHash, succeeded, gasWei } = receipt;
  return { txHash, blockNumber, blockHash, gasWei, outcome: succeeded ? "paid" : "reverted" };
}

/** What speaks against a receipt; null if nothing does. */
async function doubtOf(
  receipt: Receipt,
  {
    txHash,
    wallet,
    to,
    nonce,
  }: Pick<Payout, "wallet" | "nonce"> & {
    readonly txHash: string;
    readonly to: string;
  },
  chain: PayoutChain,
  head: Head,
): Promise<string | null> {
  if (receipt.txHash !== txHash || receipt.from !== wallet || receipt.to !== to) {
    return "the node has a receipt of another transaction";
  }
  if (receipt.blockNumber > head.number) return "its block is newer than the head";
  if ((await chain.blockHash(receipt.blockNumber)) !== receipt.blockHash) {
    return "its block is not in the chain";
  }
  const used = await chain.transactionCount(wallet, "latest");
  return used > nonce ? null : "the node has a receipt, but the nonce is not used";
}

/** The nonce is used and no receipt is ours: finds the transaction that used it. */
async function displacement(
  payout: Payout,
  { chain, head, isUnknown }: ObserveOptions,
): Promise<Observation> {
  const { wallet, nonce, attempts, address, amountWei } = payout;
  const found = await findNonce({ chain, wallet, nonce, head });
  if ("unclear" in found) return unclear(found.unclear);
  const { transaction, blockNumber, blockHash } = found;
  const { txHash, to, valueWei, chainId = payout.chainId } = transaction;
  // As the node, or one of several behind its address, is of that chain by now.
  if (chainId !== payout.chainId) return unclear(`${txHash} is signed for chain ${chainId}`);
  if (attempts.some((attempt) => attempt.txHash === txHash)) {
    return unclear(`the node has it in block ${blockNumber}, but no receipt of it`);
  }
  if (!isUnknown(transaction)) {
    const inclusion = { txHash, blockNumber, blockHash, outcome: "displaced", gasWei: 0n } as const;
    return { kind: "included", inclusion, headNumber: head.number };
  }
  const receipt = await chain.receipt(txHash);
  if (receipt === null || receipt.blockHash !== blockHash) {
    return unclear(`the node has no receipt of ${txHash}, which used its nonce`);
  }
  // The same payment in other bytes: signed where these books are a copy of.
  if (to === address && valueWei === amountWei) {
    return { kind: "included", inclusion: inclusionOf(receipt), headNumber: head.number };
  }
  if (!receipt.succeeded) {
    const inclusion = { txHash, blockNumber, blockHash, outcome: "displaced", gasWei: 0n } as const;
    return { kind: "included", inclusion, headNumber: head.number };
  }
  const why = `its nonce ${nonce} went to ${txHash}, which paid ${valueWei} wei to ${to}`;
  return { kind: "unknown", why };
}

function unclear(why: string): Observation {
  return { kind: "unclear", why };
}
