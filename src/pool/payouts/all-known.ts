/** Whether the books know all that a wallet has done: asked before another one takes its place. */
import { InputError, RemoteError } from "../../core/errors.js";
import type { PayingWallet } from "../books/store/store.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { PayoutChain } from "./chain.js";
import { Fence, type SignedMemory } from "./fence.js";
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
  /** What this machine has handed to nodes from it. @default nothing is known of that */
  readonly signed?: SignedMemory | undefined;
  /**
   * Whether payments that these books don't know may still be mined. Nothing can be done about those when
   * the wallet's key is lost. @default true
   */
  readonly looksForHidden?: boolean | undefined;
}

/**
 * Compares a wallet's nonces with those that the books explain.
 *
 * @throws InputError (`PAYOUT_NONCES_UNKNOWN`) for transactions that they don't know, (`PAYOUT_SIGNED`) where some of
 *   them may still be mined; RemoteError   (`CHAIN_…`) when the node fails, or the nodes count differently
 */
export async function assertAllKnown(options: AllKnownOptions): Promise<void> {
  const { store, chain, witness, wallet, signed: memory, looksForHidden = true } = options;
  const { chainId, fromAddress } = wallet;
  const used = await chain.transactionCount(fromAddress, "latest");
  const other = (await witness?.transactionCount(fromAddress, "latest")) ?? used;
  if (used !== other) {
    throw new RemoteError(
      `one node counts ${used} transactions of ${fromAddress}, the other ${other}`,
      { code: "CHAIN_CONTRADICTION" },
    );
  }
  const books = new PayoutBooks(store);
  const known = books.knownNonces(fromAddress, chainId);
  const { unknown } = nonceState({ known, open: [], used });
  if (unknown.length > 0) throw await unknownNonces({ chain, wallet: fromAddress, unknown });
  const fence = new Fence({ store, books, wallet, memory });
  const hidden = looksForHidden ? fence.hidden(used) : null;
  if (hidden === null) return;
  throw new InputError(
    `payouts: payments of ${fromAddress} that these books do not know may still be mined: ${hidden}; ` +
      "expected that their nonces are used up first (poolsim pool payouts --send --fence)",
    { code: "PAYOUT_SIGNED" },
  );
}
