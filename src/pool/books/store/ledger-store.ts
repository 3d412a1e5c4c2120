/** The ledger of the books: what a store keeps of it. */
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction } from "../ledger.js";

/** How an account stands: neither flow ever falls. */
export interface AccountFlow {
  readonly account: Account;
  readonly inWei: bigint;
  readonly outWei: bigint;
}

/** Entries and balances: postings of all floors of the pool go through here. */
export interface LedgerStore {
  /** The books: postings of all floors of the pool go through here. */
  /** The entries in order; `post` is how they are written. */
  readonly journal: LedgerJournal;
  /** Enters transactions with what they do to balances, all or none. */
  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[];
  balance(account: Account): bigint;
  /** Accounts whose name begins with the prefix (all by default), by name. */
  flows(prefix?: string): readonly AccountFlow[];
  entry(sequence: number): LedgerEntry | null;
  entriesOf(cause: Cause): readonly LedgerEntry[];
  /** Those that any of these events caused, in order. */
  entriesOfEvents(events: readonly number[]): readonly LedgerEntry[];
  /** From a sequence on, at most `limit`. */
  entries(from: number, limit: number): readonly LedgerEntry[];
  entryCount(): number;
}
