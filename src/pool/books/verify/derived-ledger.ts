/**
 * `verify`, the ledger of the books that are made again: each entry is told as it is made, and
 * only those that somebody may ask for again are kept.
 */
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction } from "../ledger.js";
import type { AccountFlow, LedgerStore } from "../store/store.js";
import { Flows } from "./flows.js";

/** What work earns: nearly all entries, and nothing looks for one of them again. */
const NEVER_ASKED = new Set(["job-processed", "job-received"]);

/**
 * Entries of work are added up and not kept; what tickets, rounds and decisions make goes into a
 * ledger, which numbers it by itself. A failed transaction does not undo what was told and added
 * up: whoever meets one has to stop.
 */
export class DerivedLedger implements LedgerStore {
  readonly journal: LedgerJournal;
  readonly #kept: LedgerStore;
  readonly #flows = new Flows();
  readonly #onEntry: (entry: LedgerEntry) => void;
  #made = 0;

  /**
   * @param kept an empty one
   * @param onEntry told of each entry, without postings of 0; its number is of this ledger
   */
  constructor(kept: LedgerStore, onEntry: (entry: LedgerEntry) => void) {
    this.#kept = kept;
    this.#onEntry = onEntry;
    this.journal = {
      append: (entry) => {
        this.post(entry);
      },
      [Symbol.iterator]: () => kept.journal[Symbol.iterator](),
    };
  }

  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[] {
    return transactions.map((transaction) => {
      const { cause, atMs, postings } = transaction;
      const moved = postings.every(isSome) ? postings : postings.filter(isSome);
      const made = { sequence: this.#made++, cause, atMs, postings: moved };
      this.#flows.add(moved);
      this.#onEntry(made);
      if (NEVER_ASKED.has(cause.kind)) return made;
      return this.#kept.post(transaction)[0] ?? made;
    });
  }

  balance(account: Account): bigint {
    const flow = this.#flows.of.get(account);
    return flow === undefined ? 0n : flow.inWei - flow.outWei;
  }

  flows(prefix = ""): readonly AccountFlow[] {
    return [...this.#flows.of]
      .filter(([account]) => account.startsWith(prefix))
      .map(([account, { inWei, outWei }]) => ({ account, inWei, outWei }))
      .sort((a, b) => (a.account < b.account ? -1 : 1));
  }

  entry(sequence: number): LedgerEntry | null {
    return this.#kept.entry(sequence);
  }

  entriesOf(cause: Cause): readonly LedgerEntry[] {
    return this.#kept.entriesOf(cause);
  }

  entriesOfEvents(events: readonly number[]): readonly LedgerEntry[] {
    return this.#kept.entriesOfEvents(events);
  }

  entries(from: number, limit: number): readonly LedgerEntry[] {
    return this.#kept.entries(from, limit);
  }

  entryCount(): number {
    return this.#kept.entryCount();
  }
}

function isSome({ wei }: { readonly wei: bigint }): boolean {
  return wei !== 0n;
}
