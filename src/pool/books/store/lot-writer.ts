/** Rows of a lot on their way into their table, some at a time, with the hash that their link has. */
import type { SqliteDatabase, SqlValue } from "../../../io/sqlite.js";
import type { ChainTables } from "./chain-tables.js";
import type { RowHash } from "./covered.js";

/** Statements for so many rows are prepared; lists and texts for more would cost V8 more than all the rest. */
const ROWS_AT_ONCE = [256, 64, 16];
/** As many as come to one statement behind the lot's first row. */
const ROWS_MAX = 257;

/** Texts of statements, by what they insert: as many as there are forms of rows. */
const statements = new Map<string, string>();

/** A list that V8 knows to hold anything: it would compile its users again whenever another kind comes first. */
function noValues(): SqlValue[] {
  const values: SqlValue[] = [null];
  values.length = 0;
  return values;
}

export class LotWriter {
  readonly #database: SqliteDatabase;
  readonly #chain: ChainTables;
  readonly #table: string;
  readonly #columns: readonly string[];
  readonly #hash: RowHash | null;
  #values = noValues();
  #said = "";
  #isBegun = false;

  /** @param columns all of the table's, in their order; the first counts the rows */
  constructor(
    database: SqliteDatabase,
    chain: ChainTables,
    { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  ) {
    this.#database = database;
    this.#chain = chain;
    this.#table = table;
    this.#columns = columns;
    this.#hash = chain.lotHash(table);
  }

  /**
   * @param said the row as its link has it, if all of it is ASCII
   * @param row a value for each column
   */
  add(said: string, ...row: readonly SqlValue[]): void {
    for (const value of row) this.#values.push(value);
    this.#said += said;
    if (this.#values.length >= ROWS_MAX * this.#columns.length) this.#flush();
  }

  /** All rows are added: those from the first to the last. */
  end(first: number, last: number): void {
    this.#flush();
    if (this.#hash !== null) this.#chain.added(this.#table, [first, last], this.#hash);
  }

  #flush(): void {
    const width = this.#columns.length;
    const [values, said] = [this.#values, this.#said];
    if (values.length === 0) return;
    this.#values = noValues();
    this.#said = "";
    this.#hash?.add(said, values);
    const into = `${this.#table} (${this.#columns.join(", ")})`;
    let at = 0;
    if (!this.#isBegun) {
      this.#database.insert(into, width, values.slice(0, width));
      this.#isBegun = true;
      at = width;
    }
    while (at < values.length) {
      const count = ROWS_AT_ONCE.find((rows) => rows * width <= values.length - at);
      if (count === undefined) {
        this.#database.insert(into, width, values.slice(at));
        return;
      }
      this.#insert(values, at, count);
      at += count * width;
    }
  }

  /** What is the same in all rows is told once, and SQLite counts by itself behind the lot's first row. */
  #insert(values: readonly SqlValue[], from: number, count: number): void {
    const width = this.#columns.length;
    const end = from + count * width;
    const same: number[] = [];
    const other: number[] = [];
    for (let column = 1; column < width; column++) {
      const first = values[from + column];
      let at = from + column + width;
      while (at < end && values[at] === first) at += width;
      (at >= end ? same : other).push(column);
    }
    const bound = noValues();
    for (const column of same) bound.push(values[from + column] ?? null);
    for (let row = from; row < end; row += width) {
      for (const column of other) bound.push(values[row + column] ?? null);
    }
    this.#database.runAll(this.#statement(same, other, count), bound);
  }

  #statement(same: readonly number[], other: readonly number[], count: number): string {
    const form = `${this.#table} ${same.join()} ${other.join()} ${count}`;
    let sql = statements.get(form);
    if (sql === undefined) {
      const names = [...same, ...other].map((column) => this.#columns[column]).join(", ");
      const taken = [...same.map(() => "?"), ...other.map((_, index) => `column${index + 1}`)];
      const row = `(${other.map(() => "?").join(", ")})`;
      const rows = Array(count).fill(row).join(", ");
      sql = `INSERT INTO ${this.#table} (${names}) SELECT ${taken.join(", ")} FROM (VALUES ${rows})`;
      statements.set(form, sql);
    }
    return sql;
  }
}
