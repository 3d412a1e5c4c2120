/** Events as a store keeps them: what they are told apart by, and what they say. */
import type { Cause } from "../ledger.js";

/** An event as it is kept: what it is told apart by, and its whole content as canonical JSON. */
export interface EventRow {
  /** Counts up from 0, without gaps, in order of arrival. */
  readonly sequence: number;
  /**
   * Unique in the books: form, source, epoch and id in one text, e.g. `uuid:<id>`,
   * `api:<source>:<epoch>:<id>`, `caller:<source>:<id>`.
   */
  readonly identity: string;
  /** Name of the source that told it first. */
  readonly source: string;
  /** When it happened, ms since 1970. */
  readonly atMs: number;
  /** Made and read again by events/stored.ts. */
  readonly content: string;
}

/** An event on its way into the books. */
export interface NewEvent extends EventRow {
  /** Whose job it is, lower case, as far as the event says; null for all other events. */
  readonly worker: string | null;
}

/** An event as the cause of an entry: its identity, and where it is. */
export interface EventCause extends Cause {
  /** Sequence of the event. */
  readonly event: number;
}

/** What a known identity stands for. */
export type KnownEvent = Pick<EventRow, "atMs" | "content">;

/** Events in order of arrival, each once. */
export interface EventStore {
  /** Of those identities, the ones that are in the books, with what they stand for. */
  known(identities: readonly string[]): ReadonlyMap<string, KnownEvent>;
  /**
   * Of those events, which are in order, the ones that are not found by their identities: by
   * sequence, where somebody who looks for it finds another; null: nowhere. Empty when all is right.
   */
  misplaced(events: readonly EventRow[]): ReadonlyMap<number, number | null>;
  /** The event with this sequence; null: there is none. */
  get(sequence: number): EventRow | null;
  /** Events in order of arrival, from a sequence on (included), at most `limit` (at least 1). */
  list(from: number, limit: number): readonly EventRow[];
  /** How many events there are: the sequence that the next one gets. */
  count(): number;
  /** The latest time of all events, ms since 1970; null: there is no event. */
  lastMs(): number | null;
  /** Sequence of the first to arrive of the events from an instant on (ms since 1970); null: none. */
  firstFrom(sinceMs: number): number | null;
  /** The event with this identity; null: there is none. */
  byIdentity(identity: string): EventRow | null;
  /**
   * Time of the earliest job, win or redemption before an instant; null: there is none.
   *
   * @param beforeMs the instant, ms since 1970, itself not included
   * @param source counts events of this source only; all sources by default
   */
  firstMoneyMs(beforeMs: number, source?: string): number | null;
  /** Wins and redemptions of tickets of a face value (wei), in order of arrival. */
  ticketsOf(faceValueWei: bigint): readonly EventRow[];
  /**
   * Adds events. Only ingestion does this, after it has asked for what is {@link known}: the store
   * does not look for repetitions. The sequences go on from {@link count}, without gaps.
   */
  add(events: readonly NewEvent[]): void;
  /**
   * Events at some instants that another source told, in the forms whose ids are only unique within
   * a source (`api` and `caller`). A node that is told under two names is found by them.
   *
   * @param source the source whose own events are left out
   * @param instantsMs ms since 1970
   */
  elsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[];
  /** Whether any source but this one has told an event. */
  hasOtherSources(source: string): boolean;
  /**
   * The income that a source brought by the API on a day, wei; 0 if none. The limit
   * `keyDayCapWei` of the books is about it.
   *
   * @param day days since 1970, UTC
   */
  keyDayWei(source: string, day: number): bigint;
  /** Keeps that income, in place of what was kept for the source and the day. */
  setKeyDayWei(source: string, day: number, wei: bigint): void;
}
