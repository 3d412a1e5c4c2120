/** Bytes of files or answers, cut into events and entered batch by batch. */
import { InputError, RemoteError } from "../../../core/errors.js";
import type { DecodeOptions } from "../events/decode.js";
import type { JsonPiece } from "../events/json-piece.js";
import { JsonSplitter } from "../events/json-splitter.js";
import { DecodedBatch, PART } from "../ingest/decoded-batch.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import { plain } from "./compressed.js";

/** However few events they are, more does not wait for a transaction. */
const WAITING_BYTES = 1 << 23;
/** Cut into events together: what is made of more would outlive what V8 collects cheaply. */
const BYTES_AT_ONCE = 1 << 16;

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
}

/** Which part of a stream is entered, and as what. */
export interface StreamOptions extends FeedOptions, StreamPart {}

export const NOTHING: IngestResult = { recorded: 0, repeated: 0, quarantined: 0 };

export function added(a: IngestResult, b: IngestResult): IngestResult {
  return {
    recorded: a.recorded + b.recorded,
    repeated: a.repeated + b.repeated,
    quarantined: a.quarantined + b.quarantined,
    early: a.early === undefined ? b.early : a.early + (b.early ?? 0),
  };
}

/** Bytes that wait to be cut into events, in order. */
interface Waiting {
  readonly origin: string;
  readonly bytes: number;
  readonly cut: () => readonly JsonPiece[];
  /** How far is read when their events are in the books. */
  readonly cursor?: StreamPart["cursor"];
}

/**
 * Streams of a source, one after the other: many small files share a transaction, and a large one
 * has many. Interrupted anywhere all can be read again: what is in the books already is recognised.
 *
 * What was read waits as bytes. It is cut into events on their way into a transaction, some at a time: events
 * of a whole transaction would outlive many collections of garbage, and each copies them.
 */
export class EventFeed {
  readonly #ingest: EventIngest;
  readonly #options: FeedOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Cut and not entered, of the first that waits. */
  #pieces: readonly JsonPiece[] = [];
  #taken = 0;
  #total = NOTHING;

  constructor(ingest: EventIngest, options: FeedOptions) {
    this.#ingest = ingest;
    this.#options = options;
  }

  /**
   * Reads a stream to its end; its last events may wait for {@link flush}.
   *
   * @throws the signal's reason; whatever the chunks throw; RemoteError (`SQLITE_…`, `EVENTS_CUT`);
   *   InputError (`FILE_COMPRESSED`)
   */
  async read(
    chunks: AsyncIterable<Uint8Array>,
    { origin, cursor, mustBeWhole = false }: StreamPart,
  ): Promise<void> {
    const { signal } = this.#options;
    const splitter = new JsonSplitter();
    let isEmpty = true;
    try {
      for await (const chunk of plain(chunks, origin)) {
        isEmpty &&= chunk.length === 0;
        this.#wait(splitter, chunk, { origin, mustBeWhole });
        while (this.#waitingBytes >= WAITING_BYTES) this.#enter();
      }
    } catch (error) {
      // What was unpacked counts, and the rest is asked for again: the cursor stays.
      if (error instanceof InputError && error.code === "FILE_COMPRESSED") {
        const cut = () => splitter.end().filter(({ problem }) => problem === null);
        this.#waiting.push({ origin, bytes: 0, cut });
      }
      throw error;
    }
    signal?.throwIfAborted();
    if (!mustBeWhole) {
      this.#waiting.push({ origin, bytes: 0, cut: () => splitter.end(), cursor });
      return;
    }
    const rest = splitter.end();
    if (isEmpty || rest.length > 0) {
      throw new RemoteError(`${origin} answers something else than a whole list of events`, {
        code: "EVENTS_CUT",
      });
    }
    this.#waiting.push({ origin, bytes: 0, cut: () => rest, cursor });
  }

  /** Enters what was read. @returns what was entered since the beginning */
  flush(): IngestResult {
    while (this.#waiting.length > 0) this.#enter();
    return this.#total;
  }

  /** The chunk is copied: whoever gave it may write over it. */
  #wait(
    splitter: JsonSplitter,
    chunk: Uint8Array,
    { origin, mustBeWhole }: Pick<StreamPart, "origin" | "mustBeWhole">,
  ): void {
    for (let from = 0; from < chunk.length; from += BYTES_AT_ONCE) {
      const some = Buffer.from(chunk.subarray(from, from + BYTES_AT_ONCE));
      // Whether it is whole is known when all of it is cut.
      const pieces = mustBeWhole === true ? splitter.push(some) : null;
      const cut = () => pieces ?? splitter.push(some);
      this.#waiting.push({ origin, bytes: some.length, cut });
      this.#waitingBytes += some.length;
    }
  }

  /**
   * One transaction. If it fails, nothing that waits is entered any more: a cursor says that all before it is in
   * the books.
   */
  #enter(): void {
    const { source, now, signal, isDistinct, isBesideOpening } = this.#options;
    try {
      signal?.throwIfAborted();
      const from = { source, nowMs: now(), isDistinct, isBesideOpening };
      this.#total = added(this.#total, this.#ingest.enter(this.#parts(), from));
    } catch (error) {
      this.#waiting = [];
      this.#waitingBytes = 0;
      throw error;
    }
  }

  /** What one transaction takes of what waits. */
  *#parts(): Generator<DecodedBatch> {
    const { batchSize = 10_000 } = this.#options;
    for (let left = batchSize; left > 0 && this.#waiting.length > 0; ) {
      const part = new DecodedBatch(this.#options);
      this.#fill(part, Math.min(left, PART));
      left -= part.size;
      yield part;
    }
  }

  #fill(part: DecodedBatch, size: number): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      if (this.#taken === 0) this.#pieces = first.cut();
      while (this.#taken < this.#pieces.length) {
        if (part.size >= size) return;
        const piece = this.#pieces[this.#taken++];
        if (piece !== undefined) part.add(piece, first.origin);
      }
      this.#taken = 0;
      this.#pieces = [];
      this.#waiting.shift();
      this.#waitingBytes -= first.bytes;
      if (first.cursor === undefined) continue;
      const { key, value } = first.cursor;
      part.cursors.set(key, typeof value === "string" ? value : value());
    }
  }
}

/**
 * Works with a feed and enters what it read, also what it read before the work failed; not after the
 * signal's end.
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
    if (options.signal?.aborted !== true) feed.flush();
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
