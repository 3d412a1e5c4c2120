/** Opens a pool's books, or says in a line why that file is none. */
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { InputError, RemoteError } from "../../../core/errors.js";
import { readBeginning } from "../../../io/lock-safe-read.js";
import { SqliteDatabase } from "../../../io/sqlite.js";
import { assertLogWhole } from "../../../pool/books/store/file.js";
import { SqlitePoolStore } from "../../../pool/books/store/sqlite-pool-store.js";

/** `create` makes the file if it is not there; the others need it. */
export type BooksMode = "read" | "write" | "create";

const SQLITE_HEADER = "SQLite format 3\0";
/** The definitions of the tables are within. */
const BOOKS_BEGIN_BYTES = 1 << 20;

/**
 * Opens the books.
 *
 * @throws InputError (`DATABASE_MISSING`, `DATABASE`, `STORE_VERSION`); RemoteError (`SQLITE_…`)
 */
export function openBooks(db: string, mode: BooksMode): SqlitePoolStore {
  checkBooks(db, mode);
  return naming(db, () => new SqlitePoolStore({ path: db, readOnly: mode === "read" }));
}

/**
 * Does some work with the books, and closes them; see {@link openBooks}. What only reads sees them
 * as they are at one instant: an import or a server may go on writing.
 */
export function withBooks<T>(db: string, mode: BooksMode, work: (store: SqlitePoolStore) => T): T {
  const store = openBooks(db, mode);
  try {
    return naming(db, () =>
      mode === "read" ? store.reports.snapshot(() => work(store)) : work(store),
    );
  } finally {
    store.close();
  }
}

const WHY: readonly (readonly [code: RegExp, why: string])[] = [
  [/^SQLITE_(?:CORRUPT|NOTADB)/, "the file is damaged"],
  [/^SQLITE_(?:READONLY|CANTOPEN|PERM|AUTH)/, "the file and its folder have to be writable"],
  [/^SQLITE_(?:BUSY|LOCKED)/, "another process writes for too long"],
  [/^SQLITE_FULL/, "there is no space left"],
  [/^SQLITE_IOERR/, "its disk is full, or fails"],
  [/^DATABASE_REPLACED/, "these are not the books any more that were opened"],
  [/^SQLITE_/, "it cannot be used"],
];

/** What SQLite says does not name the file, nor does what the books say of their version. */
export function named(db: string, error: unknown): unknown {
  if (error instanceof InputError && error.code === "STORE_VERSION") {
    return new InputError(`--db ${db}: ${error.message}`, { code: error.code, cause: error });
  }
  const isOthers = !(error instanceof RemoteError) || error.message.startsWith("--db ");
  const [, why] = isOthers ? [] : (WHY.find(([code]) => code.test(error.code)) ?? []);
  if (isOthers || why === undefined) return error;
  const { message, code } = error;
  return new RemoteError(`--db ${db}: ${why} (${message})`, { code, cause: error });
}

/** Does some work with the books: what SQLite refuses in it is said with the file's name. */
function naming<T>(db: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(db, error);
  }
}

/**
 * New books can't take an event without a commission: said before a file is made.
 *
 * @throws InputError (`COMMISSION_NONE`)
 */
export function assertCommissionFor(db: string, commission: readonly unknown[]): void {
  if (commission.length > 0 || existsSync(db)) return;
  throw new InputError(
    `--db ${db}: these books are new; say what the operator keeps, e.g. --commission 0.25`,
    { code: "COMMISSION_NONE" },
  );
}

/**
 * Does what will be done first with new books in memory before: what it refuses makes no file.
 *
 * @throws whatever the work throws
 */
export function rehearsed(db: string, work: (store: SqlitePoolStore) => void): void {
  if (existsSync(db)) return;
  const store = new SqlitePoolStore({ path: ":memory:" });
  try {
    work(store);
  } finally {
    store.close();
  }
}

/** Is there a file of books, or may one be made? Nothing is made here. */
export function checkBooks(db: string, mode: BooksMode): void {
  if (db === "") throw new InputError("--db: expected a file, found nothing", { code: "DATABASE" });
  const found = readably(db, () => statSync(db, { throwIfNoEntry: false }));
  if (found === undefined || found.size === 0) {
    if (mode !== "create") throw missing(db);
    const folder = statSync(dirname(db), { throwIfNoEntry: false });
    if (folder?.isDirectory() !== true) throw refused(db, "its folder does not exist");
    return;
  }
  if (!found.isFile()) throw refused(db, "it is no file");
  if (header(db) !== SQLITE_HEADER) throw refused(db, "it is no SQLite file");
  naming(db, () => assertOurs(db, mode));
}

/**
 * What a file is, by its bytes alone: `damaged` if it was a database of books and its beginning is
 * not one any more; `other` for all else, also where there is no file.
 */
export function fileKind(db: string): "database" | "damaged" | "other" {
  try {
    if (!statSync(db).isFile()) return "other";
    const begin = readBeginning(db, BOOKS_BEGIN_BYTES).toString("latin1");
    if (begin.startsWith(SQLITE_HEADER)) return "database";
    return begin.includes("CREATE TABLE entries (") ? "damaged" : "other";
  } catch {
    return "other";
  }
}

function assertOurs(db: string, mode: BooksMode): void {
  assertLogWhole(db);
  const database = new SqliteDatabase({ path: db, readOnly: true });
  try {
    const tables = database
      .all("SELECT name FROM sqlite_master WHERE type = 'table'")
      .map(({ name }) => name);
    if (tables.length === 0 && mode === "create") return;
    if (tables.length === 0) throw missing(db);
    if (!["entries", "flows", "events"].every((name) => tables.includes(name))) {
      throw refused(db, "it is another program's database, not the books of a pool");
    }
  } finally {
    database.close();
  }
}

function header(path: string): string {
  return readably(path, () => readBeginning(path, SQLITE_HEADER.length).toString("latin1"));
}

function readably<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw refused(path, `it cannot be read (${code})`);
  }
}

function missing(db: string): InputError {
  return new InputError(
    `--db ${db}: there are no books; make them: poolsim pool import <events> --db ${db} --commission <part>`,
    { code: "DATABASE_MISSING" },
  );
}

function refused(db: string, why: string): InputError {
  return new InputError(`--db ${db}: ${why}`, { code: "DATABASE" });
}
