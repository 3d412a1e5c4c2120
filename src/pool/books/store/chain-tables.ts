/**
 * The chain on disk. Which rows were changed is noted by triggers that only poolsim's own connection
 * has: who changes the file by other means adds no link to the chain, and differs from it.
 */
import type { SqliteDatabase, SqlValue } from "../../../io/sqlite.js";
import { checkChain } from "./chain-check.js";
import { addLinks, type Link, sha256, touchedRows, triggersOf } from "./chain-links.js";
import type { ChainFindings, ChainHead, ChainStore } from "./chain-store.js";
import { text, whole } from "./columns.js";
import { type CoveredColumn, columnsOf, LOTS, rowBytes, SINGLE } from "./covered.js";

/** Adds links for all that is committed. */
export class ChainTables implements ChainStore {
  readonly #database: SqliteDatabase;
  /** Of this transaction. */
  readonly #lots: Link[] = [];
  readonly #columns = new Map<string, readonly CoveredColumn[]>();
  #isKept = false;

  /** @param database up to date */
  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** From now on links are added: not by who only reads, nor to books that are thrown away. */
  begin(): void {
    for (const table of LOTS) this.#columns.set(table.name, columnsOf(this.#database, table));
    this.#database.exec(`PRAGMA temp_store = MEMORY;
      CREATE TEMP TABLE touched (what TEXT NOT NULL, place TEXT NOT NULL, UNIQUE (what, place));
      ${[...LOTS, ...SINGLE].map((table) => triggersOf(this.#database, table)).join("\n")}`);
    this.#isKept = true;
    this.#database.beforeCommit(() => this.#seal());
  }

  /** What a failed transaction added is not there. */
  forget(): void {
    this.#lots.length = 0;
  }

  /**
   * Rows that this transaction added to one of {@link LOTS}.
   *
   * @param table its name
   * @param values of all columns in their order, of one row after the other
   */
  added(table: string, first: number, last: number, values: readonly SqlValue[]): void {
    if (!this.#isKept) return;
    const digest = sha256(rowBytes(this.#columns.get(table) ?? [], values));
    this.#lots.push({ what: table, place: `${first}-${last}`, digest });
  }

  head(): ChainHead | null {
    const row = this.#database.get("SELECT link, hash FROM chain ORDER BY link DESC LIMIT 1");
    return row === undefined ? null : { links: whole(row, "link"), hash: text(row, "hash") };
  }

  check(outside?: ChainHead): ChainFindings {
    return checkChain(this.#database, outside);
  }

  #seal(): void {
    const links = [...this.#lots, ...touchedRows(this.#database)];
    this.#lots.length = 0;
    if (links.length > 0) addLinks(this.#database, this.head(), links);
  }
}
