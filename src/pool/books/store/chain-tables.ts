/**
 * The chain on disk. Which rows were changed is noted by triggers that only poolsim's own connection
 * has: who changes the file by other means adds no link to the chain, and differs from it.
 */
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { checkChain } from "./chain-check.js";
import { addLinks, type Link, touchedRows, triggersOf } from "./chain-links.js";
import type { ChainFindings, ChainHead, ChainStore } from "./chain-store.js";
import { text, whole } from "./columns.js";
import { type CoveredColumn, columnsOf, LOTS, RowHash, SINGLE } from "./covered.js";
import { LotReading } from "./lot-reading.js";
import { assertOfThisVersion } from "./schema.js";

/** Adds links for all that is committed. */
export class ChainTables implements ChainStore {
  readonly #database: SqliteDatabase;
  /** Of this transaction. */
  readonly #lots: Link[] = [];
  readonly #columns = new Map<string, readonly CoveredColumn[]>();
  #isKept = false;
  #reading: LotReading | null = null;

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

  /** For the rows of a lot of one of {@link LOTS}, in their order; null: no links are kept. */
  lotHash(table: string): RowHash | null {
    return this.#isKept ? new RowHash(this.#columns.get(table) ?? []) : null;
  }

  /** Rows that this transaction added to one of {@link LOTS}: from the first to the last. */
  added(table: string, [first, last]: readonly [number, number], hash: RowHash): void {
    this.#lots.push({ what: table, place: `${first}-${last}`, digest: hash.digest() });
  }

  head(): ChainHead | null {
    const row = this.#database.get("SELECT link, hash FROM chain ORDER BY link DESC LIMIT 1");
    return row === undefined ? null : { links: whole(row, "link"), hash: text(row, "hash") };
  }

  check(outside?: ChainHead): ChainFindings {
    return checkChain(this.#database, { outside, reading: this.#reading });
  }

  /** What events and entries are read through; null: nobody is going to check them now. */
  get reading(): LotReading | null {
    return this.#reading;
  }

  readonly readingOnce = <T>(work: () => T): T => {
    this.#reading = new LotReading(this.#database);
    try {
      return work();
    } finally {
      this.#reading = null;
    }
  };

  #seal(): void {
    assertOfThisVersion(this.#database);
    const links = [...this.#lots, ...touchedRows(this.#database)];
    this.#lots.length = 0;
    if (links.length > 0) addLinks(this.#database, this.head(), links);
  }
}
