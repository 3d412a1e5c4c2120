/**
 * Finds out what became of a payout. Nodes restart, fall behind, forget old receipts and lie: an
 * answer counts only where it fits the others, and "never mined" only with proof, which is another
 * transaction with the same nonce. Everything else is unclear and changes nothing.
 */
import type { Head, PayoutChain, Receipt } from "./chain.js";
import type { Observation } from "./machine.js";
import type { Inclusion, Payout } from "./payout.js";

/** Asks the node about one payout. */
export async function observe(
  payout: Payout,
  chain: PayoutChain,
  head: Head,
): Promise<Observation> {
  const { attempts, wallet, nonce, inclusion } = payout;
  for (const { txHash } of attempts.toReversed()) {
    const receipt = await chain.receipt(txHash);
    if (receipt === null) continue;
    const doubt = await doubtOf(receipt, txHash, payout, chain, head);
    return doubt === null
      ? { kind: "included", inclusion: inclusionOf(receipt), headNumber: head.number }
      : unclear(doubt);
  }
  if (inclusion !== null) {
    if (head.number < inclusion.blockNumber) return unclear("the node is behind");
    const isStillThere = (await chain.blockHash(inclusion.blockNumber)) === inclusion.blockHash;
    if (isStillThere && inclusion.outcome === "displaced") {
      return { kind: "included", inclusion, headNumber: head.number };
    }
    if (isStillThere) return unclear("the node has its block, but no receipt of it");
  }
  const used = await chain.transactionCount(wallet, "latest");
  return used > nonce ? await displacement(payout, chain, head) : { kind: "absent" };
}

function inclusionOf(receipt: Receipt): Inclusion {
  const { txHash, blockNumber, blockHash, succeeded, gasWei } = receipt;
  return { txHash, blockNumber, blockHash, gasWei, outcome: succeeded ? "paid" : "reverted" };
}

/** What speaks against a receipt; null if nothing does. */
async function doubtOf(
  receipt: Receipt,
  txHash: string,
  { wallet, address, nonce }: Payout,
  chain: PayoutChain,
  head: Head,
): Promise<string | null> {
  if (receipt.txHash !== txHash || receipt.from !== wallet || receipt.to !== address) {
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
  { wallet, nonce, attempts }: Payout,
  chain: PayoutChain,
  head: Head,
): Promise<Observation> {
  const isUsedAt = async (block: number): Promise<boolean> =>
    (await chain.transactionCount(wallet, block)) > nonce;
  if (!(await isUsedAt(head.number))) return unclear("the nonce was used a moment ago");
  // Backwards in doubling steps to a block before it, then between the two by halves.
  let used = head.number;
  let unused = used - 1;
  for (let step = 1; unused >= 0 && (await isUsedAt(unused)); step *= 2) {
    used = unused;
    unused = Math.max(unused - step, -1);
  }
  while (used - unused > 1) {
    const middle = Math.floor((used + unused) / 2);
    if (await isUsedAt(middle)) used = middle;
    else unused = middle;
  }
  const blockHash = await chain.blockHash(used);
  const found = (await chain.transactionsOf(wallet, used)).find((other) => other.nonce === nonce);
  if (found === undefined || blockHash === null) {
    return unclear(`its nonce ${nonce} is used, the node does not show by what`);
  }
  if (attempts.some(({ txHash }) => txHash === found.txHash)) {
    return unclear(`the node has it in block ${used}, but no receipt of it`);
  }
  const inclusion: Inclusion = {
    txHash: found.txHash,
    blockNumber: used,
    blockHash,
    outcome: "displaced",
    gasWei: 0n,
  };
  return { kind: "included", inclusion, headNumber: head.number };
}

function unclear(why: string): Observation {
  return { kind: "unclear", why };
}
