/** Files and directories as a source: for what was downloaded, recorded or generated. */
import { closeSync, createReadStream, openSync, readSync, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { assertPlain, HEAD_BYTES } from "./compressed.js";
import { type FeedOptions, feeding, type StreamPart } from "./stream.js";

export interface ImportOptions extends FeedOptions {
  /** A file was read; its last events may not be entered yet. */
  readonly onFile?: ((file: string) => void) | undefined;
}

export interface ImportResult extends IngestResult {
  /** Read now. */
  readonly files: number;
  /** Read before, and not changed since. */
  readonly unchanged: number;
}

type StreamCursor = NonNullable<StreamPart["cursor"]>;

const EXTENSION = /\.(?:json|jsonl|ndjson)$/i;
const CHUNK_BYTES = 1 << 18;

/**
 * Imports files, and of directories all JSON files below them, by name. A file that was imported
 * and has neither another size nor another time is skipped, whatever its name sorts like. If one
 * cannot be read, nothing of the others is entered.
 *
 * @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`, `FILE_COMPRESSED`); RemoteError
 *   (`SQLITE_…`); the signal's reason
 */
export async function importFiles(
  paths: readonly string[],
  store: PoolStore,
  ingest: EventIngest,
  { onFile, ...options }: ImportOptions,
): Promise<ImportResult> {
  const changed: { readonly origin: string; readonly cursor: StreamCursor }[] = [];
  let unchanged = 0;
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const found = await readable(file, () => stat(file));
      const key = `file:${options.source}:${resolve(file)}`;
      const value = `${found.size}:${found.mtimeMs}`;
      if (store.cursor(key) === value) {
        unchanged++;
        continue;
      }
      await assertFile(file, found);
      changed.push({ origin: file, cursor: { key, value } });
    }
  }
  const result = await feeding(ingest, options, async (feed) => {
    for (const part of changed) {
      const chunks = createReadStream(part.origin, { highWaterMark: CHUNK_BYTES });
      await readable(part.origin, () => feed.read(chunks, part));
      onFile?.(part.origin);
    }
  });
  return { ...result, files: changed.length, unchanged };
}

/** @throws InputError as {@link importFiles}, if one of the files cannot be read */
export async function assertReadable(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      await assertFile(file, await readable(file, () => stat(file)));
    }
  }
}

async function assertFile(file: string, found: Stats): Promise<void> {
  // What is no regular file can be read once only.
  if (!found.isFile()) return;
  const head = await readable(file, async () => {
    const descriptor = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      return bytes.subarray(0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  });
  assertPlain(head, file);
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InputError(`${path}: there is no such file`, { code: "FILE_MISSING", cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readable(path, () =>
    readdir(path, { withFileTypes: true, recursive: true }),
  );
  return entries
    .filter((entry) => entry.isFile() && EXTENSION.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What the file system refuses, in our words. */
async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    const code = "code" in cause ? String(cause.code) : cause.message;
    throw new InputError(`${path}: it cannot be read (${code})`, {
      code: "FILE_UNREADABLE",
      cause,
    });
  }
}
