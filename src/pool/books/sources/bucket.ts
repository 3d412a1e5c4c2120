/**
 * An S3-compatible bucket as a source (E-6). All names are listed each time and known objects are
 * skipped by name and ETag, so that a late file with an earlier name is read (ED-D7), and one that
 * was overwritten is read again.
 */
import type { Dispatcher } from "undici";
import { checkNumber, checkWhole, TIMER_MS } from "../../../core/checks.js";
import { InputError, RemoteError } from "../../../core/errors.js";
import { httpRequest } from "../../../io/http-agent.js";
import type { EventIngest } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { plain } from "./compressed.js";
import type { ImportResult, SkippedFile } from "./import-result.js";
import { holdsEvents, unreadName } from "./names.js";
import {
  encoded,
  type ListedObject,
  readErrorCode,
  readListing,
  type S3Credentials,
  signedHeaders,
} from "./s3.js";
import { checkFeed, type FeedOptions, feeding } from "./stream.js";

/** Which bucket is read, and within which limits. */
export interface BucketOptions extends FeedOptions {
  /** The server, e.g. `https://s3.example.com`; the bucket is asked for by path. */
  readonly endpoint: string;
  /** The bucket's name. */
  readonly bucket: string;
  /** What signs the requests. */
  readonly credentials: S3Credentials;
  /** Only names that begin so, e.g. `eu-central/`. @default "" */
  readonly prefix?: string | undefined;
  /** Most time for an answer to begin, and between its parts. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** Largest object that is read, in bytes; a larger one is refused. @default 268435456 */
  readonly maxObjectBytes?: number | undefined;
}

/** What asking a bucket takes. */
export type BucketAccess = Pick<
  BucketOptions,
  | "endpoint"
  | "bucket"
  | "prefix"
  | "credentials"
  | "timeoutMs"
  | "maxObjectBytes"
  | "now"
  | "signal"
>;

/** A page of a thousand names of a thousand bytes has less, however they are written. */
const PAGE_BYTES_MAX = 16 * 1024 * 1024;
const ERROR_BYTES_MAX = 64 * 1024;
const PAGES_MAX = 100_000;
/** Pages in a row that hold nothing. */
const EMPTY_PAGES_MAX = 1_000;

/**
 * Reads every object that is new, by name. Interrupted, the next time goes on where it stopped.
 *
 * @throws RemoteError (`BUCKET_HTTP`, `BUCKET_UNREACHABLE`, `BUCKET_TOO_LARGE`, `BUCKET_LISTING` for
 *   a listing that is none or goes round in circles); InputError (`BUCKET_URL`,
 *   `FILE_COMPRESSED`, `OPTION_INVALID`); the signal's reason
 */
export async function importBucket(
  store: PoolStore,
  ingest: EventIngest,
  options: BucketOptions,
): Promise<ImportResult> {
  checkFeed(options);
  checkBounds(options);
  let [files, unchanged] = [0, 0];
  const { source } = options;
  const skipped: SkippedFile[] = [];
  const result = await feeding(ingest, options, async (feed) => {
    for await (const { key, etag } of listObjects(options)) {
      if (!holdsEvents(key) || !hasAddress(key)) {
        const why = holdsEvents(key) ? NO_ADDRESS : unreadName(key);
        if (why !== null) skipped.push({ file: key, why });
        continue;
      }
      const cursor = { key: `bucket:${source}:${options.bucket}/${key}`, value: etag };
      if (store.cursor(cursor.key) === etag) {
        unchanged++;
        continue;
      }
      const body = await getObject(key, options);
      try {
        await reached(() => feed.read(body, { origin: key, cursor }), options);
        files++;
      } catch (error) {
        if (!(error instanceof InputError) || error.code !== "FILE_COMPRESSED") throw error;
        skipped.push({ file: key, why: error.message.replace(`${key}: `, "") });
      }
    }
  });
  return { ...result, files, unchanged, skipped: skipped.length === 0 ? undefined : skipped };
}

/** @throws InputError (`OPTION_INVALID`) */
function checkBounds({ timeoutMs, maxObjectBytes }: BucketAccess): void {
  checkNumber({ timeoutMs }, TIMER_MS);
  checkWhole({ maxObjectBytes }, [1, Number.POSITIVE_INFINITY]);
}

/** Reads the beginning of the first object. @throws as {@link importBucket} */
export async function probeBucket(options: BucketOptions): Promise<void> {
  checkBounds(options);
  for await (const { key } of listObjects(options)) {
    if (!holdsEvents(key) || !hasAddress(key)) continue;
    const body = await getObject(key, options);
    await reached(() => plain(body, key).next(), options);
    await body.return?.();
    return;
  }
}

