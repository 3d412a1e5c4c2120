/**
 * One process at a time, by a lock of SQLite's on a small file of its own: the system lets go of it
 * when the process ends, however it ends. It holds on this machine only.
 */
import { isPoolsimError } from "../core/errors.js";
import { SqliteDatabase } from "./sqlite.js";

/** What was got; it is let go at the end of the process too. */
export interface ProcessLock {
  /**
   * Checks that nobody else can hold the same lock.
   *
   * @throws RemoteError (`DATABASE_REPLACED`) when somebody removed the lock's file
   */
  assertHeld(): void;
  /** Gives the lock back; a second time does nothing. */
  release(): void;
}

/**
 * Gets a lock, if nobody has it.
 *
 * @param path the lock's file, made if it is not there, in a folder that is
 * @param holder who has it then, for the others
 * @returns the lock, or who has it
 * @throws RemoteError (`SQLITE_…`) when the file can't be used
 */
export function tryLock(path: string, holder: string): ProcessLock | string {
  let database: SqliteDatabase | null = null;
  try {
    database = new SqliteDatabase({ path, busyTimeoutMs: 0 });
    database.exec("CREATE TABLE IF NOT EXISTS holders (name TEXT NOT NULL)");
    database.transaction(() => {
      database?.run("DELETE FROM holders");
      database?.run("INSERT INTO holders VALUES (?)", holder);
    });
    // Held until it is closed; who reads sees the name that was written before.
    database.exec("BEGIN EXCLUSIVE");
    return lockOf(database);
  } catch (error) {
    const other = database === null ? null : nameOf(database);
    database?.close();
    if (isBusy(error)) return other ?? "its name can't be read";
    throw error;
  }
}

function lockOf(database: SqliteDatabase): ProcessLock {
  let isHeld = true;
  return {
    assertHeld: () => database.assertInPlace(),
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

function nameOf(database: SqliteDatabase): string | null {
  try {
    const name = database.get("SELECT name FROM holders")?.["name"];
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

function isBusy(error: unknown): boolean {
  return isPoolsimError(error) && /^SQLITE_(?:BUSY|LOCKED)/.test(error.code);
}
