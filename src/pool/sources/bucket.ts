/**
 * An S3-compatible bucket as a source (E-6). All names are listed each time and known objects are
 * skipped by name and ETag, so that a late file with an earlier name is read (ED-D7), and one that
 * was overwritten is read again.
 */
import { request } from "undici";
import { InputError, RemoteError } from "../../core/errors.js";
import type { EventIngest } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { plain } from "./compressed.js";
import type { ImportResult } from "./files.js";
import { encoded, type S3Credentials, signedHeaders } from "./sigv4.js";
import { type FeedOptions, feeding } from "./stream.js";

export interface BucketOptions extends FeedOptions {
  /** The server, e.g. `https://s3.example.com`; the bucket is asked for by path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: S3Credentials;
  /** Only names that begin so, e.g. `eu-central/`. @default "" */
  readonly prefix?: string | undefined;
  /** Most time for an answer to begin, and between its parts. @default 30000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Reads every object that is new, by name. Interrupted, the next time goes on where it stopped.
 *
 * @throws RemoteError (`BUCKET_HTTP`, `BUCKET_UNREACHABLE`); InputError (`BUCKET_URL`,
 *   `FILE_COMPRESSED`); the signal's reason
 */
export async function importBucket(
  store: PoolStore,
  ingest: EventIngest,
  options: BucketOptions,
): Promise<ImportResult> {
  let [files, unchanged] = [0, 0];
  const { source } = options;
  const result = await feeding(ingest, options, async (feed) => {
    for await (const { key, etag } of listObjects(options)) {
      if (!key.endsWith(".json")) continue;
      const cursor = { key: `bucket:${source}:${options.bucket}/${key}`, value: etag };
      if (store.cursor(cursor.key) === etag) {
        unchanged++;
        continue;
      }
      const path = key.split("/").map(encoded).join("/");
      const body = await get(urlOf(options, `/${path}`), options);
      await reached(() => feed.read(body, { origin: key, cursor }), options);
      files++;
    }
  });
  return { ...result, files, unchanged };
}

/** Reads the beginning of the first object. @throws as {@link importBucket} */
export async function probeBucket(options: BucketOptions): Promise<void> {
  for await (const { key } of listObjects(options)) {
    if (!key.endsWith(".json")) continue;
    const body = await getObject(key, options);
    await reached(() => plain(body, key).next(), options);
    body.destroy();
    return;
  }
}

async function getObject(key: string, options: BucketOptions) {
  const path = key.split("/").map(encoded).join("/");
  return await get(urlOf(options, `/${path}`), options);
}

async function* listObjects(options: BucketOptions): AsyncGenerator<{ key: string; etag: string }> {
  for (let token: string | null = null; ; ) {
    const url = urlOf(options, "");
    url.searchParams.set("list-type", "2");
    if (token !== null) url.searchParams.set("continuation-token", token);
    url.searchParams.set("prefix", options.prefix ?? "");
    const body = await get(url, options);
    const xml = await reached(() => body.text(), options);
    for (const [, contents = ""] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      yield { key: element(contents, "Key") ?? "", etag: element(contents, "ETag") ?? "" };
    }
    token = element(xml, "NextContinuationToken");
    if (token === null) return;
  }
}

async function get(url: URL, options: BucketOptions) {
  const { credentials, now, signal, timeoutMs = 30_000 } = options;
  const { statusCode, body } = await reached(
    () =>
      request(url, {
        headers: signedHeaders(url, credentials, now()),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: signal ?? null,
      }),
    options,
  );
  if (statusCode === 200) return body;
  const why = element(await reached(() => body.text(), options), "Code");
  const said = why === null ? "" : ` (${why.slice(0, 80)})`;
  throw new RemoteError(`${url.origin}${url.pathname} answers ${statusCode}${said}`, {
    code: "BUCKET_HTTP",
  });
}

async function reached<T>(work: () => Promise<T>, options: BucketOptions): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    if (cause instanceof RemoteError || cause instanceof InputError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RemoteError(`${options.endpoint}: ${why}`, { code: "BUCKET_UNREACHABLE", cause });
  }
}

function urlOf({ endpoint, bucket }: BucketOptions, path: string): URL {
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new InputError(`expected a bucket's http(s) endpoint, found "${endpoint}"`, {
      code: "BUCKET_URL",
    });
  }
  return new URL(`/${encoded(bucket)}${path}`, endpoint);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&#39;": "'",
  "&apos;": "'",
};

function element(xml: string, name: string): string | null {
  const [, text] = new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(xml) ?? [];
  return (
    text?.replace(/&(?:amp|lt|gt|quot|apos|#34|#39);/g, (entity) => ENTITIES[entity] ?? entity) ??
    null
  );
}
