/**
 * The process that keeps a pool: one per books, by a lock beside them, so that no job runs twice at a
 * time and nobody wonders who did what.
 */
import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RemoteError } from "../../../core/errors.js";
import { type ProcessLock, tryLock } from "../../../io/process-lock.js";
import { changeSettings, readSettings } from "../../../pool/books/settings.js";
import type { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";
import type { PoolStore } from "../../../pool/books/store/store.js";
import type { CommandOptions } from "../../../pool/operate/jobs/command-job.js";
import { assertCommissionFor, checkBooks, named, openBooks, rehearsed } from "./open-books.js";
import type { PoolFile } from "./pool-file.js";

/**
 * The lock, or who has it. It is beside the file itself, also where the books' name is a link to it.
 *
 * @throws RemoteError (`SQLITE_…`) where it can't be made beside the books
 */
export function lockPool({ books }: Pick<PoolFile, "books">): ProcessLock | string {
  try {
    const file = existsSync(books) ? realpathSync(books) : books;
    return tryLock(`${file}.lock`, `process ${process.pid}`);
  } catch (error) {
    throw named(books, error);
  }
}

/** @throws RemoteError (`POOL_LOCKED`) when another process keeps the pool */
export function assertLocked(
  found: ProcessLock | string,
  { books }: Pick<PoolFile, "books">,
): ProcessLock {
  if (typeof found !== "string") return found;
  throw new RemoteError(`${books}: another process keeps these books: ${found}`, {
    code: "POOL_LOCKED",
  });
}

/**
 * Whatever can be known to be wrong with the books before anything is made.
 *
 * @throws InputError (`COMMISSION_NONE`, `DATABASE`, …)
 */
export function checkPool(file: PoolFile): void {
  const { books, commission } = file;
  checkBooks(books, "create");
  assertCommissionFor(books, commission);
  rehearsed(books, settingsOf(file));
}

/**
 * The books of a pool's file, made if they are not there, kept as the file says.
 *
 * @throws InputError (`COMMISSION_NONE`, `SETTINGS_PAST`, `COMMISSION_PAST`, …)
 */
export function openPool(file: PoolFile): SqlitePoolStore {
  checkPool(file);
  const store = openBooks(file.books, "create");
  try {
    settingsOf(file)(store);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

function settingsOf({ commission, scheme }: PoolFile): (store: PoolStore) => void {
  return (store) => {
    store.transaction(() => {
      changeSettings(store, { commission, scheme });
      readSettings(store);
    });
  };
}

/** How poolsim itself is started, whichever way this process was. */
export function ownProgram(): CommandOptions["program"] {
  const [, script = fileURLToPath(import.meta.url)] = process.argv;
  return [process.execPath, script];
}
