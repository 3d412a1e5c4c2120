/** Rows of a lot on their way into their table, some at a time, with the hash that their link has. */
import type { SqliteDatabase, SqlValue } from "../../../io/sqlite.js";
import type { ChainTables } from "./chain-tables.js";
import type { RowHash } from "./covered.js";

/** As many as one statement takes; lists and texts for more would cost V8 more than all the rest. */
const ROWS_AT_ONCE = 256;

export class LotWriter {
  readonly #database: SqliteDatabase;
  readonly #chain: ChainTables;
  readonly #table: string;
  readonly #into: string;
  readonly #columns: number;
  readonly #hash: RowHash | null;
  readonly #values: SqlValue[] = [];

  /** @param columns all of the table's, in their order; the first counts the rows */
  constructor(
    database: SqliteDatabase,
    chain: ChainTables,
    { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  ) {
    this.#database = database;
    this.#chain = chain;
    this.#table = table;
    this.#into = `${table} (${columns.join(", ")})`;
    this.#columns = columns.length;
    this.#hash = chain.lotHash(table);
  }

  /** @param row a value for each column */
  add(...row: readonly SqlValue[]): void {
    for (const value of row) this.#values.push(value);
    if (this.#values.length >= ROWS_AT_ONCE * this.#columns) this.#flush();
  }

  /** All rows are added: those from the first to the last. */
  end(first: number, last: number): void {
    this.#flush();
    if (this.#hash !== null) this.#chain.added(this.#table, [first, last], this.#hash);
  }

  #flush(): void {
    if (this.#values.length === 0) return;
    this.#database.insert(this.#into, this.#columns, this.#values);
    this.#hash?.add(this.#values);
    this.#values.length = 0;
  }
}
