/**
 * The job `backup`: a copy of the books as they are at one instant, while others go on writing. A copy
 * gets its name only when it is whole and on the disk, so that whatever has the name is a backup.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../core/errors.js";
import { SqliteDatabase } from "../../../io/sqlite.js";
import type { JobCounts, JobRun } from "../job.js";

/** Where copies are kept, and how many. */
export interface BackupPlace {
  /** A folder, made if it is not there. */
  readonly folder: string;
  /** Copies that are kept, the newest ones; 1 … 10000. */
  readonly keep: number;
}

const NAME = /^pool-\d{8}T\d{6}Z\.db$/;
const UNFINISHED = /^pool-\d{8}T\d{6}Z\.db\.unfinished(?:-journal)?$/;

/** Backups in a folder, oldest first. */
export function backupsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort();
}

/**
 * Copies the books to a file.
 *
 * @param db the books
 * @param path a file that is not there
 * @returns the copy's length in bytes
 * @throws InputError (`BACKUP`) where something is there already, or it can't be written
 * @throws RemoteError (`SQLITE_…`)
 */
export function copyBooks(db: string, path: string): number {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw refused(path, "it is there");
  const unfinished = `${path}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    const books = new SqliteDatabase({ path: db, readOnly: true });
    try {
      books.run("VACUUM INTO ?", unfinished);
    } finally {
      books.close();
    }
    chmodSync(unfinished, 0o600);
    synced(unfinished);
    renameSync(unfinished, path);
    return statSync(path).size;
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code))) {
      throw refused(path, String(error.code), error);
    }
    throw error;
  }
}

/**
 * Makes a backup, and removes the oldest ones beyond those that are kept.
 *
 * @returns bytes written, and copies removed
 * @throws as {@link copyBooks}
 */
export function backUp(db: string, { folder, keep }: BackupPlace, { now, say }: JobRun): JobCounts {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refused(folder, error instanceof Error ? error.message : String(error), error);
  }
  // What a process that died left: nobody can use it.
  for (const name of readdirSync(folder).filter((one) => UNFINISHED.test(one))) {
    rmSync(join(folder, name), { force: true });
  }
  const stamp = new Date(now()).toISOString().slice(0, 19).replace(/[-:]/g, "");
  const name = `pool-${stamp}Z.db`;
  const bytes = copyBooks(db, join(folder, name));
  synced(folder);
  say(`${name}: ${bytes} bytes`);
  const old = backupsIn(folder).slice(0, -keep);
  for (const one of old) rmSync(join(folder, one));
  return { bytes, removed: old.length };
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
