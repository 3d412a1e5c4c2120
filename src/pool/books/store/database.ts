/** The database under the tables of a store: opened, brought up to date, one transaction for all. */
import { SqliteDatabase } from "../../../io/sqlite.js";
import { ChainTables } from "./chain-tables.js";
import { assertLogWhole, bringUpToDate, makePrivate } from "./file.js";
import { migrate } from "./schema.js";

/** Where books are, and how they are opened. */
export interface StoreOptions {
  /** A file, made if it is not there; `:memory:` = nowhere. */
  readonly path: string;
  /** Refuses to write and to create. @default false */
  readonly readOnly?: boolean | undefined;
  /** Books to compare with, thrown away afterwards: nothing outlives the process. @default false */
  readonly isScratch?: boolean | undefined;
}

export class StoreDatabase {
  readonly sql: SqliteDatabase;
  readonly chain: ChainTables;
  readonly #failed: (() => void)[] = [];
  readonly #last: (() => void)[] = [];
  #isOpen = false;

  constructor({ path, readOnly = false, isScratch }: StoreOptions) {
    if (path !== ":memory:") assertLogWhole(path);
    if (readOnly) bringUpToDate(path);
    else if (path !== ":memory:") makePrivate(path);
    this.sql = new SqliteDatabase({ path, readOnly, isScratch });
    if (!readOnly) {
      this.sql.exec("PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384");
      migrate(this.sql);
    }
    this.chain = new ChainTables(this.sql);
    if (!readOnly && isScratch !== true) this.chain.begin();
    this.onFailure(() => this.chain.forget());
  }

  /** All or nothing, durable when it returns. Inside another one it is a part of that. */
  readonly transaction = <T>(work: () => T): T => {
    if (this.#isOpen) return work();
    this.#isOpen = true;
    try {
      return this.sql.transaction(() => {
        const result = work();
        for (const write of this.#last) write();
        return result;
      });
    } catch (error) {
      for (const forget of this.#failed) forget();
      throw error;
    } finally {
      this.#isOpen = false;
    }
  };

  /** What is still to be written when the work of a transaction is done: once, however often it was changed. */
  readonly atEnd = (write: () => void): void => {
    this.#last.push(write);
  };

  /** What to forget when a transaction fails: whatever is remembered of what it wrote. */
  readonly onFailure = (forget: () => void): void => {
    this.#failed.push(forget);
  };
}
