/**
 * The pool's books: double entry in wei. Each posting moves an amount from one account to
 * another, so that nothing can appear or vanish; entries are never changed, only followed by
 * correcting ones; balances are derived and can be derived again.
 */
import { InputError } from "../../core/errors.js";
import type { Account } from "./accounts.js";

/** Moves `wei` from one account to another. */
export interface Posting {
  /** The account that the amount leaves. */
  readonly from: Account;
  /** The account that the amount goes to. */
  readonly to: Account;
  /** At least 0; postings of 0 are left out. */
  readonly wei: bigint;
}

/** What made somebody write an entry: an event, a round, a correction. */
export interface Cause {
  /** E.g. `job-processed`, `round`, `adjust`. */
  readonly kind: string;
  /** Identity of the event within its kind. */
  readonly id: string;
  /** Sequence of the event, where it is kept beside the entries. */
  readonly event?: number | undefined;
}

/** What is to be entered. */
export interface LedgerTransaction {
  /** What the transaction is for. */
  readonly cause: Cause;
  /** When it happened, ms: since 1970 for a live pool, since the start for the simulator. */
  readonly atMs: number;
  /** What is moved, all of it or nothing. */
  readonly postings: readonly Posting[];
}

/** What was entered. Immutable. */
export interface LedgerEntry extends LedgerTransaction {
  /** Counts up from 0 without gaps. */
  readonly sequence: number;
}

/** Where entries are kept, in order: in memory, or in a store that also survives crashes. */
export interface LedgerJournal extends Iterable<LedgerEntry> {
  /** Adds an entry at the end. */
  append(entry: LedgerEntry): void;
}

/** Where a ledger's entries are kept. */
export interface LedgerOptions {
  /**
   * Where entries are kept; what it holds already is read first. null: nowhere, only balances
   * are, for callers whose books would not fit. @default in memory
   */
  readonly journal?: LedgerJournal | null | undefined;
}

/** What flowed into and out of an account; neither ever falls. */
interface Flow {
  inWei: bigint;
  outWei: bigint;
}

/** Double-entry books in wei, with each account's balance kept beside the entries. */
export class Ledger {
  readonly #journal: LedgerJournal | null;
  readonly #flows = new Map<Account, Flow>();
  #next = 0;

  /** @throws InputError (`LEDGER_JOURNAL`) if the journal's entries have a gap */
  constructor({ journal = new MemoryJournal() }: LedgerOptions = {}) {
    this.#journal = journal;
    for (const entry of journal ?? []) {
      if (entry.sequence !== this.#next) {
        throw new InputError(
          `the journal has entry ${entry.sequence} where ${this.#next} was due`,
          {
            code: "LEDGER_JOURNAL",
          },
        );
      }
      this.#next++;
      apply(this.#flows, entry.postings);
    }
  }

  /** How many entries there are. */
  get length(): number {
    return this.#next;
  }

  /**
   * Enters a transaction, all of it or, if it throws, nothing.
   *
   * @throws InputError (`LEDGER_POSTING`) for a negative amount or two equal accounts
   */
  post({ cause, atMs, postings }: LedgerTransaction): LedgerEntry {
    for (const { from, to, wei } of postings) {
      if (wei >= 0n && from !== to) continue;
      throw new InputError(`can't move ${wei} wei from ${from} to ${to}`, {
        code: "LEDGER_POSTING",
      });
    }
    const entry: LedgerEntry = Object.freeze({
      sequence: this.#next,
      cause: Object.freeze({ ...cause }),
      atMs,
      postings: Object.freeze(
        postings.filter(({ wei }) => wei > 0n).map((posting) => Object.freeze({ ...posting })),
      ),
    });
    this.#journal?.append(entry);
    this.#next++;
    apply(this.#flows, entry.postings);
    return entry;
  }

  /** Undoes an entry by a new one: the same postings backwards. */
  reverse(entry: LedgerEntry, { cause, atMs }: Omit<LedgerTransaction, "postings">): LedgerEntry {
    const postings = entry.postings.map(({ from, to, wei }) => ({ from: to, to: from, wei }));
    return this.post({ cause, atMs, postings: postings.reverse() });
  }

  /** What flowed into the account less what flowed out of it. */
  balance(account: Account): bigint {
    const flow = this.#flows.get(account);
    return flow === undefined ? 0n : flow.inWei - flow.outWei;
  }

  /** Every account that was ever posted to, by name, with its balance. */
  balances(): Map<Account, bigint> {
    const accounts = [...this.#flows.keys()].sort();
    return new Map(accounts.map((account) => [account, this.balance(account)]));
  }

  /**
   * Derives everything again and compares.
   *
   * @returns one sentence for each thing that is wrong; empty when the books are right
   */
  verify(): string[] {
    const wrong: string[] = [];
    let sum = 0n;
    for (const wei of this.balances().values()) sum += wei;
    if (sum !== 0n) wrong.push(`all balances together are ${sum} wei, not 0`);
    if (this.#journal === null) return wrong;

    const derived = new Map<Account, Flow>();
    let count = 0;
    for (const entry of this.#journal) {
      if (entry.sequence !== count) {
        wrong.push(`the journal has entry ${entry.sequence} where ${count} was due`);
      }
      count++;
      apply(derived, entry.postings);
    }
    if (count !== this.#next) {
      wrong.push(`the journal has ${count} entries, ${this.#next} were made`);
    }
    for (const account of new Set([...this.#flows.keys(), ...derived.keys()])) {
      const kept = this.#flows.get(account);
      const again = derived.get(account);
      if (kept?.inWei === again?.inWei && kept?.outWei === again?.outWei) continue;
      wrong.push(`${account} is kept as ${show(kept)}, derived from the journal ${show(again)}`);
    }
    return wrong;
  }
}

/** Entries in an array: for tests, and for books that fit. */
export class MemoryJournal implements LedgerJournal {
  readonly #entries: LedgerEntry[] = [];

  /** Adds an entry at the end. */
  append(entry: LedgerEntry): void {
    this.#entries.push(entry);
  }

  [Symbol.iterator](): Iterator<LedgerEntry> {
    return this.#entries[Symbol.iterator]();
  }
}

function apply(flows: Map<Account, Flow>, postings: readonly Posting[]): void {
  for (const { from, to, wei } of postings) {
    flowOf(flows, from).outWei += wei;
    flowOf(flows, to).inWei += wei;
  }
}

function flowOf(flows: Map<Account, Flow>, account: Account): Flow {
  let flow = flows.get(account);
  if (flow === undefined) {
    flow = { inWei: 0n, outWei: 0n };
    flows.set(account, flow);
  }
  return flow;
}

function show(flow: Flow | undefined): string {
  return flow === undefined ? "nothing" : `${flow.inWei - flow.outWei} wei`;
}
