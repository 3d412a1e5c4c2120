/** Events as a store keeps them: what they are told apart by, and what they say. */
import type { Cause } from "../ledger.js";

/** An event as it is kept: what it is told apart by, and its whole content as canonical JSON. */
export interface EventRow {
  /** Counts up in order of arrival. */
  readonly sequence: number;
  /** Unique: form, source, epoch and id in one text. */
  readonly identity: string;
  readonly source: string;
  readonly atMs: number;
  /** Made and read again by events/stored.ts. */
  readonly content: string;
}

/** An event on its way into the books. */
export interface NewEvent extends EventRow {
  /** Whose job it is, as far as the event says; null for all others. */
  readonly worker: string | null;
}

/** An event as the cause of an entry: its identity, and where it is. */
export interface EventCause extends Cause {
  readonly event: number;
}

/** What a known identity stands for. */
export type KnownEvent = Pick<EventRow, "atMs" | "content">;

/** Events in order of arrival, each once. */
export interface EventStore {
  /** Of those identities, the ones known. */
  known(identities: readonly string[]): ReadonlyMap<string, KnownEvent>;
  get(sequence: number): EventRow | null;
  /** In order of arrival from a sequence on, at most `limit`. */
  list(from: number, limit: number): readonly EventRow[];
  count(): number;
  /** Of the latest event, null if there is none. */
  lastMs(): number | null;
  byIdentity(identity: string): EventRow | null;
  /** When the first job or ticket before an instant was, of one source or all; null: none. */
  firstMoneyMs(beforeMs: number, source?: string): number | null;
  /** Wins and redemptions of tickets of a face value, in order of arrival. */
  ticketsOf(faceValueWei: bigint): readonly EventRow[];
  /** What ingestion writes; nobody else needs it. */
  add(events: readonly NewEvent[]): void;
  /** Events told by ID or by callers, of other sources, at some instants. */
  elsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[];
  hasOtherSources(source: string): boolean;
  /** What a source brought by the API on a day (days since 1970). */
  keyDayWei(source: string, day: number): bigint;
  setKeyDayWei(source: string, day: number, wei: bigint): void;
}
