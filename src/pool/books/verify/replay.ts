/**
 * `verify`: the books made again from their events, their decisions and their rounds. Each entry is
 * compared with the one that is kept as it is made, and is not written a second time.
 */
import type { Account } from "../accounts.js";
import { closeRound } from "../close-round.js";
import { decideAgain } from "../decide.js";
import { EventIngest, type RecordOutcome } from "../ingest/ingest.js";
import type { LedgerEntry } from "../ledger.js";
import { ALL_SETTING_KEYS } from "../settings.js";
import type { ClosedRound, DecisionRow, EventRow, PoolStore } from "../store/store.js";
import { derivedBooks } from "./derived-books.js";
import { DerivedEvents } from "./derived-events.js";
import type { KeptJournal } from "./kept-journal.js";
import { verifyTables } from "./verify-tables.js";

/** As an import has them in a transaction: what is looked up and added up, is so once for them. */
const PAGE = 10_000;
/** Read at a time: what is made of an event on its way is not kept for long. */
const PART = 1_000;

export class Replay {
  readonly #store: PoolStore;
  readonly #fresh: PoolStore;
  readonly #events: DerivedEvents;
  readonly #journal: KeptJournal;
  readonly #report: (sentence: string) => void;
  readonly #rounds: readonly ClosedRound[];
  readonly #decisions: readonly DecisionRow[];
  #ingest: EventIngest | null = null;
  #next = 0;
  #decided = 0;
  /** One that is missing or too many shifts all others: only the first difference is one. */
  #difference: string | null = null;

  /**
   * @param store the books
   * @param fresh empty ones
   * @param journal the entries of the books, not read yet
   */
  constructor(
    store: PoolStore,
    fresh: PoolStore,
    journal: KeptJournal,
    report: (sentence: string) => void,
  ) {
    this.#store = store;
    this.#journal = journal;
    this.#report = report;
    this.#rounds = store.rounds.list();
    this.#decisions = store.decisions.list();
    const isLookedAt = this.#rounds.length > 0 || this.#decisions.length > 0;
    this.#events = new DerivedEvents(fresh.events, isLookedAt ? "all" : "halves");
    this.#fresh = derivedBooks(fresh, {
      events: this.#events,
      onEntry: (entry) => this.#compare(entry),
    });
  }

  /** Makes and compares them. @returns how many events were entered again */
  run(): number {
    const [store, fresh] = [this.#store, this.#fresh];
    for (const key of ALL_SETTING_KEYS) {
      const value = store.setting(key);
      if (value !== null) fresh.setSetting(key, value);
    }
    const count = store.events.count();
    if (count > 0) this.#ingest = new EventIngest(fresh);
    for (const [index, row] of this.#rounds.entries()) {
      this.#decide(index);
      // A round was closed when so many events were in the books.
      this.#enter(row.lastEvent + 1);
      const again = closeRound(fresh, { round: row.round, nowMs: row.closedAtMs });
      const { incomeWei, sharedWei, commissionWei } = again;
      const isSame =
        incomeWei === row.incomeWei &&
        sharedWei === row.sharedWei &&
        commissionWei === row.commissionWei;
      if (isSame) continue;
      this.#report(`round ${row.round} split ${row.incomeWei} wei, its events say ${incomeWei}`);
    }
    this.#decide(Number.POSITIVE_INFINITY);
    this.#enter(count);
    this.#compareRest(this.#next === count);
    return this.#next;
  }

  /** What is left of the entries, and the sums of all of them; all other tables, if they can be. */
  #compareRest(isWhole: boolean): void {
    const left = this.#journal.next();
    if (left !== null && isWhole) this.#differs(left);
    this.#journal.finish();
    if (this.#journal.failure === null) this.#compareSums();
    if (this.#difference !== null) this.#report(this.#difference);
    if (isWhole) verifyTables(this.#store, this.#fresh, this.#report);
  }

  #enter(end: number): void {
    while (this.#next < end && this.#ingest !== null) {
      const before = this.#next;
      this.#ingest.again(
        this.#parts(Math.min(end, before + PAGE)),
        (event) => this.#events.has(event),
        (rows, outcomes) => this.#entered(rows, outcomes),
      );
      if (this.#next === before) return;
    }
  }

  /** Events up to one, some at a time. */
  *#parts(end: number): Generator<readonly EventRow[]> {
    while (this.#next < end) {
      const part = this.#store.events.list(this.#next, Math.min(PART, end - this.#next));
      if (part.length === 0) return;
      yield part;
    }
  }

  #entered(rows: readonly EventRow[], outcomes: readonly RecordOutcome[]): void {
    const misplaced = this.#store.events.misplaced(rows);
    for (const [index, { identity, sequence }] of rows.entries()) {
      const outcome = outcomes[index];
      if (outcome !== "recorded")
        this.#report(`event ${identity} is ${outcome} when entered again`);
      const place = misplaced.get(sequence);
      if (place === null) this.#report(`event ${identity} is not found by its identity`);
      else if (place !== undefined)
        this.#report(`event ${identity} is there twice, as ${sequence} and as ${place}`);
      const due = this.#next + index;
      if (sequence !== due) this.#report(`there is event ${sequence} where ${due} was due`);
    }
    this.#next += rows.length;
  }

  /** What was decided before so many rounds were closed, each after the events known then. */
  #decide(rounds: number): void {
    for (; this.#decided < this.#decisions.length; this.#decided++) {
      const row = this.#decisions[this.#decided];
      if (row === undefined || row.roundsBefore > rounds) return;
      this.#enter(row.lastEvent + 1);
      decideAgain(this.#fresh, row);
    }
  }

  #compare(made: LedgerEntry): void {
    if (this.#difference !== null || !this.#journal.isCompared(made)) return;
    const kept = this.#journal.next();
    if (kept !== null) {
      if (!isSame(kept, made)) this.#differs(kept);
    } else if (this.#journal.failure === null) {
      // What can't be read is said by whoever reads it.
      this.#difference = `${made.cause.kind} ${made.cause.id} has no entry`;
    }
  }

  #differs({ sequence, cause: { kind, id } }: LedgerEntry): void {
    this.#difference ??= `entry ${sequence} is not what ${kind} ${id} makes`;
  }

  /** Net per account, of all that events and decisions caused: linked AI jobs too. */
  #compareSums(): void {
    const flows = this.#fresh.ledger.flows();
    const again = new Map(flows.map(({ account, inWei, outWei }) => [account, inWei - outWei]));
    const caused = new Map<Account, bigint>();
    for (const [account, { inWei, outWei }] of this.#journal.caused.of) {
      caused.set(account, inWei - outWei);
    }
    for (const account of new Set([...again.keys(), ...caused.keys()])) {
      const [is, was] = [again.get(account) ?? 0n, caused.get(account) ?? 0n];
      if (is !== was)
        this.#report(`${account}: the events make ${is} wei, the entries for them say ${was}`);
    }
  }
}

function isSame(kept: LedgerEntry, made: LedgerEntry): boolean {
  const [a, b] = [kept.cause, made.cause];
  if (a.kind !== b.kind || (a.event ?? a.id) !== (b.event ?? b.id)) return false;
  if (Math.trunc(kept.atMs) !== Math.trunc(made.atMs)) return false;
  if (kept.postings.length !== made.postings.length) return false;
  return kept.postings.every(({ from, to, wei }, index) => {
    const other = made.postings[index];
    return from === other?.from && to === other.to && wei === other.wei;
  });
}
