/**
 * Reads a database that another process is writing, without a lock: not even a reader's, which in
 * SQLite's default journal mode keeps the writer from committing. A copy is taken, and taken again
 * if the writer was at work meanwhile; only the copy is opened.
 */
import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, RemoteError } from "../../../core/errors.js";
import { SqliteDatabase } from "./sqlite.js";

export interface ForeignDatabaseOptions {
  readonly path: string;
  /** A larger file is refused. */
  readonly maxBytes: number;
  /** How often to try while the writer is at work. */
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

/** A journal that nobody has touched for this long was left by a writer that died. */
const ABANDONED_MS = 5_000;
const PAUSE_MS = 5;
const JOURNAL_MAGIC = "d9d505f920a163d7";
const WAL_VERSION = 2;

/** What shows whether the writer did something. */
interface Mark {
  readonly text: string;
  /** A transaction is under way in the file itself. */
  readonly midway: boolean;
  /** Of these, the copy is made. */
  readonly companions: readonly string[];
}

/**
 * Opens a copy of the database for as long as `read` runs.
 *
 * @throws InputError (`DATABASE_MISSING`, `DATABASE_TOO_LARGE`, `DATABASE_INVALID`)
 * @throws RemoteError (`DATABASE_BUSY`) when no attempt found it at rest; `SQLITE_…`; the signal's
 *   reason
 */
export async function readForeignDatabase<T>(
  options: ForeignDatabaseOptions,
  read: (database: SqliteDatabase) => T,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "poolsim-db-"));
  try {
    const copy = join(directory, "copy.sqlite3");
    await copyAtRest(options, copy);
    const database = new SqliteDatabase({ path: copy });
    try {
      return read(database);
    } finally {
      database.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function copyAtRest(options: ForeignDatabaseOptions, copy: string): Promise<void> {
  const { path, attempts, signal } = options;
  for (let attempt = 0; attempt < attempts; attempt++) {
    signal?.throwIfAborted();
    if (attempt > 0) await sleep(PAUSE_MS, undefined, signal ? { signal } : {});
    const before = await markOf(options);
    if (before.midway) continue;
    await copyFile(path, copy);
    for (const suffix of ["-wal", "-journal"]) {
      const wanted = before.companions.includes(suffix);
      if (!wanted || !(await copyIfThere(path + suffix, copy + suffix))) {
        await rm(copy + suffix, { force: true });
      }
    }
    if ((await markOf(options)).text === before.text) return;
  }
  throw new RemoteError(`${path} was never at rest`, { code: "DATABASE_BUSY" });
}

async function markOf({ path, maxBytes }: ForeignDatabaseOptions): Promise<Mark> {
  const header = await firstBytes(path, 100);
  if (header === null) {
    throw new InputError(`there is no database ${path}`, { code: "DATABASE_MISSING" });
  }
  if (!header.subarray(0, 16).equals(Buffer.from("SQLite format 3\0"))) {
    throw new InputError(`${path} is no SQLite database`, { code: "DATABASE_INVALID" });
  }
  const { size, mtimeMs } = await stat(path);
  if (size > maxBytes) {
    throw new InputError(`${path} has ${size} bytes, more than ${maxBytes}`, {
      code: "DATABASE_TOO_LARGE",
    });
  }
  if (header.readUInt8(18) === WAL_VERSION) {
    // The log holds whatever is moved into the file meanwhile; only a log begun anew does not.
    const log = await firstBytes(`${path}-wal`, 32);
    return { text: log?.toString("hex") ?? "none", midway: false, companions: ["-wal"] };
  }
  const journal = await firstBytes(`${path}-journal`, 8);
  const hot = journal?.toString("hex") === JOURNAL_MAGIC;
  const abandoned = hot && (await isOld(`${path}-journal`)) && Date.now() - mtimeMs > ABANDONED_MS;
  const changeCounter = header.readUInt32BE(24);
  return {
    text: `${changeCounter} ${size} ${mtimeMs} ${hot}`,
    midway: hot && !abandoned,
    companions: abandoned ? ["-journal"] : [],
  };
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > ABANDONED_MS;
}

/** At most the first `count` bytes; null when there is no such file. */
async function firstBytes(path: string, count: number): Promise<Buffer | null> {
  const file = await open(path, "r").catch(nullIfMissing);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  return (await copyFile(from, to).catch(nullIfMissing)) !== null;
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}
