/** Bytes of a file or an answer, cut into events and entered batch by batch. */
import { RemoteError } from "../../core/errors.js";
import type { DecodeOptions } from "../events/decode.js";
import { JsonSplitter } from "../events/json-splitter.js";
import { DecodedBatch } from "../ingest/decoded-batch.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";

export interface StreamOptions extends DecodeOptions {
  readonly source: string;
  readonly origin: string;
  /** Kept together with the last batch. */
  readonly cursor?: { readonly key: string; readonly value: string } | undefined;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether text that ends too early, or is no list, is a failure: what can be read of it is
   * entered, and the cursor stays. Otherwise what can't be read goes to quarantine. @default false
   */
  readonly mustBeWhole?: boolean | undefined;
  /** Events in a transaction. @default 10000 */
  readonly batchSize?: number | undefined;
}

export const NOTHING: IngestResult = { recorded: 0, repeated: 0, quarantined: 0 };

export function added(a: IngestResult, b: IngestResult): IngestResult {
  return {
    recorded: a.recorded + b.recorded,
    repeated: a.repeated + b.repeated,
    quarantined: a.quarantined + b.quarantined,
  };
}

/**
 * Enters everything that the chunks hold. Interrupted anywhere it can be done again: what is in
 * the books already is recognised.
 *
 * @throws the signal's reason; whatever the chunks throw; RemoteError (`SQLITE_…`, `EVENTS_CUT`)
 */
export async function ingestStream(
  ingest: EventIngest,
  chunks: AsyncIterable<Uint8Array>,
  {
    batchSize = 10_000,
    mustBeWhole = false,
    source,
    origin,
    cursor,
    now,
    signal,
    ...labels
  }: StreamOptions,
): Promise<IngestResult> {
  const splitter = new JsonSplitter();
  let total = NOTHING;
  let batch = new DecodedBatch(labels);
  let isEmpty = true;
  for await (const chunk of chunks) {
    isEmpty &&= chunk.length === 0;
    for (const piece of splitter.push(chunk)) {
      batch.add(piece);
      if (batch.size < batchSize) continue;
      signal?.throwIfAborted();
      total = added(total, ingest.enter(batch, { source, origin, nowMs: now() }));
      batch = new DecodedBatch(labels);
    }
  }
  const rest = splitter.end();
  signal?.throwIfAborted();
  if (mustBeWhole && (isEmpty || rest.length > 0)) {
    ingest.enter(batch, { source, origin, nowMs: now() });
    throw new RemoteError(`${origin} answers something else than a whole list of events`, {
      code: "EVENTS_CUT",
    });
  }
  for (const piece of rest) batch.add(piece);
  return added(total, ingest.enter(batch, { source, origin, cursor, nowMs: now() }));
}
