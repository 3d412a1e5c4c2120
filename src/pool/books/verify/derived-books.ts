/** `verify`, the books that are made again: tables like any, but for what nobody looks at again. */
import type { LedgerEntry } from "../ledger.js";
import type { PoolStore } from "../store/store.js";
import type { DerivedEvents } from "./derived-events.js";
import { DerivedLedger } from "./derived-ledger.js";

export interface DerivedBooksOptions {
  /** Its events. */
  readonly events: DerivedEvents;
  /** Told of each entry as it is made. */
  readonly onEntry: (entry: LedgerEntry) => void;
}

/** @param store empty books */
export function derivedBooks(
  store: PoolStore,
  { events, onEntry }: DerivedBooksOptions,
): PoolStore {
  return {
    ledger: new DerivedLedger(store.ledger, onEntry),
    events,
    jobs: store.jobs,
    decisions: store.decisions,
    workers: store.workers,
    names: store.names,
    quarantine: store.quarantine,
    tickets: store.tickets,
    rounds: store.rounds,
    payouts: store.payouts,
    reports: store.reports,
    chain: store.chain,
    acts: store.acts,
    income: store.income,
    runs: store.runs,
    transaction: (work) => store.transaction(work),
    assertInPlace: () => store.assertInPlace(),
    cursor: (source) => store.cursor(source),
    setCursor: (source, cursor) => store.setCursor(source, cursor),
    cursors: () => store.cursors(),
    setting: (key) => store.setting(key),
    setSetting: (key, value) => store.setSetting(key, value),
    log: (entry) => store.log(entry),
    close: () => store.close(),
  };
}
