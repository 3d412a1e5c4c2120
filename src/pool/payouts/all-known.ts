/** Whether the books know all that a wallet has done: asked before another one takes its place. */
import { RemoteError } from "../../core/errors.js";
import type { PayingWallet } from "../books/store/store.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { PayoutChain } from "./chain.js";
import { nonceState } from "./nonces.js";
import { unknownNonces } from "./unknown-nonces.js";

/** Which wallet is looked at. */
export interface AllKnownOptions {
  /** The books. */
  readonly store: PayoutBooksStore;
  /** The node that is asked, of the wallet's chain. */
  readonly chain: PayoutChain;
  /** A second node; null = there is none. */
  readonly witness: PayoutChain | null;
  /** The wallet. */
  readonly wallet: PayingWallet;
}

/**
 * Compares a wallet's nonces with those that the books explain.
 *
 * @throws InputError (`PAYOUT_NONCES_UNKNOWN`) for transactions that they don't know; RemoteError
 *   (`CHAIN_…`) when the node fails, or the nodes count differently
 */
export async function assertAllKnown(options: AllKnownOptions): Promise<void> {
  const { store, chain, witness, wallet } = options;
  const { chainId, fromAddress } = wallet;
  const used = await chain.transactionCount(fromAddress, "latest");
  const other = (await witness?.transactionCount(fromAddress, "latest")) ?? used;
  if (used !== other) {
    throw new RemoteError(
      `one node counts ${used} transactions of ${fromAddress}, the other ${other}`,
      { code: "CHAIN_CONTRADICTION" },
    );
  }
  const known = new PayoutBooks(store).knownNonces(fromAddress, chainId);
  const { unknown } = nonceState({ known, open: [], used });
  if (unknown.length > 0) throw await unknownNonces({ chain, wallet: fromAddress, unknown });
}
