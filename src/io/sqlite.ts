/**
 * SQLite on libsql, whose binary comes inside its registry package. The driver aborts the process
 * on values that it does not know, ignores its own read-only option, takes missing parameters for
 * NULL and adds `_metadata` to single rows: none of that gets through this small face.
 */
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type Libsql from "libsql";
import { checkNumber, checkText, TIMER_MS } from "../core/checks.js";
import { InputError, RemoteError } from "../core/errors.js";

/** What a column holds. Whole numbers are always bigint. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** A row by column names. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** How a file is opened. */
export interface SqliteOptions {
  /** A file; `:memory:` = nowhere. */
  readonly path: string;
  /** Refuses to write and to create the file. @default false */
  readonly readOnly?: boolean | undefined;
  /** How long to wait for another process's lock. @default 5000 */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * Nobody else is to see the file, and nothing of it is to outlive the process: its name may be
   * taken away while it is open, it has no log beside it, and nothing waits for the disk.
   * @default false
   */
  readonly isScratch?: boolean | undefined;
}

/** Prepared statements kept for the next use. */
const MAX_STATEMENTS = 200;
/** Statements for so many rows are prepared. */
const ROWS_AT_ONCE = [256, 64, 16, 4, 1];
/** What is committed outlives a killed process and a power cut. */
const DURABLE = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
/** What is undone is undone from memory. */
const SCRATCH =
  "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE";
/** In a statement that changes something and has rows. */
const RETURNING = /\bRETURNING\b/i;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * A database. Writable files are in WAL mode with full synchronisation: what is committed outlives
 * a killed process and a power cut, and readers do not wait for writers. Scratch files are neither.
 */
export class SqliteDatabase {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, { statement: Libsql.Statement; parameters: number }>();
  /** Texts of {@link insert} by what they insert, then by rows: as many as there are callers. */
  readonly #insertions = new Map<string, Map<number, string>>();
  /** It is written to a file. */
  readonly #isFile: boolean;
  /** Where the file is, and which one it was when it was opened; null in memory. */
  readonly #place: { readonly path: string; readonly file: string | null } | null;
  #inTransaction = false;
  #beforeCommit: (() => void) | null = null;

