/** What the API server needs of the pool's books. */
import type { PoolEvent } from "../events/event.js";
import type { PoolStore } from "../store/store.js";

/** What it reads, and the few things it writes besides events. */
export type ApiBooks = Pick<
  PoolStore,
  | "jobs"
  | "payouts"
  | "workers"
  | "flows"
  | "balance"
  | "quarantineCount"
  | "transaction"
  | "setting"
  | "setSetting"
  | "log"
>;

/** A write whose signature, shape and size are in order. */
export interface ApiWrite {
  /** Who wrote: the `source` of the key that signed. */
  readonly source: string;
  /** Its identity has the form `caller`: the id that the caller made, unique in the source. */
  readonly event: PoolEvent;
}

/** `repeated` and `conflict`: that id was recorded before, with the same or another content. */
export type WriteOutcome = "recorded" | "repeated" | "conflict";

/**
 * Puts writes into the books: all in one transaction that is durable when it returns.
 *
 * @returns one outcome per write, in their order; of equal ids among them the first counts
 * @throws when nothing was recorded at all
 */
export type RecordWrites = (writes: readonly ApiWrite[]) => readonly WriteOutcome[];
