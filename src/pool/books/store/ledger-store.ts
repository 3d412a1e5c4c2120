/** The ledger of the books: what a store keeps of it. */
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction } from "../ledger.js";

/** How an account stands: its balance is `inWei` less `outWei`, and neither of them ever falls. */
export interface AccountFlow {
  /** The account's name. */
  readonly account: Account;
  /** All that was ever posted to it, wei, at least 0. */
  readonly inWei: bigint;
  /** All that was ever posted from it, wei, at least 0. */
  readonly outWei: bigint;
}

/** Entries and balances: every posting of the pool goes through here. */
export interface LedgerStore {
  /** The entries in order; `post` is how they are written. */
  readonly journal: LedgerJournal;
  /**
   * Enters transactions with what they do to balances, all or none. Postings of 0 wei are left out;
   * a transaction without postings is an entry too.
   *
   * @returns the entries, in the order given; their sequences go on from {@link entryCount}
   * @throws InputError (`LEDGER_POSTING`) for a negative amount, or for a posting from an account to
   *   itself
   */
  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[];
  /** What was posted to an account less what was posted from it, wei; 0 for an unknown one. */
  balance(account: Account): bigint;
  /** Accounts whose name begins with the prefix (all by default), by name. */
  flows(prefix?: string): readonly AccountFlow[];
  /** The entry with this sequence; null: there is none. */
  entry(sequence: number): LedgerEntry | null;
  /** Entries whose cause has this kind and id, in order. */
  entriesOf(cause: Cause): readonly LedgerEntry[];
  /** Entries that any of these events, given by sequence, caused, in order. */
  entriesOfEvents(events: readonly number[]): readonly LedgerEntry[];
  /** Entries in order, from a sequence on (included), at most `limit` (at least 1). */
  entries(from: number, limit: number): readonly LedgerEntry[];
  /** How many entries there are: the sequence that the next one gets. */
  entryCount(): number;
}
