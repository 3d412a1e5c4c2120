/** Closed rounds on disk. */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { big, text, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { ClosedRound, RoundStore } from "./round-store.js";

export class RoundTables implements RoundStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list(): readonly ClosedRound[] {
    return this.#database.all("SELECT * FROM rounds ORDER BY round").map(roundOf);
  }

  last(): ClosedRound | null {
    const row = this.#database.get("SELECT * FROM rounds ORDER BY round DESC LIMIT 1");
    return row === undefined ? null : roundOf(row);
  }

  add(round: ClosedRound): void {
    this.#database.run(
      "INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      BigInt(round.round),
      round.scheme,
      round.incomeWei.toString(),
      round.sharedWei.toString(),
      round.commissionWei.toString(),
      round.unattributedWei.toString(),
      BigInt(round.closedAtMs),
      round.entrySequence === null ? null : BigInt(round.entrySequence),
      BigInt(round.lastEvent),
    );
  }
}

function roundOf(row: SqlRow): ClosedRound {
  return {
    round: whole(row, "round"),
    scheme: text(row, "scheme"),
    incomeWei: big(row, "income"),
    sharedWei: big(row, "shared"),
    commissionWei: big(row, "commission"),
    unattributedWei: big(row, "unattributed"),
    closedAtMs: whole(row, "closed_at"),
    entrySequence: wholeOrNull(row, "entry"),
    lastEvent: whole(row, "last_event"),
  };
}
