/**
 * Payouts in the books. Pending → in payout when the bytes are stored; in payout → paid when the
 * chain has them deep enough, or back to pending; the wallet's own balance follows the chain.
 */
import { inPayoutAccount, paidAccount, pendingAccount } from "../books/accounts.js";
import type { LedgerTransaction, Posting } from "../books/ledger.js";
import type { Payout, PayoutIntent } from "./payout.js";

/** What takes the pending balances on their way. */
export function reservation(intent: PayoutIntent): LedgerTransaction {
  const cause = { kind: "payout-reserved", id: String(intent.id) };
  return { cause, atMs: intent.createdAtMs, postings: toPayout(intent) };
}

/** What a closed payout means: its amount is paid or pending again, its gas is spent. */
export function closing(payout: Payout, atMs: number): LedgerTransaction {
  const cause = { kind: `payout-${payout.state}`, id: String(payout.id) };
  return { cause, atMs, postings: closingPostings(payout) };
}

/** Takes a closing back: the chain that had it is no more. */
export function reopening(payout: Payout, atMs: number): LedgerTransaction {
  const cause = { kind: "payout-undone", id: String(payout.id) };
  return { cause, atMs, postings: backwards(closingPostings(payout)) };
}

function closingPostings(payout: Payout): readonly Posting[] {
  const { address, amountWei, state, inclusion } = payout;
  const gas: Posting = { from: "wallet", to: "gas", wei: inclusion?.gasWei ?? 0n };
  if (state !== "confirmed") return [...backwards(toPayout(payout)), gas];
  return [
    { from: inPayoutAccount(address), to: paidAccount(address), wei: amountWei },
    { from: "wallet", to: "world", wei: amountWei },
    gas,
  ];
}

function toPayout({ address, parts }: PayoutIntent): readonly Posting[] {
  const inPayout = inPayoutAccount(address);
  return parts.map(({ nodeType, region, wei }) => {
    const pending = pendingAccount({ address, nodeType, region });
    return wei < 0n
      ? { from: inPayout, to: pending, wei: -wei }
      : { from: pending, to: inPayout, wei };
  });
}

function backwards(postings: readonly Posting[]): readonly Posting[] {
  return postings.map(({ from, to, wei }) => ({ from: to, to: from, wei })).reverse();
}
