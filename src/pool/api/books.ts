/** What the API server needs of the pool's books: to read them here, to write them elsewhere. */
import type { PoolEvent } from "../books/events/event.js";
import type { PoolSettings } from "../books/settings.js";
import type {
  JobStore,
  LedgerStore,
  PayoutStore,
  PoolStore,
  QuarantineStore,
  WorkerStore,
} from "../books/store/store.js";

/** What it reads. A connection of its own, if the books are a file, never waits for writers. */
export interface ApiBooks extends Pick<PoolStore, "setting"> {
  /** The ledger. */
  readonly ledger: Pick<LedgerStore, "flows" | "balance">;
  /** The jobs. */
  readonly jobs: Pick<JobStore, "list">;
  /** The payouts. */
  readonly payouts: Pick<PayoutStore, "list">;
  /** The workers. */
  readonly workers: Pick<WorkerStore, "list">;
  /** What waits in quarantine. */
  readonly quarantine: Pick<QuarantineStore, "count">;
}

/** What it must know of how the books are kept. */
export type ApiSettings = Pick<PoolSettings, "commission" | "scheme" | "weights" | "renditions">;

/** A write whose signature, shape and size are in order. */
export interface ApiWrite {
  /** Who wrote: the `source` of the key that signed. */
  readonly source: string;
  /** Its identity has the form `caller`: the id that the caller made, unique in the source. */
  readonly event: PoolEvent;
}

/**
 * `repeated` and `conflict`: that id was recorded before, with the same or another content;
 * `quarantined`: it is beyond a limit, and is kept until the operator decides.
 */
export type WriteOutcome = "recorded" | "repeated" | "conflict" | "quarantined";

/** Something to remember by name, and a line of the log that says so. */
export interface ApiNote {
  /** Of the setting; its last value counts. */
  readonly name: string;
  /** The setting's value. */
  readonly value: string;
  /** When it was set, by which key, and to what: the line for the books' log. */
  readonly log: { readonly atMs: number; readonly key: string; readonly value: string };
}

/** Writes to the books. What it answered is durable. */
export interface ApiRecorder {
  /**
   * Puts writes into the books, in one transaction.
   *
   * @returns one outcome per write, in their order; of equal ids among them the first counts
   * @throws InputError (`COMMISSION_NONE`) when one of them is to blame; RemoteError
   *   (`SQLITE_BUSY`) when others are writing, for too long; in all cases nothing was recorded
   */
  record(writes: readonly ApiWrite[]): Promise<readonly WriteOutcome[]>;
  /** Keeps a setting and its line in the log. @throws RemoteError (`SQLITE_…`) */
  keep(note: ApiNote): Promise<void>;
}
