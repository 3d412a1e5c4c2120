/** Corrections by hand, and opening balances: entries like all others, each with its reason. */
import { InputError } from "../core/errors.js";
import { type Account, type Payee, paidAccount, pendingAccount } from "./accounts.js";
import type { LedgerEntry, Posting } from "./ledger.js";
import type { PoolStore } from "./store/store.js";

export interface Adjustment extends Payee {
  /** What the worker gets; less than 0 takes it away. */
  readonly wei: bigint;
  readonly reason: string;
  /** Unique: the same adjustment twice is one. */
  readonly id: string;
  readonly nowMs: number;
  /** Who pays it. @default "commission" */
  readonly from?: Account | undefined;
}

/**
 * @returns the entry; null if it was made before
 * @throws InputError (`ADJUST`) without a reason, for 0 wei, for more than the worker is owed, or
 *   for an id that another adjustment has
 */
export function adjust(store: PoolStore, adjustment: Adjustment): LedgerEntry | null {
  const { wei, reason, id, nowMs, from = "commission" } = adjustment;
  if (reason.trim() === "") throw refused("an adjustment needs a reason");
  if (wei === 0n) throw refused("an adjustment of 0 wei adjusts nothing");
  const account = pendingAccount(adjustment);
  return store.transaction(() => {
    const cause = { kind: "adjust", id };
    const posting: Posting =
      wei > 0n ? { from, to: account, wei } : { from: account, to: from, wei: -wei };
    const [before] = store.entriesOf(cause);
    if (before !== undefined) {
      if (isOnly(before, posting)) return null;
      throw refused(`${id} was entered before with another amount or worker`);
    }
    const owed = store.balance(account);
    if (wei < 0n && owed + wei < 0n) {
      throw refused(`${account} is owed ${owed} wei, less than ${-wei}`);
    }
    const [entry] = store.post({ cause, atMs: nowMs, postings: [posting] });
    store.log({ atMs: nowMs, key: `adjust ${id}`, value: `${account} ${wei} wei: ${reason}` });
    return entry ?? null;
  });
}

/** What a worker was owed and had been paid when the books were opened. */
export interface OpeningBalance extends Payee {
  readonly pendingWei: bigint;
  readonly paidWei: bigint;
}

/**
 * Takes over balances, each (address, node type, region) once.
 *
 * @param origin where they come from; with the payee it says what is the same balance
 * @returns how many were new
 */
export function openBalances(
  store: PoolStore,
  balances: readonly OpeningBalance[],
  { origin, nowMs }: { readonly origin: string; readonly nowMs: number },
): number {
  return store.transaction(() => {
    let opened = 0;
    for (const balance of balances) {
      const account = pendingAccount(balance);
      const cause = { kind: "opening", id: `${origin}:${account}` };
      if (store.entriesOf(cause).length > 0) continue;
      const postings: Posting[] = [
        { from: "world", to: account, wei: balance.pendingWei },
        { from: "world", to: paidAccount(balance.address), wei: balance.paidWei },
      ];
      store.post({ cause, atMs: nowMs, postings });
      const seen = { firstSeenMs: nowMs, lastSeenMs: nowMs, jobs: 0n, feesWei: 0n };
      const { nodeType, region } = balance;
      store.addToWorkers([{ address: balance.address.toLowerCase(), nodeType, region, ...seen }]);
      opened++;
    }
    return opened;
  });
}

function isOnly({ postings }: LedgerEntry, { from, to, wei }: Posting): boolean {
  const [posting] = postings;
  return posting?.from === from && posting.to === to && posting.wei === wei;
}

function refused(why: string): InputError {
  return new InputError(why, { code: "ADJUST" });
}
