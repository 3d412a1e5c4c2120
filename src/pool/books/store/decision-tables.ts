/** What an operator decided about single events, on disk. */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { oneOf, text, textOrNull, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import { DECISION_KINDS, type DecisionRow, type DecisionStore } from "./decision-store.js";

export class DecisionTables implements DecisionStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list(): readonly DecisionRow[] {
    return this.#database.all("SELECT * FROM decisions ORDER BY id").map(decisionOf);
  }

  of(event: number): DecisionRow | null {
    const row = this.#database.get(
      "SELECT * FROM decisions WHERE event = ? ORDER BY id DESC LIMIT 1",
      BigInt(event),
    );
    return row === undefined ? null : decisionOf(row);
  }

  add(decision: Omit<DecisionRow, "id">): void {
    const { kind, event, address, reason, atMs, lastEvent, roundsBefore } = decision;
    this.#database.run(
      `INSERT INTO decisions (kind, event, address, reason, at, last_event, rounds_before)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      kind,
      BigInt(event),
      address,
      reason,
      BigInt(atMs),
      BigInt(lastEvent),
      BigInt(roundsBefore),
    );
  }
}

function decisionOf(row: SqlRow): DecisionRow {
  return {
    id: whole(row, "id"),
    kind: oneOf(row, "kind", DECISION_KINDS),
    event: whole(row, "event"),
    address: textOrNull(row, "address"),
    reason: text(row, "reason"),
    atMs: whole(row, "at"),
    lastEvent: whole(row, "last_event"),
    roundsBefore: whole(row, "rounds_before"),
  };
}
