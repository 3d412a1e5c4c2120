/**
 * Reads a database that another process is writing, without a lock: not even a reader's, which in
 * SQLite's default journal mode keeps the writer from committing. A copy is taken, and taken again
 * if the writer was at work meanwhile; only the copy is opened.
 */
import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, RemoteError } from "../core/errors.js";
import { isOfTheName, systemCode } from "../core/system-error.js";
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
const HEADER_BYTES = 100;

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
 * @throws InputError (`DATABASE_MISSING`, `DATABASE_UNREADABLE`, `DATABASE_TOO_LARGE`,
 *   `DATABASE_INVALID`; `TEMPORARY_FOLDER` when no copy can be made where `TMPDIR` says)
 * @throws RemoteError (`DATABASE_BUSY`) when no attempt found it at rest; `DATABASE_UNREADABLE`,
 *   `TEMPORARY_FOLDER` (what the machine fails at, e.g. `ENOSPC`); `SQLITE_…`; the signal's reason
 */
export async function readForeignDatabase<T>(
  options: ForeignDatabaseOptions,
  read: (database: SqliteDatabase) => T,
): Promise<T> {
  const directory = await inTemporaryFolder(() => mkdtemp(join(tmpdir(), "poolsim-db-")));
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
    // What was read counts, whether or not the copy can be taken away.
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}

async function copyAtRest(options: ForeignDatabaseOptions, copy: string): Promise<void> {
  const { path, attempts, signal } = options;
  for (let attempt = 0; attempt < attempts; attempt++) {
    signal?.throwIfAborted();
    if (attempt > 0) await sleep(PAUSE_MS, undefined, signal ? { signal } : {});
    const before = await readable(path, () => markOf(options));
    if (before.midway) continue;
    await readable(path, () => copyParts(path, copy, before.companions));
    const after = await readable(path, () => markOf(options));
    if (after.text === before.text) return;
  }
  throw new RemoteError(`${path} was never at rest`, { code: "DATABASE_BUSY" });
}

async function copyParts(path: string, copy: string, companions: readonly string[]): Promise<void> {
  await copyFile(path, copy);
  for (const suffix of ["-wal", "-journal"]) {
    const wanted = companions.includes(suffix);
    if (!wanted || !(await copyIfThere(path + suffix, copy + suffix))) {
      await rm(copy + suffix, { force: true });
    }
  }
}

/** What the system refuses while the database is read, in our words. */
async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === null) throw cause;
    if (/^(?:ENOSPC|EDQUOT|EFBIG)$/.test(code)) throw noTemporary(code, cause);
    if (code === "ENOENT") throw missing(path, cause);
    const Kind = isOfTheName(code) ? InputError : RemoteError;
    const why = code === "EISDIR" ? "it is a folder" : code;
    throw new Kind(`the database ${path} cannot be read (${why})`, {
      code: "DATABASE_UNREADABLE",
      cause,
    });
  }
}

async function inTemporaryFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    throw code === null ? cause : noTemporary(code, cause);
  }
}

function noTemporary(code: string, cause: unknown): InputError | RemoteError {
  const Kind = isOfTheName(code) ? InputError : RemoteError;
  const message = `no copy of the database can be made in ${tmpdir()} (${code}); TMPDIR names another folder`;
  return new Kind(message, { code: "TEMPORARY_FOLDER", cause });
}

function missing(path: string, cause?: unknown): InputError {
  return new InputError(`there is no database ${path}`, { code: "DATABASE_MISSING", cause });
}

async function markOf({ path, maxBytes }: ForeignDatabaseOptions): Promise<Mark> {
  const found = await stat(path);
  // Pipes and devices would be waited for, without end.
  if (!found.isFile() && !found.isDirectory()) throw invalid(`${path} is no regular file`);
  const header = await firstBytes(path, HEADER_BYTES);
  if (header === null) throw missing(path);
  const isWhole = header.length === HEADER_BYTES;
  if (!isWhole || !header.subarray(0, 16).equals(Buffer.from("SQLite format 3\0"))) {
    throw invalid(`${path} is no SQLite database`);
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

function invalid(message: string): InputError {
  return new InputError(message, { code: "DATABASE_INVALID" });
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
