/** What operators did, on disk. */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import type { ActQuery, ActRow, ActStore } from "./act-store.js";
import { text, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";

export class ActTables implements ActStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  add({ kind, subject, detail, reason, author, atMs }: Omit<ActRow, "id">): number {
    const row = this.#database.get(
      `INSERT INTO acts (kind, subject, detail, reason, author, at) VALUES (?, ?, ?, ?, ?, ?)
       RETURNING id`,
      kind,
      subject,
      JSON.stringify(detail),
      reason,
      author,
      BigInt(Math.trunc(atMs)),
    );
    return row === undefined ? 0 : whole(row, "id");
  }

  get(id: number): ActRow | null {
    const row = this.#database.get("SELECT * FROM acts WHERE id = ?", BigInt(id));
    return row === undefined ? null : actOf(row);
  }

  list({ kinds, subject, beforeId, limit = 1_000 }: ActQuery = {}): readonly ActRow[] {
    const words = kinds === undefined ? null : JSON.stringify(kinds);
    const before = beforeId === undefined ? null : BigInt(beforeId);
    return this.#database
      .all(
        `SELECT * FROM acts
         WHERE (? IS NULL OR kind IN (SELECT value FROM json_each(?)))
           AND (? IS NULL OR subject = ?) AND (? IS NULL OR id < ?)
         ORDER BY id DESC LIMIT ?`,
        ...[words, words],
        ...[subject ?? null, subject ?? null],
        ...[before, before],
        BigInt(limit),
      )
      .map(actOf);
  }

  newest(kinds: readonly string[]): readonly ActRow[] {
    return this.#database
      .all(
        `SELECT * FROM acts WHERE id IN
           (SELECT max(id) FROM acts WHERE kind IN (SELECT value FROM json_each(?)) GROUP BY subject)
         ORDER BY subject`,
        JSON.stringify(kinds),
      )
      .map(actOf);
  }
}

function actOf(row: SqlRow): ActRow {
  return {
    id: whole(row, "id"),
    kind: text(row, "kind"),
    subject: text(row, "subject"),
    detail: detailOf(text(row, "detail")),
    reason: text(row, "reason"),
    author: text(row, "author"),
    atMs: whole(row, "at"),
  };
}

function detailOf(json: string): ActRow["detail"] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null) {
    throw new InputError(`the store's column detail holds ${json.slice(0, 60)}`, {
      code: "STORE_DAMAGED",
    });
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, String(part)]));
}
