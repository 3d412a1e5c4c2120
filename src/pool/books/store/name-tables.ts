/** Names of workers on disk. */
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { text, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { NameRow, NameStore } from "./name-store.js";

export class NameTables implements NameStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list(): readonly NameRow[] {
    return this.#database.all("SELECT * FROM names ORDER BY address").map((row) => ({
      address: text(row, "address"),
      name: text(row, "name"),
      atMs: whole(row, "at"),
    }));
  }

  set({ address, name, atMs }: NameRow): void {
    this.#database.run(
      "INSERT OR REPLACE INTO names (address, name, at) VALUES (?, ?, ?)",
      address.toLowerCase(),
      name,
      BigInt(atMs),
    );
  }

  forget(address: string): void {
    this.#database.run("DELETE FROM names WHERE address = ?", address.toLowerCase());
  }
}
