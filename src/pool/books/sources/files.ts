/** Files and directories as a source: for what was downloaded, recorded or generated. */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../../../core/errors.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { filesOf, readable, type SkippedFile } from "./directory.js";
import { type FeedOptions, feeding } from "./stream.js";

/** How files are entered. */
export interface ImportOptions extends FeedOptions {
  /** A file was read; its last events may not be entered yet. */
  readonly onFile?: ((file: string) => void) | undefined;
}

/** What an import did. */
export interface ImportResult extends IngestResult {
  /** Read now. */
  readonly files: number;
  /** Read before, and not changed since. */
  readonly unchanged: number;
  /** Not read, or not to their ends: what could be read of them is entered. @default none */
  readonly skipped?: readonly SkippedFile[] | undefined;
}

const CHUNK_BYTES = 1 << 18;

/**
 * Imports files, and of directories all files of events below them, by name, plain or compressed
 * with gzip. A file that was imported is skipped if it has the same size, times and place on disk,
 * or else the same content. If one cannot be read, nothing of the others is entered; what is
 * compressed and breaks off in the middle is entered up to there.
 *
 * @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`); RemoteError (`SQLITE_…`); the signal's
 *   reason
 */
export async function importFiles(
  paths: readonly string[],
  store: PoolStore,
  ingest: EventIngest,
  { onFile, ...options }: ImportOptions,
): Promise<ImportResult> {
  const changed: { readonly origin: string; readonly key: string; readonly found: Stats }[] = [];
  const skipped: SkippedFile[] = [];
  let unchanged = 0;
  for (const path of paths) {
    const at = await filesOf(path);
    skipped.push(...at.skipped);
    for (const file of at.files) {
      const found = await readable(file, () => stat(file));
      const key = `file:${options.source}:${resolve(file)}`;
      if (await isUnchanged(file, found, store.cursor(key))) unchanged++;
      else {
        await assertFile(file, found);
        changed.push({ origin: file, key, found });
      }
    }
  }
  let files = 0;
  const result = await feeding(ingest, options, async (feed) => {
    for (const { origin, key, found } of changed) {
      const hash = createHash("sha256");
      const chunks = hashed(createReadStream(origin, { highWaterMark: CHUNK_BYTES }), hash);
      const value = () => `${placeOf(found)}:${hash.digest("hex")}`;
      try {
        await readable(origin, () => feed.read(chunks, { origin, cursor: { key, value } }));
        files++;
        onFile?.(origin);
      } catch (error) {
        if (!(error instanceof InputError) || error.code !== "FILE_COMPRESSED") throw error;
        skipped.push({ file: origin, why: error.message.replace(`${origin}: `, "") });
      }
    }
  });
  return { ...result, files, unchanged, skipped: skipped.length === 0 ? undefined : skipped };
}

/** @throws InputError as {@link importFiles}, if one of the files cannot be read */
export async function assertReadable(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (const file of (await filesOf(path)).files) {
      await assertFile(file, await readable(file, () => stat(file)));
    }
  }
}

/** What a file is known by without reading it: `ctime` can't be set to what it was. */
function placeOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
}

async function isUnchanged(file: string, found: Stats, cursor: string | null): Promise<boolean> {
  const [, place, digest] = /^(.*):([0-9a-f]{64})$/.exec(cursor ?? "") ?? [];
  if (place === placeOf(found)) return true;
  if (digest === undefined || !found.isFile() || !place?.startsWith(`${found.size}:`)) return false;
  const hash = createHash("sha256");
  await readable(file, async () => {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  });
  return hash.digest("hex") === digest;
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function assertFile(file: string, found: Stats): Promise<void> {
  // What is no regular file can be read once only.
  if (!found.isFile()) return;
  await readable(file, async () => {
    const descriptor = openSync(file, "r");
    try {
      readSync(descriptor, Buffer.alloc(1));
    } finally {
      closeSync(descriptor);
    }
  });
}
