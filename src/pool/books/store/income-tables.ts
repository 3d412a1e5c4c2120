/** Income from the chain, on disk. */
import type { SqliteDatabase } from "../../../io/sqlite.js";
import { big, bigOrNull, text, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { IncomeOf, IncomeRow, IncomeStore } from "./income-store.js";

export class IncomeTables implements IncomeStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  list({ chainId, recipient }: IncomeOf): readonly IncomeRow[] {
    return this.#database
      .all(
        `SELECT * FROM chain_income WHERE chain_id = ? AND recipient = ?
         ORDER BY block_number, log_index`,
        chainId.toString(),
        recipient.toLowerCase(),
      )
      .map((row) => ({
        chainId: big(row, "chain_id"),
        recipient: text(row, "recipient"),
        txHash: text(row, "tx_hash"),
        logIndex: whole(row, "log_index"),
        blockNumber: whole(row, "block_number"),
        blockHash: text(row, "block_hash"),
        atMs: whole(row, "at"),
        sender: text(row, "sender"),
        faceValueWei: big(row, "face_value"),
        winProb: big(row, "win_prob"),
        creationRound: big(row, "creation_round"),
        paidWei: big(row, "paid"),
        gasWei: bigOrNull(row, "gas"),
      }));
  }

  put(rows: readonly IncomeRow[]): void {
    for (const row of rows) {
      this.#database.run(
        "INSERT OR REPLACE INTO chain_income VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.chainId.toString(),
        row.recipient.toLowerCase(),
        row.txHash,
        BigInt(row.logIndex),
        BigInt(row.blockNumber),
        row.blockHash,
        BigInt(row.atMs),
        row.sender,
        row.faceValueWei.toString(),
        row.winProb.toString(),
        row.creationRound.toString(),
        row.paidWei.toString(),
        row.gasWei?.toString() ?? null,
      );
    }
  }

  dropFrom({ chainId, recipient }: IncomeOf, blockNumber: number): number {
    return this.#database.run(
      "DELETE FROM chain_income WHERE chain_id = ? AND recipient = ? AND block_number >= ?",
      chainId.toString(),
      recipient.toLowerCase(),
      BigInt(blockNumber),
    );
  }
}
