/**
 * The job `backup`: a copy of the books as they are at one instant, while others go on writing. A copy
 * gets its name only when it is whole and on the disk, so that whatever has the name is a backup.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { InputError, RemoteError } from "../../../core/errors.js";
import { isOfTheName, systemCode } from "../../../core/system-error.js";
import { makeFolder } from "../../../io/make-folder.js";
import { SqliteDatabase } from "../../../io/sqlite.js";
import { recordAct } from "../../books/acts.js";
import { isUpToDate } from "../../books/store/schema.js";
import { SqlitePoolStore } from "../../books/store/sqlite-pool-store.js";
import type { JobCounts, JobRun } from "../job.js";
import {
  type BackupBucket,
  type BucketCall,
  namesIn,
  putFile,
  removeObject,
} from "./backup-bucket.js";
import { backupName, type Retention, superfluous } from "./retention.js";

/** Where copies are kept, and which. */
export interface BackupPlace {
  /** A folder, made if it is not there, or a bucket. */
  readonly to: string | BackupBucket;
  /** Which copies are kept. */
  readonly retention: Retention;
}

/** What SQLite keeps beside a database, by the ends of its names. */
const BESIDE = ["-wal", "-shm", "-journal"];
/** What copies are called before they are whole: each has a name of its own, as two may be made at once. */
const UNFINISHED = /^(.*?)(?:\.[0-9a-f]{8})?\.unfinished(?:-journal|-wal|-shm)?$/;
const NAME = /^pool-\d{8}T\d{6}Z\.db$/;
/** Nobody goes on with one that was not written to for so long. */
const LEFT_MS = 3_600_000;
/** Of file systems that give no file a second name. */
const UNLINKABLE = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Makes a backup in a file: a copy that says of itself that it is one, so that whoever puts it in the
 * books' place by whatever means is known not to know what was paid since.
 *
 * @returns the copy's length in bytes
 * @throws as {@link copyBooks}
 */
export function backUpFile(db: string, path: string): number {
  return copyBooks(db, path, (copy) => {
    // One of an earlier poolsim stays as it is: that one can go on with it.
    if (!isOfThisVersion(copy)) return;
    const store = new SqlitePoolStore({ path: copy });
    try {
      const authored = { reason: "a backup", author: "poolsim", nowMs: Date.now() };
      store.transaction(() => recordAct(store, "copy", "books", authored));
    } finally {
      store.close();
    }
    // All of it is in the file; the driver gives these back late, when the copy has its name.
    removeBeside(copy);
  });
}

function isOfThisVersion(path: string): boolean {
  const database = new SqliteDatabase({ path, readOnly: true });
  try {
    return isUpToDate(database);
  } finally {
    database.close();
  }
}

/**
 * Copies the books to a file.
 *
 * @param db the books
 * @param path a file that is not there
 * @param change what is done to the copy before it has its name
 * @returns the copy's length in bytes
 * @throws InputError (`BACKUP`) where something is there already, or it can't be written; RemoteError with that
 *   code where the machine fails at it, as by a full disk
 * @throws RemoteError (`SQLITE_…`)
 */
export function copyBooks(
  db: string,
  path: string,
  change: (copy: string) => void = () => {},
): number {
  assertFree(path);
  const unfinished = `${path}.${randomBytes(4).toString("hex")}.unfinished`;
  try {
    removeLeft(dirname(path), (name) => name === basename(path));
    const books = new SqliteDatabase({ path: db, readOnly: true });
    try {
      books.run("VACUUM INTO ?", unfinished);
    } catch (cause) {
      throw isFull(cause, /^SQLITE_FULL/) ? failed(path, "there is no space left", cause) : cause;
    } finally {
      books.close();
    }
    chmodSync(unfinished, 0o600);
    try {
      change(unfinished);
    } catch (cause) {
      const isItsDisk = isFull(cause, /^SQLITE_(?:FULL|IOERR)/);
      throw isItsDisk ? failed(path, "its disk is full, or fails", cause) : cause;
    }
    synced(unfinished);
    nameFinished(unfinished, path);
    return statSync(path).size;
  } catch (error) {
    removeDatabase(unfinished);
    throw ofSystem(path, error) ?? error;
  }
}

/** Gives a copy its name, unless somebody else has it by now. */
function nameFinished(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (code === "EEXIST") throw refused(path, "it is there", error);
    if (!UNLINKABLE.has(code)) throw error;
    assertFree(path);
    renameSync(unfinished, path);
    return;
  }
  rmSync(unfinished);
}