  /**
   * Opens, and creates unless read-only.
   *
   * @throws InputError (`DATABASE_MISSING`) when a file to be read is not there; (`OPTION_INVALID`)
   *   without a path: SQLite would keep a file of its own, and remove it at the end
   * @throws RemoteError (`SQLITE_…`, SQLite's own codes) when it cannot be opened
   */
  constructor({ path, readOnly = false, busyTimeoutMs = 5_000, isScratch = false }: SqliteOptions) {
    checkText({ path });
    checkNumber({ busyTimeoutMs }, TIMER_MS);
    if (readOnly && !existsSync(path)) {
      throw new InputError(`there is no database ${path}`, { code: "DATABASE_MISSING" });
    }
    // Loaded here, because most who import the library open no database.
    const Driver: typeof Libsql = createRequire(here())("libsql");
    this.#isFile = !readOnly && path !== ":memory:";
    const name = readOnly ? `${pathToFileURL(resolve(path)).href}?mode=ro` : path;
    this.#database = translated(() => {
      const database = new Driver(name, { timeout: busyTimeoutMs });
      database.defaultSafeIntegers(true);
      if (this.#isFile) database.exec(isScratch ? SCRATCH : DURABLE);
      return database;
    });
    const place = resolve(path);
    this.#place = path === ":memory:" || isScratch ? null : { path: place, file: fileAt(place) };
  }

  /**
   * A file that is removed, or that another one is moved over, stays open, and what is written to
   * it is seen by nobody else.
   *
   * @throws RemoteError (`DATABASE_REPLACED`) when there is another file, or none, where this one
   *   was opened: by device and inode
   */
  assertInPlace(): void {
    if (this.#place === null) return;
    const found = fileAt(this.#place.path);
    if (found !== null && found === this.#place.file) return;
    const what = found === null ? "the file was removed" : "another file took its place";
    throw new RemoteError(`${what} while it was open; expected a new start on the right file`, {
      code: "DATABASE_REPLACED",
    });
  }

  /**
   * Runs statements without parameters and results.
   *
   * @throws RemoteError (`SQLITE_…`)
   */
  exec(sql: string): void {
    translated(() => this.#database.exec(sql));
  }

  /**
   * Runs one statement that changes something.
   *
   * @param values one for each `?`; whole numbers as bigint within 64 bits
   * @returns how many rows it changed
   * @throws RemoteError (`SQLITE_…`)
   * @throws InputError (`SQL_PARAMETERS`) when their number or a type does not fit
   */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.runAll(sql, values);
  }

  /** {@link run} with a list of values, which may be long. */
  runAll(sql: string, values: readonly SqlValue[]): number {
    if (!this.#inTransaction && this.#beforeCommit !== null) {
      return this.transaction(() => this.runAll(sql, values));
    }
    if (!this.#inTransaction && this.#isFile) this.assertInPlace();
    // One list: spread again, it would be copied again for each statement.
    return translated(() => this.#prepare(sql, values).run(values).changes);
  }

  /**
   * Inserts many rows by few statements, in the order given.
   *
   * @param into the table and its columns, e.g. `t (a, b)`
   * @param columns how many
   * @param values of one row after the other
   * @param conflict what to do about a row that is there already, e.g. `ON CONFLICT DO NOTHING`
   * @throws as {@link run}; then it is the caller's transaction that undoes what was inserted
   */
  insert(into: string, columns: number, values: readonly SqlValue[], conflict = ""): void {
    if (!this.#inTransaction && this.#beforeCommit !== null) {
      this.transaction(() => this.insert(into, columns, values, conflict));
      return;
    }
    for (let at = 0; at < values.length; ) {
      const left = Math.ceil((values.length - at) / columns);
      const count = ROWS_AT_ONCE.find((rows) => rows <= left) ?? 1;
      const sql = this.#insertion(into, columns, conflict, count);
      const some = values.slice(at, at + count * columns);
      translated(() => this.#prepare(sql, some).run(some));
      at += count * columns;
    }
  }

  /** Texts of kilobytes, made once: a text that is made anew is also hashed anew. */
  #insertion(into: string, columns: number, conflict: string, count: number): string {
    const form = `${into} ${columns} ${conflict}`;
    let texts = this.#insertions.get(form);
    if (texts === undefined) {
      texts = new Map();
      this.#insertions.set(form, texts);
    }
    let sql = texts.get(count);
    if (sql === undefined) {
      const row = `(${Array(columns).fill("?").join(", ")})`;
      sql = `INSERT INTO ${into} VALUES ${Array(count).fill(row).join(", ")} ${conflict}`;
      texts.set(count, sql);
    }
    return sql;
  }

  /** All rows of a query; see {@link run}. */
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    if (!this.#inTransaction && this.#beforeCommit !== null && RETURNING.test(sql)) {
      return this.transaction(() => this.all(sql, ...values));
    }
    return translated(() => {
      // The driver's types do not say what rows hold: they hold what SqlValue says.
      return this.#prepare(sql, values).all(...values) as SqlRow[];
    });
  }

  /** The first row of a query, undefined if it has none; see {@link run}. */
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    return this.all(sql, ...values)[0];
  }

  /**
   * All or nothing: commits when `work` returns, and rolls back when it throws. Within another
   * transaction it is a part of that one. What is committed is in the file that others see.
   *
   * @throws whatever `work` throws; RemoteError (`SQLITE_…`; `DATABASE_REPLACED`, before anything
   *   is done, or after it was done in a file that is not there any more)
   */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    if (this.#isFile) this.assertInPlace();
    this.exec("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    try {
      const result = work();
      this.#beforeCommit?.();
      this.exec("COMMIT");
      if (this.#isFile) this.assertInPlace();
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /**
   * From now on nothing is committed before this is done, in the same transaction: statements
   * outside of one get one.
   *
   * @param work what belongs to every change
   */
  beforeCommit(work: () => void): void {
    this.#beforeCommit = work;
  }

  /**
   * Closes; a second time does nothing. What was written is then in the file itself, so that a copy
   * of it alone is whole, unless somebody is in the middle of reading.
   */
  close(): void {
    if (!this.#database.open) return;
    this.#statements.clear();
    if (this.#isFile) this.#checkpoint();
    this.#database.close();
  }

  /** The driver closes connections late, and SQLite leaves this to the last one of all. */
  #checkpoint(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch {
      // What is committed is in the log beside the file, and stays there.
    }
  }

  #rollBack(): void {
    // Some failures end the transaction by themselves, and what failed is the news.
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
  }

  #prepare(sql: string, values: readonly SqlValue[]): Libsql.Statement {
    let prepared = this.#statements.get(sql);
    if (prepared === undefined) {
      const parameters = countParameters(sql);
      prepared = { statement: this.#database.prepare(sql), parameters };
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      this.#statements.set(sql, prepared);
    }
    const { statement, parameters } = prepared;
    if (parameters !== values.length) {
      refuse(`${values.length} values for ${parameters} parameters`);
    }
    for (const value of values) assertBindable(value);
    return statement;
  }
}

/** This module's place; bundles of the CommonJS form have none, and take the folder of the process. */
function here(): string {
  const own: string | undefined = import.meta.url;
  return own ?? pathToFileURL(`${process.cwd()}/`).href;
}

/** Which file has this name; null if none has. */
function fileAt(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Question marks outside of literals, quoted names and comments. */
function countParameters(sql: string): number {
  return sql.replace(/'[^']*'|"[^"]*"|--[^\n]*/g, "").split("?").length - 1;
}

function assertBindable(value: unknown): void {
  if (value === null || typeof value === "string" || value instanceof Uint8Array) return;
  if (typeof value === "bigint") {
    if (value > INT64_MAX || value < INT64_MIN) refuse(`${value} is beyond 64 bits`);
  } else if (typeof value !== "number" || Number.isNaN(value)) {
    refuse(`${typeof value} ${String(value)} cannot be stored`);
  }
}

function refuse(why: string): never {
  throw new InputError(why, { code: "SQL_PARAMETERS" });
}

/** Errors that have finer ones, by their numbers. */
const COARSE: Readonly<Record<number, string>> = {
  1: "SQLITE_ERROR",
  4: "SQLITE_ABORT",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  14: "SQLITE_CANTOPEN",
  19: "SQLITE_CONSTRAINT",
  23: "SQLITE_AUTH",
};

/** SQLite's own code for one of the driver's, which has no names for some of the finer errors. */
export function sqliteCode(code: string): string {
  const number = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (COARSE[Number(number) & 255] ?? "SQLITE_ERROR");
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof InputError) throw cause;
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    throw new RemoteError(cause.message, {
      code: code === "" ? "SQLITE_CANTOPEN" : sqliteCode(code),
      cause,
    });
  }
}