/** An object's bytes as they come. @throws as {@link importBucket} */
export async function getObject(
  key: string,
  options: BucketAccess,
): Promise<AsyncGenerator<Uint8Array, void>> {
  const url = objectUrl(key, options);
  const { maxObjectBytes = 256 * 1024 * 1024 } = options;
  return bounded(await get(url, options), maxObjectBytes, url);
}

/** All objects with the prefix. @throws as {@link importBucket} */
export async function* listObjects(options: BucketAccess): AsyncGenerator<ListedObject> {
  const seen = new Set<string>();
  for (let token: string | null = null, emptyPages = 0; ; ) {
    const url = urlOf(options, "");
    url.searchParams.set("list-type", "2");
    if (token !== null) url.searchParams.set("continuation-token", token);
    url.searchParams.set("prefix", options.prefix ?? "");
    const body = bounded(await get(url, options), PAGE_BYTES_MAX, url);
    const { objects, next } = readListing(await reached(() => textOf(body), options));
    yield* objects;
    if (next === null) return;
    emptyPages = objects.length === 0 ? emptyPages + 1 : 0;
    if (seen.has(next)) throw endless(url, "it comes to the same page again");
    if (seen.size >= PAGES_MAX || emptyPages >= EMPTY_PAGES_MAX) {
      throw endless(url, `${seen.size + 1} pages, the last ${emptyPages} of them empty`);
    }
    seen.add(next);
    token = next;
  }
}

function endless({ origin, pathname }: URL, why: string): RemoteError {
  return new RemoteError(`${origin}${pathname}: the listing does not end: ${why}`, {
    code: "BUCKET_LISTING",
  });
}

/** Chunks as they come; leaving early, or too many bytes, end the connection. */
async function* bounded(
  body: Dispatcher.ResponseData["body"],
  maxBytes: number,
  { origin, pathname }: URL,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxBytes) {
      throw new RemoteError(`${origin}${pathname} answers with more than ${maxBytes} bytes`, {
        code: "BUCKET_TOO_LARGE",
      });
    }
    yield chunk;
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString("utf8");
}

async function get(url: URL, options: BucketAccess) {
  const { credentials, now, signal, timeoutMs = 30_000 } = options;
  const headers = await signedHeaders(url, credentials, now());
  const { statusCode, body } = await reached(
    () =>
      httpRequest(url, {
        headers,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: signal ?? null,
      }),
    options,
  );
  if (statusCode === 200) return body;
  throw await refusal(url, { statusCode, body }, options);
}

/** What a bucket's answer that is no success says. */
export async function refusal(
  url: URL,
  { statusCode, body }: Pick<Dispatcher.ResponseData, "statusCode" | "body">,
  options: BucketAccess,
): Promise<RemoteError> {
  const text = await reached(() => textOf(bounded(body, ERROR_BYTES_MAX, url)), options).catch(
    (error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      return "";
    },
  );
  const why = readErrorCode(text);
  const said = why === null ? "" : ` (${why.slice(0, 80)})`;
  return new RemoteError(`${url.origin}${url.pathname} answers ${statusCode}${said}`, {
    code: "BUCKET_HTTP",
  });
}

/** What the network refuses, as an error of ours. */
export async function reached<T>(work: () => Promise<T>, options: BucketAccess): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    if (cause instanceof RemoteError || cause instanceof InputError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RemoteError(`${options.endpoint}: ${why}`, { code: "BUCKET_UNREACHABLE", cause });
  }
}

const NO_ADDRESS =
  "no address can have its name: . or .. is a part of it; give the object another one";

/** An address drops `.` and `..`, however they are written: it would be another object's. */
function hasAddress(key: string): boolean {
  return !key.split("/").some((part) => part === "." || part === "..");
}

/** Where an object is. @throws InputError (`BUCKET_URL`) */
export function objectUrl(key: string, options: BucketAccess): URL {
  if (!hasAddress(key)) throw new InputError(`${key}: ${NO_ADDRESS}`, { code: "BUCKET_URL" });
  return urlOf(options, `/${key.split("/").map(encoded).join("/")}`);
}

function urlOf({ endpoint, bucket }: BucketAccess, path: string): URL {
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new InputError(`expected a bucket's http(s) endpoint, found "${endpoint}"`, {
      code: "BUCKET_URL",
    });
  }
  return new URL(`/${encoded(bucket)}${path}`, endpoint);
}
