/** What every source of events has in common: what the books call it, and how it is read. */
import { setSince } from "../cut-over.js";
import type { DecodeOptions } from "../events/decode.js";
import { EventIngest } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import type { ImportResult } from "./import-result.js";
import type { FeedOptions } from "./stream.js";

/** What the books are told of a source, whatever its kind. */
export interface SourceLabels extends DecodeOptions {
  /** Stays the same for ever: cursors, and the IDs that a node counts, are told apart by it. */
  readonly name: string;
  /**
   * Its cut-over, ms since 1970: events from before were paid out of other books, and are left out.
   * Kept with the books. @default what the books say, else none
   */
  readonly sinceMs?: number | undefined;
}

/** Reads one source. Each kind of source makes readers of its own. */
export interface EventReader {
  /** What the books call the source if nobody says. @default it has to be said */
  readonly defaultName?: string | undefined;
  /** What to say when a poll finds nothing that could be read. @default nothing */
  readonly whenEmpty?: string | undefined;
  /**
   * Enters what is new. How far it read is kept by cursors, in the transactions that enter the
   * events: ended anywhere, the next poll goes on from there.
   *
   * @throws InputError for what will not pass; RemoteError for what may; the signal's reason
   */
  poll(store: PoolStore, ingest: EventIngest, options: FeedOptions): Promise<ImportResult>;
  /** Reads the beginning of what there is, and enters nothing. @throws as `poll` */
  probe(options: FeedOptions): Promise<void>;
}

/** A source of events. */
export interface EventSource extends SourceLabels {
  /** Which kind it is, by the name in the registry. */
  readonly kind: string;
  /** What reads it. */
  readonly reader: EventReader;
}

/** What any poll may be told. */
export interface PollOptions {
  /** The time, ms since 1970. */
  readonly now: () => number;
  /** Ends the poll when it is aborted; what was entered stays. */
  readonly signal?: AbortSignal | undefined;
  /** Events in a transaction. @default 10000 */
  readonly batchSize?: number | undefined;
  /** What another source has told the same is let in: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
  /** Also events older than the opening balances. @default false */
  readonly isBesideOpening?: boolean | undefined;
  /** It is polled again later: of a file that was written to a moment ago, half an event at its end waits. @default false */
  readonly isFollowed?: boolean | undefined;
}

/** A source from its kind, its labels and what reads it. */
export function eventSource(
  kind: string,
  { name, nodeType, region, sinceMs }: SourceLabels,
  reader: EventReader,
): EventSource {
  return { kind, name, nodeType, region, sinceMs, reader };
}

/**
 * Enters what is new at a source. The books' settings are read at each poll, so that a rate that
 * was added meanwhile counts.
 *
 * @throws InputError (`FILE_…`, `EVENTS_URL`, `BUCKET_URL`, `COMMISSION_NONE`); RemoteError
 *   (`EVENTS_…`, `BUCKET_…`, `SQLITE_…`); the signal's reason
 */
export async function pollSource(
  { name, nodeType, region, sinceMs, reader }: EventSource,
  store: PoolStore,
  options: PollOptions,
): Promise<ImportResult> {
  const ingest = new EventIngest(store);
  if (sinceMs !== undefined) setSince(store, name, sinceMs);
  return await reader.poll(store, ingest, { source: name, nodeType, region, ...options });
}

/**
 * Reads the beginning of what a source has, and enters nothing: asked before books are made for it.
 *
 * @throws as {@link pollSource}, of the source
 */
export async function probeSource(
  { name, nodeType, region, reader }: EventSource,
  { now, signal }: PollOptions,
): Promise<void> {
  await reader.probe({ source: name, nodeType, region, now, signal });
}
