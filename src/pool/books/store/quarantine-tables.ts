/** Quarantine on disk. */
import { createHash } from "node:crypto";
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { bytes, text, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { QuarantineQuery, QuarantineRow, QuarantineStore } from "./quarantine-store.js";

export class QuarantineTables implements QuarantineStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list({ all = false, of, afterId = 0, limit }: QuarantineQuery = {}): readonly QuarantineRow[] {
    const waiting = all ? "" : "AND resolved_at IS NULL AND dismissed_at IS NULL";
    const ofOne = of === undefined ? "" : "AND source = ? AND origin = ?";
    const rows = this.#database.all(
      `SELECT * FROM quarantine WHERE id > ? ${waiting} ${ofOne} ORDER BY id LIMIT ?`,
      BigInt(afterId),
      ...(of === undefined ? [] : [of.source, of.origin]),
      BigInt(limit ?? -1),
    );
    return rows.map((row) => ({
      id: whole(row, "id"),
      source: text(row, "source"),
      origin: text(row, "origin"),
      position: whole(row, "position"),
      code: text(row, "code"),
      reason: text(row, "reason"),
      raw: bytes(row, "raw"),
      atMs: whole(row, "at"),
      resolvedAtMs: wholeOrNull(row, "resolved_at"),
      dismissedAtMs: wholeOrNull(row, "dismissed_at"),
    }));
  }

  count(): number {
    const row = this.#database.get(
      "SELECT count(*) AS waiting FROM quarantine WHERE resolved_at IS NULL AND dismissed_at IS NULL",
    );
    return row === undefined ? 0 : whole(row, "waiting");
  }

  add(rows: readonly Omit<QuarantineRow, "id" | "resolvedAtMs" | "dismissedAtMs">[]): number {
    let added = 0;
    for (const { source, origin, position, code, reason, raw, atMs } of rows) {
      const digest = createHash("sha256").update(source).update("\0").update(raw).digest("hex");
      added += this.#database.run(
        `INSERT OR IGNORE INTO quarantine (source, origin, position, code, reason, raw, digest, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        source,
        origin,
        BigInt(position),
        code,
        reason,
        raw,
        digest,
        BigInt(Math.trunc(atMs)),
      );
    }
    return added;
  }

  resolve(id: number, atMs: number): void {
    this.#database.run(
      "UPDATE quarantine SET resolved_at = ? WHERE id = ?",
      BigInt(Math.trunc(atMs)),
      BigInt(id),
    );
  }

  dismiss(id: number, atMs: number | null): boolean {
    const changed = this.#database.run(
      `UPDATE quarantine SET dismissed_at = ?
       WHERE id = ? AND resolved_at IS NULL AND (dismissed_at IS NULL) = ?`,
      atMs === null ? null : BigInt(Math.trunc(atMs)),
      BigInt(id),
      atMs === null ? 0n : 1n,
    );
    return changed > 0;
  }
}
