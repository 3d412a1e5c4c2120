/**
 * What an operator says of nonces that the books can't explain: they pay nobody of the pool. Taken
 * at their word only where the chain doesn't say otherwise.
 */
import { InputError } from "../../core/errors.js";
import { recordAct, UNNAMED } from "../books/acts.js";
import type { AcknowledgedNonce } from "../books/store/store.js";
import { ethText } from "./amounts.js";
import { PayoutBooks, type PayoutBooksStore } from "./books.js";
import type { PayoutChain } from "./chain.js";
import { type FoundPayment, readPayment } from "./found-payment.js";
import { type NonceRange, rangesText } from "./nonces.js";
import { PayeeHistory } from "./payee-history.js";

/** Which nonces are acknowledged, and why. */
export interface AcknowledgeOptions {
  /** The books. */
  readonly store: PayoutBooksStore;
  /** The node that is asked. */
  readonly chain: PayoutChain;
  /** A second node; null = there is none. */
  readonly witness: PayoutChain | null;
  /** The chain's number. */
  readonly chainId: bigint;
  /** The wallet's address, lower-case hex with `0x`. */
  readonly wallet: string;
  /** The nonces. */
  readonly range: NonceRange;
  /** Why, in the operator's words; kept in the books. */
  readonly reason: string;
  /** The time, ms since 1970. */
  readonly nowMs: number;
  /** Who says so; kept in the books. @default "unnamed" */
  readonly author?: string | undefined;
}

/** How many nonces can be acknowledged in one go. */
export const ACKNOWLEDGED_MAX = 1_000;

/**
 * Acknowledges all of a range, or nothing.
 *
 * @returns how many were new
 * @throws InputError (`PAYOUT_ACKNOWLEDGE`) for a nonce that is not used, is a payout's, can't be
 *   read, or paid somebody that these books owed it; RemoteError (`CHAIN_…`)
 */
export async function acknowledgeNonces(options: AcknowledgeOptions): Promise<number> {
  const { store, chain, witness, wallet, range, reason, nowMs, author = UNNAMED } = options;
  if (reason.trim() === "") throw refused("acknowledging needs a reason");
  if (range.last - range.first >= ACKNOWLEDGED_MAX) {
    throw refused(`expected at most ${ACKNOWLEDGED_MAX} nonces at once`);
  }
  const books = new PayoutBooks(store);
  const history = new PayeeHistory(store);
  const head = await chain.head();
  const used = await chain.transactionCount(wallet, "latest");
  if (range.last >= used) throw refused(`nonce ${Math.max(range.first, used)} is not used yet`);
  const read: (readonly [nonce: number, found: FoundPayment])[] = [];
  const first = new Judgement(options, history);
  for (let nonce = range.first; nonce <= range.last; nonce++) {
    if (first.isAcknowledged(nonce)) continue;
    const found = await readPayment({ chain, witness, wallet, head }, nonce);
    if (typeof found === "string") throw refused(`nonce ${nonce} can't be read: ${found}`);
    first.judge(nonce, found);
    read.push([nonce, found]);
  }
  return books.transaction(() => {
    // Another process may have taken one in while the others were read, or entered what somebody was owed.
    const now = new Judgement(options, history);
    for (const [nonce, found] of read) if (!now.isAcknowledged(nonce)) now.judge(nonce, found);
    for (const row of now.fresh) books.acknowledge(row);
    if (now.fresh.length > 0) {
      const subject = `nonces ${rangesText([range])}`;
      recordAct(store, "acknowledge", subject, { reason, author, nowMs }, { wallet });
    }
    return now.fresh.length;
  });
}

/** Which nonces pay nobody of the books, as these are at one instant. */
class Judgement {
  readonly fresh: AcknowledgedNonce[] = [];
  readonly #options: AcknowledgeOptions;
  readonly #history: PayeeHistory;
  readonly #before: readonly AcknowledgedNonce[];
  readonly #payouts: ReadonlySet<number>;

  constructor(options: AcknowledgeOptions, history: PayeeHistory) {
    const { store, chainId, wallet: fromAddress } = options;
    this.#options = options;
    this.#history = history;
    this.#before = store.payouts.acknowledgedNonces({ chainId, fromAddress });
    this.#payouts = new Set(store.payouts.payoutNonces({ chainId, fromAddress }));
  }

  /** @throws InputError (`PAYOUT_ACKNOWLEDGE`) for a payout's */
  isAcknowledged(nonce: number): boolean {
    if (this.#before.some((row) => row.nonce === nonce)) return true;
    if (this.#payouts.has(nonce)) throw refused(`nonce ${nonce} is a payout's in these books`);
    return false;
  }

  /** @throws InputError (`PAYOUT_ACKNOWLEDGE`) for a payment to somebody whom the books owed it */
  judge(nonce: number, found: FoundPayment): void {
    const { transaction, receipt, to, paidWei, atMs: blockAtMs } = found;
    const others = [...this.#before, ...this.fresh].map((row) => {
      return { ...row, to: row.toAddress, atMs: row.blockAtMs };
    });
    if (this.#history.concerns(found, others)) {
      throw refused(
        `nonce ${nonce} paid ${ethText(paidWei)} to ${to}, whom these books owed it; ` +
          "that payment is to be taken in, not acknowledged",
      );
    }
    const { chainId, wallet: fromAddress, reason, nowMs: atMs } = this.#options;
    const { blockNumber, blockHash } = receipt;
    const what = {
      chainId,
      fromAddress,
      nonce,
      txHash: transaction.txHash,
      toAddress: to,
      paidWei,
    };
    this.fresh.push({ ...what, blockNumber, blockHash, blockAtMs, reason, atMs });
  }
}

function refused(why: string): InputError {
  return new InputError(`payouts: ${why}; nothing was acknowledged`, {
    code: "PAYOUT_ACKNOWLEDGE",
  });
}