/** Removes what processes that died left of copies with some names. */
function removeLeft(folder: string, isOf: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    const [, copy] = UNFINISHED.exec(name) ?? [];
    if (copy === undefined || !isOf(copy)) continue;
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    const isLeft = found !== undefined && Math.abs(Date.now() - found.mtimeMs) > LEFT_MS;
    if (isLeft) rmSync(path, { force: true });
  }
}

/** Removes a database that nobody has open, with what SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  rmSync(path, { force: true });
  removeBeside(path);
}

function removeBeside(path: string): void {
  for (const suffix of BESIDE) rmSync(`${path}${suffix}`, { force: true });
}

/**
 * What SQLite has kept beside a database that is not in its place any more: it may hold what is nowhere else, and
 * would be taken for a part of whatever gets this name. null: nothing is there.
 */
export function leftBeside(path: string): string | null {
  return BESIDE.map((suffix) => `${path}${suffix}`).find((name) => existsSync(name)) ?? null;
}

/** Said before anything is read: what SQLite says of a target sounds as if it were of the books. */
function assertFree(path: string): void {
  if (path === "") throw refused(path, "it has no name");
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw refused(path, "it is there");
    const left = leftBeside(path);
    if (left !== null) throw refused(path, `${left} is there, a part of another database`);
    if (!statSync(dirname(path)).isDirectory()) throw refused(path, "its folder is a file");
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const whys = { ENOENT: "its folder does not exist", ENOTDIR: "its folder is a file" };
    const why = Object.entries(whys).find(([key]) => key === code)?.[1] ?? code;
    throw refused(path, why, error);
  }
}

/**
 * Makes a backup, and removes those that are not kept.
 *
 * @returns bytes written, and copies removed
 * @throws as {@link copyBooks}; RemoteError (`BUCKET_…`)
 */
export async function backUp(
  db: string,
  { to, retention }: BackupPlace,
  run: JobRun,
): Promise<JobCounts> {
  const name = backupName(run.now());
  if (typeof to !== "string") return await backUpTo(to, name, { db, retention, run });
  try {
    makeFolder(to, 0o700);
  } catch (error) {
    throw ofSystem(to, error) ?? refused(to, String(error), error);
  }
  removeLeft(to, (copy) => NAME.test(copy));
  const bytes = backUpFile(db, join(to, name));
  synced(to);
  run.say(`${name}: ${bytes} bytes`);
  const old = superfluous(readdirSync(to), retention, name);
  for (const one of old) rmSync(join(to, one));
  return { bytes, removed: old.length };
}

/** What is in the bucket is whole before anything older goes. */
async function backUpTo(
  bucket: BackupBucket,
  name: string,
  {
    db,
    retention,
    run,
  }: { readonly db: string; readonly retention: Retention; readonly run: JobRun },
): Promise<JobCounts> {
  const { now, signal, say } = run;
  const call = { now, signal };
  const bytes = await copyToBucket(db, `${bucket.prefix}${name}`, bucket, call);
  say(`${name}: ${bytes} bytes`);
  const old = superfluous(await namesIn(bucket, call), retention, name);
  for (const one of old) await removeObject(`${bucket.prefix}${one}`, bucket, call);
  return { bytes, removed: old.length };
}

/**
 * Copies the books into a bucket, by a private file that is gone afterwards.
 *
 * @returns the copy's length in bytes
 * @throws as {@link copyBooks}; RemoteError (`BUCKET_…`)
 */
export async function copyToBucket(
  db: string,
  key: string,
  bucket: BackupBucket,
  call: BucketCall,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-backup-"));
  try {
    const path = join(folder, "pool.db");
    backUpFile(db, path);
    return await putFile(path, key, bucket, call);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function synced(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refused(path: string, why: string, cause?: unknown): InputError {
  return new InputError(`backup ${path}: ${why}; expected a place where it can be written`, {
    code: "BACKUP",
    cause,
  });
}

function failed(path: string, why: string, cause: unknown): RemoteError {
  return new RemoteError(`backup ${path}: ${why}`, { code: "BACKUP", cause });
}

function isFull(error: unknown, codes: RegExp): boolean {
  return error instanceof RemoteError && codes.test(error.code);
}

/** What the system says of a place: that it is a wrong one, or that the machine fails; null: it said nothing. */
function ofSystem(path: string, error: unknown): InputError | RemoteError | null {
  const system = systemCode(error);
  if (system === null) return null;
  return isOfTheName(system) ? refused(path, system, error) : failed(path, system, error);
}
