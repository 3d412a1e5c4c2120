/** A source of events as data: what it is, where it is, and what the books call it. */
import { setSince } from "../cut-over.js";
import type { DecodeOptions } from "../events/decode.js";
import { EventIngest } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { importBucket } from "./bucket.js";
import { type ImportResult, importFiles } from "./files.js";
import { pollOrchestrator } from "./orchestrator.js";
import type { S3Credentials } from "./s3.js";

interface SourceBase extends DecodeOptions {
  /** Stays the same for ever: cursors, and the IDs that a node counts, are told apart by it. */
  readonly name: string;
  /**
   * Its cut-over, ms since 1970: events from before were paid out of other books, and are left out.
   * Kept with the books. @default what the books say, else none
   */
  readonly sinceMs?: number | undefined;
}

/** Files, and directories with all JSON files below them. */
export interface FilesSource extends SourceBase {
  readonly kind: "files";
  /** Files and directories, in the order in which they are read. */
  readonly paths: readonly string[];
}

/** An orchestrator's `/pool/events`. */
export interface OrchestratorSource extends SourceBase {
  readonly kind: "orchestrator";
  /** The node's CLI address, e.g. `http://127.0.0.1:7935`. */
  readonly url: string;
  /** How far a poll reaches back before the last one, ms. @default 600000 */
  readonly overlapMs?: number | undefined;
}

/** An S3-compatible bucket. */
export interface BucketSource extends SourceBase {
  readonly kind: "bucket";
  /** The server, e.g. `https://s3.example.com`. */
  readonly endpoint: string;
  /** The bucket's name. */
  readonly bucket: string;
  /** Only names that begin so. @default "" */
  readonly prefix?: string | undefined;
  /** Who reads it. */
  readonly credentials: S3Credentials;
}

/** Where events come from, as data. */
export type EventSource = FilesSource | OrchestratorSource | BucketSource;

/** What any poll may be told. */
export interface PollOptions {
  /** Ms since 1970. */
  readonly now: () => number;
  /** Ends the poll when it is aborted; what was entered stays. */
  readonly signal?: AbortSignal | undefined;
  /** Events in a transaction. @default 10000 */
  readonly batchSize?: number | undefined;
  /** What another source has told the same is let in: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
  /** Also events older than the opening balances. @default false */
  readonly isBesideOpening?: boolean | undefined;
}

/**
 * Enters what is new at a source. The books' settings are read at each poll, so that a rate that
 * was added meanwhile counts.
 *
 * @throws InputError (`FILE_…`, `EVENTS_URL`, `BUCKET_URL`, `COMMISSION_NONE`); RemoteError
 *   (`EVENTS_…`, `BUCKET_…`, `SQLITE_…`); the signal's reason
 */
export async function pollSource(
  source: EventSource,
  store: PoolStore,
  options: PollOptions,
): Promise<ImportResult> {
  const ingest = new EventIngest(store);
  const { name, nodeType, region, sinceMs } = source;
  if (sinceMs !== undefined) setSince(store, name, sinceMs);
  const shared = { source: name, nodeType, region, ...options };
  switch (source.kind) {
    case "files":
      return await importFiles(source.paths, store, ingest, shared);
    case "orchestrator": {
      const { url, overlapMs } = source;
      const result = await pollOrchestrator(store, ingest, { ...shared, url, overlapMs });
      return { ...result, files: 0, unchanged: 0 };
    }
    case "bucket": {
      const { endpoint, bucket, prefix, credentials } = source;
      return await importBucket(store, ingest, {
        ...shared,
        endpoint,
        bucket,
        prefix,
        credentials,
      });
    }
  }
}
