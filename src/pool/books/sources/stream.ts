/** Bytes of files or answers, cut into events and entered batch by batch. */
import {
  checkFunction,
  checkInstant,
  checkObject,
  checkText,
  checkWhole,
} from "../../../core/checks.js";
import { InputError, RemoteError } from "../../../core/errors.js";
import type { DecodeOptions } from "../events/decode.js";
import { JsonSplitter } from "../events/json-splitter.js";
import { DecodedBatch } from "../ingest/decoded-batch.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import { plain } from "./compressed.js";

/** However few events they are, more does not wait for a transaction. */
const BATCH_BYTES = 1 << 25;

/** What all streams of a source have in common. */
export interface FeedOptions extends DecodeOptions {
  /** The source's name: cursors, and the ids that a node counts, are told apart by it. */
  readonly source: string;
  /** The time, ms since 1970. */
  readonly now: () => number;
  /** Ends the reading when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Events in a transaction. @default 10000 */
  readonly batchSize?: number | undefined;
  /** What another source has told the same is let in: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
  /** Also events older than the opening balances. @default false */
  readonly isBesideOpening?: boolean | undefined;
  /** It is read again later: of a file that was written to a moment ago, half an event at its end waits. @default false */
  readonly isFollowed?: boolean | undefined;
}

/** One file or answer. */
export interface StreamPart {
  /** Its name, for the quarantine. */
  readonly origin: string;
  /** Kept together with its last events; a function is asked at the end. */
  readonly cursor?: { readonly key: string; readonly value: string | (() => string) } | undefined;
  /**
   * Whether text that ends too early, or is no list, is a failure: what can be read of it is
   * entered, and the cursor stays. Otherwise what can't be read goes to quarantine. @default false
   */
  readonly mustBeWhole?: boolean | undefined;
  /**
   * Whether the text is still being written, asked at its end: then what it ends within is left for the next
   * reading, and the cursor stays. @default it is not
   */
  readonly isWrittenTo?: (() => boolean) | undefined;
  /**
   * How many bytes it had when it was read before, if it begins with all of them still, asked at its end: what it
   * ended within was read now, and waits no more; null: it was not read, or has others. @default it was not
   */
  readonly grownFrom?: (() => number | null) | undefined;
}

/** Which part of a stream is entered, and as what. */
export interface StreamOptions extends FeedOptions, StreamPart {}

/** @throws InputError (`OPTION_INVALID`) */
export function checkFeed(options: FeedOptions): void {
  checkObject({ options });
  const { source, now, batchSize } = options;
  checkText({ source });
  checkFunction({ now });
  checkInstant({ now: now() });
  checkWhole({ batchSize }, [1, Number.POSITIVE_INFINITY]);
}

export const NOTHING: IngestResult = { recorded: 0, repeated: 0, quarantined: 0 };

export function added(a: IngestResult, b: IngestResult): IngestResult {
  return {
    recorded: a.recorded + b.recorded,
    repeated: a.repeated + b.repeated,
    quarantined: a.quarantined + b.quarantined,
    early: a.early === undefined ? b.early : a.early + (b.early ?? 0),
  };
}

/**
 * Streams of a source, one after the other: many small files share a transaction, and a large one
 * has many. Interrupted anywhere all can be read again: what is in the books already is recognised.
 */
export class EventFeed {
  readonly #ingest: EventIngest;
  readonly #options: FeedOptions;
  #batch: DecodedBatch;
  /** Read since the last transaction. */
  #bytes = 0;
  #total = NOTHING;

  constructor(ingest: EventIngest, options: FeedOptions) {
    checkFeed(options);
    this.#ingest = ingest;
    this.#options = options;
    this.#batch = new DecodedBatch(options);
  }

  /**
   * Reads a stream to its end; its last events may wait for {@link flush}.
   *
   * @throws the signal's reason; whatever the chunks throw; RemoteError (`SQLITE_…`, `EVENTS_CUT`);
   *   InputError (`FILE_COMPRESSED`)
   */
  async read(
    chunks: AsyncIterable<Uint8Array>,
    { origin, cursor, mustBeWhole = false, isWrittenTo = () => false, grownFrom }: StreamPart,
  ): Promise<void> {
    const { batchSize = 10_000, signal } = this.#options;
    const splitter = new JsonSplitter();
    let isEmpty = true;
    let broken: InputError | null = null;
    try {
      for await (const chunk of plain(chunks, origin)) {
        isEmpty &&= chunk.length === 0;
        for (const piece of splitter.push(chunk)) {
          this.#batch.add(piece, origin);
          if (this.#batch.size < batchSize) continue;
          signal?.throwIfAborted();
          this.flush();
        }
        this.#bytes += chunk.length;
        if (this.#bytes > BATCH_BYTES) this.flush();
      }
    } catch (error) {
      // What was unpacked counts, and the rest is asked for again: the cursor stays.
      if (!(error instanceof InputError) || error.code !== "FILE_COMPRESSED") throw error;
      broken = error;
    }
    const rest = splitter.end();
    signal?.throwIfAborted();
    if (broken !== null) {
      for (const piece of rest) if (piece.problem === null) this.#batch.add(piece, origin);
      throw broken;
    }
    if (mustBeWhole && (isEmpty || rest.length > 0)) {
      throw new RemoteError(`${origin} answers something else than a whole list of events`, {
        code: "EVENTS_CUT",
      });
    }
    const isLeft = rest.some(({ problem }) => problem !== null) && isWrittenTo();
    for (const piece of rest) {
      if (!isLeft || piece.problem === null) this.#batch.add(piece, origin);
    }
    if (cursor !== undefined && !isLeft) {
      const { key, value } = cursor;
      const length = grownFrom?.() ?? null;
      if (length !== null) this.#batch.grown.push({ origin, length });
      this.#batch.cursors.set(key, typeof value === "string" ? value : value());
    }
  }

  /** Enters what was read. @returns what was entered since the beginning */
  flush(): IngestResult {
    const { source, now, isDistinct, isBesideOpening } = this.#options;
    const batch = this.#batch;
    this.#batch = new DecodedBatch(this.#options);
    this.#bytes = 0;
    if (batch.size > 0 || batch.cursors.size > 0) {
      this.#total = added(
        this.#total,
        this.#ingest.enter(batch, { source, nowMs: now(), isDistinct, isBesideOpening }),
      );
    }
    return this.#total;
  }
}

/**
 * Works with a feed and enters what it read, also what it read before the work failed.
 *
 * @throws whatever the work throws; RemoteError (`SQLITE_…`)
 */
export async function feeding(
  ingest: EventIngest,
  options: FeedOptions,
  work: (feed: EventFeed) => Promise<void>,
): Promise<IngestResult> {
  const feed = new EventFeed(ingest, options);
  try {
    await work(feed);
  } catch (error) {
    feed.flush();
    throw error;
  }
  return feed.flush();
}

/**
 * Enters everything that the chunks hold, in transactions of `batchSize` events. When it is
 * interrupted, all can be read again: what is in the books already is recognised.
 *
 * @returns what came of the events
 * @throws the signal's reason; whatever the chunks throw; RemoteError (`SQLITE_…`, `EVENTS_CUT`);
 *   InputError (`FILE_COMPRESSED`)
 */
export async function ingestStream(
  ingest: EventIngest,
  chunks: AsyncIterable<Uint8Array>,
  options: StreamOptions,
): Promise<IngestResult> {
  return await feeding(ingest, options, (feed) => feed.read(chunks, options));
}
