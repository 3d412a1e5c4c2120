/**
 * Finds the transaction that used a nonce of a wallet, over plain JSON-RPC: nodes have no index of
 * it, but they count a wallet's transactions up to any block whose state they keep. The block in
 * which the count passes the nonce has it.
 */
import type { ChainTransaction, Head, PayoutChain } from "./chain.js";

/** Where it was found, or why not. */
export type NonceFinding =
  | {
      readonly transaction: ChainTransaction;
      readonly blockNumber: number;
      readonly blockHash: string;
    }
  | { readonly unclear: string };

export interface NonceSearch {
  readonly chain: Pick<PayoutChain, "transactionCount" | "transactionsOf" | "blockHash">;
  readonly wallet: string;
  readonly nonce: number;
  readonly head: Pick<Head, "number">;
}

/**
 * Looks for it: some 2 log₂(depth) questions.
 *
 * @throws RemoteError (`CHAIN_…`), as `CHAIN_RPC` where the node has not kept that state
 */
export async function findNonce({
  chain,
  wallet,
  nonce,
  head,
}: NonceSearch): Promise<NonceFinding> {
  const isUsedAt = async (block: number): Promise<boolean> =>
    (await chain.transactionCount(wallet, block)) > nonce;
  if (!(await isUsedAt(head.number))) {
    return { unclear: `at block ${head.number} the node does not count nonce ${nonce} as used` };
  }
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
    return { unclear: `its nonce ${nonce} is used, the node does not show by what` };
  }
  return { transaction: found, blockNumber: used, blockHash };
}
