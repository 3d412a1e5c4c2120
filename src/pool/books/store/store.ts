/**
 * Where a pool's books live: one interface for files and memory, synchronous, so that whatever
 * belongs together is one transaction. What a transaction returned outlives any crash.
 *
 * `storeContract` of `poolsim/testing` says what an implementation has to do.
 */

import type { DecisionStore } from "./decision-store.js";
import type { EventStore } from "./event-store.js";
import type { JobStore } from "./job-store.js";
import type { LedgerStore } from "./ledger-store.js";
import type { PayoutStore } from "./payout-store.js";
import type { QuarantineStore } from "./quarantine-store.js";
import type { ReportStore } from "./report-store.js";
import type { RoundStore } from "./round-store.js";
import type { TicketStore } from "./ticket-store.js";
import type { WorkerStore } from "./worker-store.js";

export type * from "./decision-store.js";
export type * from "./event-store.js";
export type * from "./job-store.js";
export type * from "./ledger-store.js";
export type * from "./payout-store.js";
export type * from "./quarantine-store.js";
export type * from "./report-store.js";
export type * from "./round-store.js";
export type * from "./ticket-store.js";
export type * from "./worker-store.js";

/** The books in parts, and what holds for all of them. */
export interface PoolStore {
  readonly ledger: LedgerStore;
  readonly events: EventStore;
  readonly jobs: JobStore;
  readonly decisions: DecisionStore;
  readonly workers: WorkerStore;
  readonly quarantine: QuarantineStore;
  readonly tickets: TicketStore;
  readonly rounds: RoundStore;
  readonly payouts: PayoutStore;
  readonly reports: ReportStore;
  /** All or nothing, durable when it returns. Inside another one it is a part of that. */
  transaction<T>(work: () => T): T;
  /**
   * @throws RemoteError (`DATABASE_REPLACED`) when another file, or none, has taken the place of
   *   the one that is open; transactions that write do this by themselves
   */
  assertInPlace(): void;
  cursor(source: string): string | null;
  setCursor(source: string, cursor: string): void;
  cursors(): ReadonlyMap<string, string>;
  setting(key: string): string | null;
  setSetting(key: string, value: string): void;
  /** Appends to the proposal's `logs`. */
  log(entry: { readonly atMs: number; readonly key: string; readonly value: string }): void;
  close(): void;
}
