/** Tickets on disk. */
import type { SqliteDatabase, SqlRow } from "../../../io/sqlite.js";
import { big, bigOrNull, oneOf, text, textOrNull, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { RedemptionRow, TicketRow, TicketStore } from "./ticket-store.js";

export class TicketTables implements TicketStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list({ sinceMs = 0 }: { sinceMs?: number | undefined } = {}): readonly TicketRow[] {
    return this.#database
      .all("SELECT * FROM tickets WHERE won_at >= ? ORDER BY id DESC", BigInt(Math.trunc(sinceMs)))
      .map(ticketOf);
  }

  like(ticket: string): readonly TicketRow[] {
    return this.#database
      .all("SELECT * FROM tickets WHERE ticket = ? ORDER BY id", ticket)
      .map(ticketOf);
  }

  byHash(txHash: string): TicketRow | null {
    const row = this.#database.get("SELECT * FROM tickets WHERE tx_hash = ?", txHash);
    return row === undefined ? null : ticketOf(row);
  }

  add(ticket: Omit<TicketRow, "id">): void {
    this.#database.run(
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

  change(ticket: TicketRow): void {
    this.#database.run(
      "UPDATE tickets SET state = ?, won_at = ?, tx_hash = ?, gas_fees = ? WHERE id = ?",
      ticket.state,
      BigInt(ticket.wonAtMs),
      ticket.txHash,
      ticket.gasFeesWei?.toString() ?? null,
      BigInt(ticket.id),
    );
  }

  remove(id: number): void {
    this.#database.run("DELETE FROM tickets WHERE id = ?", BigInt(id));
  }

  redemptions(ticket: string): readonly RedemptionRow[] {
    return this.#database
      .all("SELECT * FROM redemptions WHERE ticket = ? ORDER BY tx_hash", ticket)
      .map((row) => ({
        txHash: text(row, "tx_hash"),
        ticket: text(row, "ticket"),
        isToldWon: whole(row, "is_told_won") === 1,
      }));
  }

  putRedemption({ txHash, ticket, isToldWon }: RedemptionRow): void {
    this.#database.run(
      "INSERT OR REPLACE INTO redemptions (ticket, tx_hash, is_told_won) VALUES (?, ?, ?)",
      ticket,
      txHash,
      isToldWon ? 1n : 0n,
    );
  }

  dropRedemption({ txHash, ticket }: RedemptionRow): void {
    this.#database.run("DELETE FROM redemptions WHERE ticket = ? AND tx_hash = ?", ticket, txHash);
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
