/** Files and directories as a source: for what was downloaded, recorded or generated. */
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { checkList } from "../../../core/checks.js";
import { InputError } from "../../../core/errors.js";
import type { EventIngest } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import { filesOf, readable } from "./directory.js";
import { eventSourceEntry } from "./entry.js";
import type { ImportResult, SkippedFile } from "./import-result.js";
import { type EventReader, type EventSource, eventSource, type SourceLabels } from "./source.js";
import { checkFeed, type FeedOptions, feeding } from "./stream.js";

/** How files are entered. */
export interface ImportOptions extends FeedOptions {
  /** A file was read; its last events may not be entered yet. */
  readonly onFile?: ((file: string) => void) | undefined;
}

const CHUNK_BYTES = 1 << 18;
/** Who writes events takes less from one end of a line to the next. */
const WRITTEN_TO_MS = 60_000;

/**
 * Imports files, and of directories all files of events below them, by name, plain or compressed
 * with gzip. A file that was imported is skipped if it has the same size, times and place on disk,
 * or else the same content. If one cannot be read, nothing of the others is entered; what is
 * compressed and breaks off in the middle is entered up to there.
 *
 * @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`, `OPTION_INVALID`); RemoteError (`SQLITE_…`); the signal's
 *   reason
 */
export async function importFiles(
  paths: readonly string[],
  store: PoolStore,
  ingest: EventIngest,
  given: ImportOptions,
): Promise<ImportResult> {
  checkList({ paths });
  checkFeed(given);
  const { onFile, ...options } = given;
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
      const before = readBefore(store.cursor(key));
      const start = createHash("sha256");
      const stream = createReadStream(origin, { highWaterMark: CHUNK_BYTES });
      const chunks = hashed(stream, hash, { size: before?.size ?? 0, start });
      const value = () => `${placeOf(found)}:${hash.digest("hex")}`;
      const isWrittenTo = () => options.isFollowed === true && isFresh(origin, options.now());
      const grownFrom = () =>
        before !== null && found.size > before.size && start.digest("hex") === before.digest
          ? before.size
          : null;
      const part = { origin, cursor: { key, value }, isWrittenTo, grownFrom };
      try {
        await readable(origin, () => feed.read(chunks, part));
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

/** Whether a file was written to just before some time. */
function isFresh(file: string, nowMs: number): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && Math.abs(nowMs - found.mtimeMs) < WRITTEN_TO_MS;
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

/** What a file was when it was read last; null: it was not read. */
function readBefore(cursor: string | null): { size: number; digest: string } | null {
  const [, size, digest] = /^(\d+):.*:([0-9a-f]{64})$/.exec(cursor ?? "") ?? [];
  return size === undefined || digest === undefined ? null : { size: Number(size), digest };
}

interface Hash {
  update(bytes: Uint8Array): unknown;
}

/** @param beginning of its first `size` bytes another hash is made */
async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: Hash,
  { size, start }: { readonly size: number; readonly start: Hash },
): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of chunks) {
    hash.update(chunk);
    if (left > 0) start.update(chunk.subarray(0, left));
    left -= chunk.length;
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

/** @throws InputError (`FILE_MISSING`, `FILE_UNREADABLE`) */
export function assertThere(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new InputError(`${path}: it cannot be read (${code})`, {
      code: "FILE_UNREADABLE",
      cause,
    });
  }
  throw new InputError(`${path}: there is no such file or directory`, { code: "FILE_MISSING" });
}

function filesReader(paths: readonly string[]): EventReader {
  return {
    defaultName: "files",
    whenEmpty: `no .json, .jsonl or .ndjson file in ${paths.join(", ")}`,
    poll: (store, ingest, options) => importFiles(paths, store, ingest, options),
    probe: () => assertReadable(paths),
  };
}

/** Which files are a source. */
export interface FilesSourceOptions extends SourceLabels {
  /** Files and directories, in the order in which they are read. */
  readonly paths: readonly string[];
}

/** Files, and directories with all JSON files below them, as a source of events. */
export function filesSource({ paths, ...labels }: FilesSourceOptions): EventSource {
  return eventSource(filesEntry.name, labels, filesReader(paths));
}

export const filesEntry = eventSourceEntry({
  name: "files",
  description: "Files, and directories with all JSON files below them, plain or with gzip.",
  settings: ({ z }) =>
    z.strictObject({
      files: z
        .preprocess(
          (value) => (typeof value === "string" ? [value] : value),
          z
            .array(z.string("expected text").min(1, "expected text"), "expected a path, or some")
            .min(1, "expected a path, or some"),
        )
        .meta({ description: "Paths of files and directories.", placeholder: "path" }),
    }),
  create: ({ files }, { folder }) => {
    const paths = folder === undefined ? files : files.map((path) => resolve(folder, path));
    paths.forEach(assertThere);
    return filesReader(paths);
  },
});
