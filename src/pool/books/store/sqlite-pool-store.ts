/** A pool's books in an SQLite file, or in memory: the same code, the same tables. */
import type { SqlRow } from "../../../io/sqlite.js";
import { big, bigOrNull, oneOf, text, textOrNull, whole, wholeOrNull } from "./columns.js";
import { ReportTables } from "./report-tables.js";
import type { ClosedRound, PoolStore, RedemptionRow, TicketRow } from "./store.js";

/**
 * Opens the books.
 *
 * @throws InputError (`STORE_VERSION`) for a file of a later poolsim; (`DATABASE_MISSING`)
 * @throws RemoteError (`SQLITE_…`)
 */
export class SqlitePoolStore extends ReportTables implements PoolStore {
  cursor(source: string): string | null {
    const row = this.database.get("SELECT cursor FROM cursors WHERE source = ?", source);
    return row === undefined ? null : text(row, "cursor");
  }

  setCursor(source: string, cursor: string): void {
    this.database.run("INSERT OR REPLACE INTO cursors VALUES (?, ?)", source, cursor);
  }

  cursors(): ReadonlyMap<string, string> {
    const rows = this.database.all("SELECT * FROM cursors ORDER BY source");
    return new Map(rows.map((row) => [text(row, "source"), text(row, "cursor")]));
  }

  setting(key: string): string | null {
    const row = this.database.get("SELECT value FROM settings WHERE key = ?", key);
    return row === undefined ? null : text(row, "value");
  }

  setSetting(key: string, value: string): void {
    this.database.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value);
  }

  log({ atMs, key, value }: { atMs: number; key: string; value: string }): void {
    this.database.run(
      "INSERT INTO logs VALUES (?, ?, ?)",
      new Date(atMs).toISOString().slice(0, 19).replace("T", " "),
      key,
      value,
    );
  }

  tickets({ sinceMs = 0 }: { sinceMs?: number | undefined } = {}): readonly TicketRow[] {
    return this.database
      .all("SELECT * FROM tickets WHERE won_at >= ? ORDER BY id DESC", BigInt(Math.trunc(sinceMs)))
      .map(ticketOf);
  }

  ticketsLike(ticket: string): readonly TicketRow[] {
    return this.database
      .all("SELECT * FROM tickets WHERE ticket = ? ORDER BY id", ticket)
      .map(ticketOf);
  }

  ticketByHash(txHash: string): TicketRow | null {
    const row = this.database.get("SELECT * FROM tickets WHERE tx_hash = ?", txHash);
    return row === undefined ? null : ticketOf(row);
  }

  addTicket(ticket: Omit<TicketRow, "id">): void {
    this.database.run(
      `INSERT INTO tickets (ticket, sender, recipient, face_value, creation_round, state,
         won_at, tx_hash, gas_fees) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ticket.ticket,
      ticket.sender,
      ticket.recipient,
      ticket.faceValueWei.toString(),
      ticket.creationRound.toString(),
      ticket.state,
      BigInt(ticket.wonAtMs),
      ticket.txHash,
      ticket.gasFeesWei?.toString() ?? null,
    );
  }

  changeTicket(ticket: TicketRow): void {
    this.database.run(
      "UPDATE tickets SET state = ?, won_at = ?, tx_hash = ?, gas_fees = ? WHERE id = ?",
      ticket.state,
      BigInt(ticket.wonAtMs),
      ticket.txHash,
      ticket.gasFeesWei?.toString() ?? null,
      BigInt(ticket.id),
    );
  }

  removeTicket(id: number): void {
    this.database.run("DELETE FROM tickets WHERE id = ?", BigInt(id));
  }

  redemptions(ticket: string): readonly RedemptionRow[] {
    return this.database
      .all("SELECT * FROM redemptions WHERE ticket = ? ORDER BY tx_hash", ticket)
      .map((row) => ({
        txHash: text(row, "tx_hash"),
        ticket: text(row, "ticket"),
        isToldWon: whole(row, "is_told_won") === 1,
      }));
  }

  putRedemption({ txHash, ticket, isToldWon }: RedemptionRow): void {
    this.database.run(
      "INSERT OR REPLACE INTO redemptions (ticket, tx_hash, is_told_won) VALUES (?, ?, ?)",
      ticket,
      txHash,
      isToldWon ? 1n : 0n,
    );
  }

  rounds(): readonly ClosedRound[] {
    return this.database.all("SELECT * FROM rounds ORDER BY round").map(roundOf);
  }

  lastRound(): ClosedRound | null {
    const row = this.database.get("SELECT * FROM rounds ORDER BY round DESC LIMIT 1");
    return row === undefined ? null : roundOf(row);
  }

  addRound(round: ClosedRound): void {
    this.database.run(
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

function ticketOf(row: SqlRow): TicketRow {
  return {
    id: whole(row, "id"),
    ticket: text(row, "ticket"),
    sender: text(row, "sender"),
    recipient: text(row, "recipient"),
    faceValueWei: big(row, "face_value"),
    creationRound: big(row, "creation_round"),
    state: oneOf(row, "state", ["won", "redeemed", "failed"]),
    wonAtMs: whole(row, "won_at"),
    txHash: textOrNull(row, "tx_hash"),
    gasFeesWei: bigOrNull(row, "gas_fees"),
  };
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
