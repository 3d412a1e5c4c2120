/**
 * Events and entries read once by who needs both what they say and whether the chain has it: their
 * rows come as the text that is hashed, and are read out of it.
 */
import { isAscii } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { bytes, text, whole } from "./columns.js";
import { columnsOf, LOTS, rowSql } from "./covered.js";

/** V8 makes room for the text of more rows by itself, which takes as long as to read them. */
const ROWS_AT_ONCE = 200;
/** Links looked at together. */
const LINKS = 1_000;

/** What a row holds, by the numbers of its columns: text, whole numbers, null. */
export type LotRow = readonly (string | number | null)[];

/** One of the tables whose rows have links in lots. */
export type LotTable = "events" | "entries";

export class LotReading {
  readonly #database: SqliteDatabase;
  readonly #tables = new Map<string, TableReading>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /**
   * Rows in order.
   *
   * @param from the first that is read, by its sequence
   * @param limit how many at most, at least 1
   * @throws InputError (`STORE_DAMAGED`)
   */
  page(table: LotTable, from: number, limit: number): readonly LotRow[] {
    let reading = this.#tables.get(table);
    if (reading === undefined) {
      reading = new TableReading(this.#database, table);
      this.#tables.set(table, reading);
    }
    return reading.page(from, limit);
  }

  /** Whether all rows of a lot were read, each lot before it too, and are what the chain covers. */
  confirms(table: string, last: number): boolean {
    return last < (this.#tables.get(table)?.confirmed ?? 0);
  }
}

/** Who reads from the first row on, page by page, hashes as he goes; whoever jumps does not. */
class TableReading {
  /** Rows from 0 on that are as the chain has them. */
  confirmed = 0;
  readonly #database: SqliteDatabase;
  readonly #sql: string;
  readonly #width: number;
  readonly #lots: Iterator<Lot>;
  /** Rows from 0 on that were hashed; null: something is not as it is due, and the rest is not hashed. */
  #hashed: number | null = 0;
  #lot: Lot | null = null;
  #hash: Hash = createHash("sha256");

  constructor(database: SqliteDatabase, table: LotTable) {
    const columns = LOTS.filter(({ name }) => name === table).flatMap((lot) =>
      columnsOf(database, lot),
    );
    this.#database = database;
    this.#width = Math.max(...columns.map(({ number }) => number)) + 1;
    this.#sql = `SELECT CAST(group_concat(said, '') AS BLOB) AS said FROM (
      SELECT ${rowSql(columns, "r")} AS said FROM ${table} r
      WHERE sequence >= ? ORDER BY sequence LIMIT ?)`;
    this.#lots = lotsOf(database, table);
  }

  page(from: number, limit: number): readonly LotRow[] {
    const all: LotRow[] = [];
    while (all.length < limit) {
      const last = all.at(-1);
      const next = last === undefined ? from : wholeIn(last, 0) + 1;
      const count = Math.min(ROWS_AT_ONCE, limit - all.length);
      const rows = this.#rows(next, count);
      for (const row of rows) all.push(row);
      if (rows.length < count) break;
    }
    return all;
  }

  #rows(from: number, limit: number): readonly LotRow[] {
    const found = this.#database.get(this.#sql, BigInt(from), BigInt(limit));
    if (found === undefined || found["said"] === null) return [];
    const said = bytes(found, "said");
    const buffer = Buffer.from(said.buffer, said.byteOffset, said.byteLength);
    const rows: LotRow[] = [];
    const ends: number[] = [];
    readRows(buffer, this.#width, (row, end) => {
      rows.push(row);
      ends.push(end);
    });
    if (this.#hashed === from) this.#add(buffer, rows, ends);
    return rows;
  }

  /** Goes on with hashing: lots end where the chain says. */
  #add(buffer: Buffer, rows: readonly LotRow[], ends: readonly number[]): void {
    let start = 0;
    for (let index = 0; index < rows.length && this.#hashed !== null; ) {
      if (this.#lot === null) {
        const { done, value } = this.#lots.next();
        if (done === true || value.first !== this.#hashed) {
          this.#hashed = null;
          return;
        }
        this.#lot = value;
        this.#hash = createHash("sha256");
      }
      const { first, last, digest } = this.#lot;
      const until = Math.min(rows.length, index + last + 1 - this.#hashed);
      for (; index < until; index++) {
        if (rows[index]?.[0] !== this.#hashed) {
          this.#hashed = null;
          return;
        }
        this.#hashed++;
      }
      const end = ends[until - 1] ?? start;
      this.#hash.update(buffer.subarray(start, end));
      start = end;
      if (this.#hashed <= last) return;
      if (last < first || this.#hash.digest("hex") !== digest) {
        this.#hashed = null;
        return;
      }
      this.#lot = null;
      this.confirmed = this.#hashed;
    }
  }
}

interface Lot {
  readonly first: number;
  readonly last: number;
  readonly digest: string;
}

/** What links of a table cover, in the chain's order; it ends at one that covers no lot. */
function* lotsOf(database: SqliteDatabase, table: string): Generator<Lot> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = database.all(
      "SELECT link, place, digest FROM chain WHERE what = ? AND link > ? ORDER BY link LIMIT ?",
      table,
      BigInt(after),
      BigInt(LINKS),
    );
    for (const row of page) {
      after = whole(row, "link");
      const [, first, last] = /^(\d+)-(\d+)$/.exec(text(row, "place")) ?? [];
      if (first === undefined || last === undefined) return;
      yield { first: Number(first), last: Number(last), digest: text(row, "digest") };
    }
    if (page.length < LINKS) return;
  }
}

const [OPEN, CLOSE, COLON, SEMICOLON, MINUS, ZERO] = [0x28, 0x29, 0x3a, 0x3b, 0x2d, 0x30];
const [WHOLE, TEXT] = [0x69, 0x74];

/** Reads what {@link rowSql} wrote. */
function readRows(
  buffer: Buffer,
  width: number,
  onRow: (row: (string | number | null)[], end: number) => void,
): void {
  // Where all characters are ASCII, nearly always, each is where its byte is.
  const ascii = isAscii(buffer) ? buffer.toString("latin1") : null;
  let at = 0;
  const digits = (end: number): number => {
    let number = 0;
    for (; at < buffer.length; at++) {
      const digit = (buffer[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (buffer[at] !== end) throw damaged();
    at++;
    return number;
  };
  while (at < buffer.length) {
    if (buffer[at++] !== OPEN) throw damaged();
    const row = new Array<string | number | null>(width).fill(null);
    while (buffer[at] !== CLOSE) {
      let column = 0;
      for (; isDigit(buffer[at]); at++) column = column * 10 + (buffer[at] ?? 0) - ZERO;
      const kind = buffer[at++];
      if (column >= width) throw damaged();
      if (kind === WHOLE) {
        const isNegative = buffer[at] === MINUS;
        if (isNegative) at++;
        const number = digits(SEMICOLON);
        row[column] = isNegative ? -number : number;
      } else if (kind === TEXT) {
        const length = digits(COLON);
        if (at + length >= buffer.length) throw damaged();
        row[column] = ascii?.slice(at, at + length) ?? buffer.toString("utf8", at, at + length);
        at += length;
      } else throw damaged();
    }
    at++;
    onRow(row, at);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

function damaged(): InputError {
  return new InputError("the store's events or entries hold what poolsim does not write", {
    code: "STORE_DAMAGED",
  });
}

/** The text of a row's column. @throws InputError (`STORE_DAMAGED`) */
export function textIn(row: LotRow, column: number): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw damaged();
}

/** The number in a row's column. @throws InputError (`STORE_DAMAGED`) */
export function wholeIn(row: LotRow, column: number): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw damaged();
}
