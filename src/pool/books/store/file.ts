/** The file of the books before it is opened: who may read it, and whether it is of this version. */
import { closeSync, existsSync, openSync } from "node:fs";
import { InputError, RemoteError } from "../../../core/errors.js";
import { SqliteDatabase } from "../../../io/sqlite.js";
import { walDamage } from "../../../io/wal-damage.js";
import { isUpToDate, migrate } from "./schema.js";

/** A new file is its owner's: it says who earns what. SQLite gives the files beside it the same. */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // It is there, or can't be made: opening it will tell.
  }
}

/**
 * SQLite drops what it can't read of the log beside a file, and writes over it: books that have lost
 * what was committed are not opened. Before anything else opens them.
 *
 * @throws RemoteError (`SQLITE_CORRUPT_WAL`)
 */
export function assertLogWhole(path: string): void {
  const damage = walDamage(path);
  if (damage?.isCertain === true) {
    throw new RemoteError(damage.reason, { code: "SQLITE_CORRUPT_WAL" });
  }
}

/**
 * Books of an earlier poolsim that are only to be read get their new tables first.
 *
 * @throws InputError (`STORE_VERSION`) if they can't be written, or are of a later poolsim
 */
export function bringUpToDate(path: string): void {
  if (!existsSync(path)) return;
  const read = new SqliteDatabase({ path, readOnly: true });
  try {
    if (isUpToDate(read)) return;
  } finally {
    read.close();
  }
  let file: SqliteDatabase | null = null;
  try {
    file = new SqliteDatabase({ path });
    migrate(file);
  } catch (cause) {
    if (!(cause instanceof RemoteError) || !/READONLY|CANTOPEN|PERM/.test(cause.code)) throw cause;
    throw new InputError(
      "the file is of an earlier poolsim and has to be writable once, or a copy of it",
      { code: "STORE_VERSION", cause },
    );
  } finally {
    file?.close();
  }
}
