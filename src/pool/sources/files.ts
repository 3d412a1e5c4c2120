/** Files and directories as a source: for what was downloaded, recorded or generated. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { EventIngest, IngestResult } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { type FeedOptions, feeding } from "./stream.js";

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

const EXTENSION = /\.(?:json|jsonl|ndjson)$/i;
const CHUNK_BYTES = 1 << 18;

/**
 * Imports files, and of directories all JSON files below them, by name. A file that was imported
 * and has neither another size nor another time is skipped, whatever its name sorts like.
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
  let [files, unchanged] = [0, 0];
  const result = await feeding(ingest, options, async (feed) => {
    for (const path of paths) {
      for (const file of await filesOf(path)) {
        const { size, mtimeMs } = await readable(file, () => stat(file));
        const key = `file:${options.source}:${resolve(file)}`;
        const cursor = { key, value: `${size}:${mtimeMs}` };
        if (store.cursor(key) === cursor.value) {
          unchanged++;
          continue;
        }
        const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
        await readable(file, () => feed.read(chunks, { origin: file, cursor }));
        files++;
        onFile?.(file);
      }
    }
  });
  return { ...result, files, unchanged };
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
