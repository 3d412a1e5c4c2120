/** Whether the books know all that a wallet has done: asked before another one takes its place. */
import { InputError, RemoteError } from "../../core/errors.js";
import type { PayingWallet } from "../books/store/store.js";
import { ethText } from "./amounts.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { PayoutChain } from "./chain.js";
import { Fence, type SignedMemory } from "./fence.js";
import { readPayment } from "./found-payment.js";
import { type NonceRange, newestOf, nonceState } from "./nonces.js";
import { PayeeHistory } from "./payee-history.js";
import { unknownNonces } from "./unknown-nonces.js";

const BINDING = "poolsim pool bind … --ethUrl … --reason …";
/** Transactions of a wallet that is said to be somebody else's, newest first. */
const MISTAKEN_READ_MAX = 100;

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
  /**
   * The operator says that it was named by mistake and never was this pool's: what it did is of no concern,
   * unless it paid somebody of the pool. @default false
   */
  readonly isMistaken?: boolean | undefined;
}

/**
 * Compares a wallet's nonces with those that the books explain.
 *
 * @throws InputError (`PAYOUT_NONCES_UNKNOWN`) for transactions that they don't know, (`PAYOUT_SIGNED`) where some of
 *   them may still be mined, (`PAYOUT_BOUND`) where it is said to be a mistake and is none; RemoteError (`CHAIN_…`)
 *   when the node fails, or the nodes count differently
 */
export async function assertAllKnown(options: AllKnownOptions): Promise<void> {
  const { store, chain, witness, wallet, signed: memory } = options;
  const { looksForHidden = true, isMistaken = false } = options;
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
  const hasPaid = store.payouts.payoutNonces({ chainId, fromAddress }).length > 0;
  if (isMistaken) {
    if (hasPaid) throw noMistake(fromAddress, "these books have a payment from it");
    const last = memory?.last() ?? null;
    if (last !== null && last.nonce >= used) {
      throw noMistake(
        fromAddress,
        `this machine has signed nonce ${last.nonce} of it, ${last.txHash}, which may be mined yet; ` +
          "poolsim pool payouts --send --fence, with its key, uses it up",
      );
    }
    return await assertNobodysOfOurs({ ...options, unknown });
  }
  const undo = hasPaid ? "" : `; if it never was this pool's: ${BINDING} --mistaken`;
  if (unknown.length > 0) {
    throw await unknownNonces({ chain, wallet: fromAddress, unknown, advice: undo });
  }
  const fence = new Fence({ store, books, wallet, memory });
  const hidden = looksForHidden ? fence.hidden(used) : null;
  if (hidden === null) return;
  throw new InputError(
    `payouts: payments of ${fromAddress} that these books do not know may still be mined: ${hidden}; ` +
      "expected that their nonces are used up first, with its key and some ETH for gas " +
      `(poolsim pool payouts --send --fence); if nobody has its key any more: ${BINDING} --keyLost, and such ` +
      `a payment may be mined yet${undo}`,
    { code: "PAYOUT_SIGNED" },
  );
}

/** Whom the newest transactions of a wallet paid, that nothing explains: nobody of these books, or it is the pool's. */
async function assertNobodysOfOurs({
  store,
  chain,
  witness,
  wallet: { fromAddress: wallet },
  unknown,
}: AllKnownOptions & { readonly unknown: readonly NonceRange[] }): Promise<void> {
  const history = new PayeeHistory(store);
  const head = await chain.head();
  for (const nonce of newestOf(unknown, MISTAKEN_READ_MAX)) {
    const found = await readPayment({ chain, witness, wallet, head }, nonce);
    if (typeof found === "string") {
      throw noMistake(wallet, `nonce ${nonce} can't be read (${found}); expected an archive node`);
    }
    if (!history.concerns(found)) continue;
    throw noMistake(
      wallet,
      `nonce ${nonce} of it paid ${ethText(found.paidWei)} to ${found.to}, whom these books owed it; ` +
        "poolsim pool verify --ethUrl … --ethAcctAddr … --adopt takes in payments of this pool",
    );
  }
}

function noMistake(wallet: string, why: string): InputError {
  return new InputError(`payouts: whether ${wallet} was named by mistake: ${why}`, {
    code: "PAYOUT_BOUND",
  });
}
