/**
 * Where a pool's books live: one interface for files and memory, synchronous, so that whatever
 * belongs together is one transaction. What a transaction returned outlives any crash.
 *
 * `storeContract` of `poolsim/testing` says what an implementation has to do.
 */

import type { ActStore } from "./act-store.js";
import type { ChainStore } from "./chain-store.js";
import type { DecisionStore } from "./decision-store.js";
import type { EventStore } from "./event-store.js";
import type { IncomeStore } from "./income-store.js";
import type { JobStore } from "./job-store.js";
import type { LedgerStore } from "./ledger-store.js";
import type { NameStore } from "./name-store.js";
import type { PayoutStore } from "./payout-store.js";
import type { QuarantineStore } from "./quarantine-store.js";
import type { ReportStore } from "./report-store.js";
import type { RoundStore } from "./round-store.js";
import type { RunStore } from "./run-store.js";
import type { TicketStore } from "./ticket-store.js";
import type { WorkerStore } from "./worker-store.js";

export type * from "./act-store.js";
export type * from "./chain-store.js";
export type { DecisionRow, DecisionStore } from "./decision-store.js";
export type * from "./event-store.js";
export type * from "./income-store.js";
export type * from "./job-store.js";
export type * from "./ledger-store.js";
export type * from "./name-store.js";
export type * from "./payout-store.js";
export type * from "./quarantine-store.js";
export type * from "./report-store.js";
export type * from "./round-store.js";
export type {
  BegunRun,
  EndedRun,
  RunOutcome,
  RunQuery,
  RunRow,
  RunStore,
  RunTrigger,
} from "./run-store.js";
export type * from "./ticket-store.js";
export type * from "./worker-store.js";

/**
 * The books in parts, and what holds for all of them. Besides what is said at each, any call may
 * throw what the medium throws: for files, RemoteError (`SQLITE_…`), and InputError
 * (`STORE_DAMAGED`) for rows that poolsim did not write.
 */
export interface PoolStore {
  /** Entries of the ledger, and balances. */
  readonly ledger: LedgerStore;
  /** What happened, as sources told it. */
  readonly events: EventStore;
  /** Jobs, and whose they are. */
  readonly jobs: JobStore;
  /** What an operator decided about single events. */
  readonly decisions: DecisionStore;
  /** Workers, and their connections. */
  readonly workers: WorkerStore;
  /** What the operator calls workers. */
  readonly names: NameStore;
  /** Pieces of input that could not be entered. */
  readonly quarantine: QuarantineStore;
  /** Tickets that won, and their redemptions. */
  readonly tickets: TicketStore;
  /** Rounds that were closed. */
  readonly rounds: RoundStore;
  /** Payouts, and what was signed for them. */
  readonly payouts: PayoutStore;
  /** What only reports and `verify` ask. */
  readonly reports: ReportStore;
  /** What shows that the books were changed by other means. */
  readonly chain: ChainStore;
  /** What the chain says that tickets brought. */
  readonly income: IncomeStore;
  /** What operators did by hand, and why. */
  readonly acts: ActStore;
  /** What the pool's process did by itself. */
  readonly runs: RunStore;
  /**
   * Runs `work`: all that it writes is kept, durably, when this returns; nothing of it, when `work`
   * throws. Inside another transaction it is a part of that one.
   *
   * @returns what `work` returns
   * @throws whatever `work` throws; RemoteError (`DATABASE_REPLACED`) as {@link assertInPlace}
   */
  transaction<T>(work: () => T): T;
  /**
   * Checks that the open file is still the one that others find under its name; transactions that
   * write do this by themselves.
   *
   * @throws RemoteError (`DATABASE_REPLACED`) when another file, or none, has taken its place
   */
  assertInPlace(): void;
  /**
   * How far an input was read, as its reader left it: a time, an ETag, a digest.
   *
   * @param source names the input, e.g. `bucket:<source>:<bucket>/<object>`: a source may read many
   * @returns null: nothing was read of it yet
   */
  cursor(source: string): string | null;
  /** Keeps how far an input was read, in the transaction that enters what was read. */
  setCursor(source: string, cursor: string): void;
  /** All cursors, by the names of their inputs. */
  cursors(): ReadonlyMap<string, string>;
  /** A setting of the books as it was written, e.g. `scheme`; null: it was never set. */
  setting(key: string): string | null;
  /** Writes a setting, in place of what it was. The store does not check what it means. */
  setSetting(key: string, value: string): void;
  /**
   * Adds a line to the operator's log, the proposal's `logs`.
   *
   * @param entry when (ms since 1970, kept to the second), about what (e.g. `adjust 7`), and what
   */
  log(entry: { readonly atMs: number; readonly key: string; readonly value: string }): void;
  /** Ends the use of the store; a second time does nothing. */
  close(): void;
}
