/**
 * `verify`, the entries that are kept: read once, from the first to the last, and added up by
 * everything that they are compared with.
 */
import { InputError } from "../../../core/errors.js";
import type { LedgerEntry } from "../ledger.js";
import { MOVING_KINDS } from "../move.js";
import type { PoolStore } from "../store/store.js";
import { UNSPLIT_KIND } from "../unsplit.js";
import { Flows } from "./flows.js";

/** Causes whose entries follow from the events and the decisions about them. */
const EVENT_KINDS = new Set([
  "job-processed",
  "job-received",
  "winning-ticket",
  "ticket-redeemed",
  "round",
  "void",
  UNSPLIT_KIND,
  "assign",
  "release",
  "write-off",
  "write-off-undone",
]);

const MOVING: ReadonlySet<string> = new Set(MOVING_KINDS);

/**
 * Entries in their order. Those of linked AI jobs are added up and not given out: which of them
 * there are depends on how events were cut into batches, and only their sums do not.
 */
export class KeptJournal {
  /** Of entries that events caused. */
  readonly caused = new Flows();
  /** Of all others. */
  readonly others = new Flows();
  /** Of payouts, by id. */
  readonly payouts = new Map<string, Flows>();
  readonly #entries: Iterator<LedgerEntry>;
  readonly #linked: ReadonlySet<number>;
  readonly #acts: PoolStore["acts"];
  readonly #report: (sentence: string) => void;
  #due = 0;
  #failure: Error | null = null;

  /** @param linked events of AI jobs that are linked to their workers */
  constructor(store: PoolStore, linked: ReadonlySet<number>, report: (sentence: string) => void) {
    this.#entries = store.ledger.journal[Symbol.iterator]();
    this.#linked = linked;
    this.#acts = store.acts;
    this.#report = report;
  }

  /** Why it could not be read to its end; null: it could, so far. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Of all entries. */
  flows(): Flows {
    const all = new Flows();
    all.join(this.caused);
    all.join(this.others);
    return all;
  }

  /** Is it compared entry by entry? */
  isCompared({ cause: { kind, event }, postings }: LedgerEntry): boolean {
    if (postings.length === 0 || kind === "job-received" || !EVENT_KINDS.has(kind)) return false;
    return event === undefined || !this.#linked.has(event);
  }

  /** The next entry that {@link isCompared}; null at the end, or where it can't be read. */
  next(): LedgerEntry | null {
    for (let entry = this.#read(); entry !== null; entry = this.#read()) {
      this.#add(entry);
      if (this.isCompared(entry)) return entry;
    }
    return null;
  }

  /** Reads what is left. */
  finish(): void {
    while (this.next() !== null);
  }

  #read(): LedgerEntry | null {
    if (this.#failure !== null) return null;
    try {
      const { done, value } = this.#entries.next();
      return done === true ? null : value;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof SyntaxError)) throw error;
      this.#failure = error;
      return null;
    }
  }

  #add({ sequence, cause, postings }: LedgerEntry): void {
    const { kind } = cause;
    if (sequence !== this.#due) {
      this.#report(`the journal has entry ${sequence} where ${this.#due} was due`);
    }
    this.#due = sequence + 1;
    if (EVENT_KINDS.has(kind)) {
      this.caused.add(postings);
      return;
    }
    this.others.add(postings);
    const { id } = cause;
    // What moves money from one worker to another is somebody's doing.
    if (MOVING.has(kind) && this.#acts.get(Number(id))?.kind !== kind) {
      this.#report(`entry ${sequence}, ${kind} ${id}, is of nobody`);
    }
    if (kind.startsWith("payout-")) {
      const flows = this.payouts.get(id) ?? new Flows();
      this.payouts.set(id, flows);
      flows.add(postings);
    }
  }
}
