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
import { readPayment } from "./found-payment.js";
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
  const {
    store,
    chain,
    witness,
    chainId,
    wallet,
    range,
    reason,
    nowMs,
    author = UNNAMED,
  } = options;
  if (reason.trim() === "") throw refused("acknowledging needs a reason");
  if (range.last - range.first >= ACKNOWLEDGED_MAX) {
    throw refused(`expected at most ${ACKNOWLEDGED_MAX} nonces at once`);
  }
  const books = new PayoutBooks(store);
  const history = new PayeeHistory(store);
  const head = await chain.head();
  const used = await chain.transactionCount(wallet, "latest");
  if (range.last >= used) throw refused(`nonce ${Math.max(range.first, used)} is not used yet`);
  const payouts = new Set(store.payouts.payoutNonces({ chainId, fromAddress: wallet }));
  const rows = [...books.acknowledged(wallet, chainId)];
  const before = new Set(rows.map(({ nonce }) => nonce));
  const fresh: AcknowledgedNonce[] = [];
  for (let nonce = range.first; nonce <= range.last; nonce++) {
    if (before.has(nonce)) continue;
    if (payouts.has(nonce)) throw refused(`nonce ${nonce} is a payout's in these books`);
    const found = await readPayment({ chain, witness, wallet, head }, nonce);
    if (typeof found === "string") throw refused(`nonce ${nonce} can't be read: ${found}`);
    const { transaction, receipt, to, paidWei, atMs } = found;
    const others = rows.map((row) => ({ ...row, to: row.toAddress, atMs: row.blockAtMs }));
    if (history.concerns(found, others)) {
      throw refused(
        `nonce ${nonce} paid ${ethText(paidWei)} to ${to}, whom these books owed it; ` +
          "that payment is to be taken in, not acknowledged",
      );
    }
    const { txHash } = transaction;
    const { blockNumber, blockHash } = receipt;
    const row = { chainId, fromAddress: wallet, nonce, txHash, toAddress: to, paidWei };
    const where = { blockNumber, blockHash, blockAtMs: atMs };
    fresh.push({ ...row, ...where, reason, atMs: nowMs });
    rows.push({ ...row, ...where, reason, atMs: nowMs });
  }
  books.transaction(() => {
    for (const row of fresh) books.acknowledge(row);
    if (fresh.length > 0) {
      const subject = `nonces ${rangesText([range])}`;
      recordAct(store, "acknowledge", subject, { reason, author, nowMs }, { wallet });
    }
  });
  return fresh.length;
}

function refused(why: string): InputError {
  return new InputError(`payouts: ${why}; nothing was acknowledged`, {
    code: "PAYOUT_ACKNOWLEDGE",
  });
}
