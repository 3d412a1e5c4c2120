/** Payouts and everything ever signed for them. */
import { InputError } from "../../../core/errors.js";
import type { SqliteDatabase, SqlRow, SqlValue } from "../../../io/sqlite.js";
import { inPayoutAccount, pendingAccount } from "../accounts.js";
import { big, bigOrNull, oneOf, text, textOrNull, whole, wholeOrNull } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type {
  AcknowledgedNonce,
  NewPayout,
  PayingWallet,
  PayoutAttempt,
  PayoutChange,
  PayoutQuery,
  PayoutRow,
  PayoutState,
  PayoutStore,
} from "./payout-store.js";

const STATES: readonly PayoutState[] = [
  "intent",
  "signed",
  "sent",
  "mined",
  "confirmed",
  "failed",
  "cancelled",
];

export class PayoutTables implements PayoutStore {
  readonly #database: SqliteDatabase;

  constructor({ sql }: StoreDatabase) {
    this.#database = sql;
  }

  add(payout: NewPayout): number {
    const { address, amountWei, chainId, fromAddress, nonce, createdAtMs, sources, batch } = payout;
    const row = this.#database.get(
      `INSERT INTO payouts (address, amount, chain_id, from_address, nonce, state, created_at,
         updated_at, sources, batch) VALUES (?, ?, ?, ?, ?, 'intent', ?, ?, ?, ?) RETURNING id`,
      address.toLowerCase(),
      amountWei.toString(),
      chainId.toString(),
      fromAddress.toLowerCase(),
      BigInt(nonce),
      BigInt(createdAtMs),
      BigInt(createdAtMs),
      JSON.stringify(sources.map(({ account, wei }) => [account, wei.toString()])),
      bigOf(batch ?? null),
    );
    if (row === undefined) throw missing("new");
    return whole(row, "id");
  }

  change(id: number, change: PayoutChange): void {
    const row = this.get(id);
    if (row === null) throw missing(id);
    const value = <K extends keyof PayoutRow & keyof PayoutChange>(key: K): PayoutRow[K] => {
      const next: unknown = change[key];
      // An optional key that is there holds what its column holds.
      return next === undefined ? row[key] : (next as PayoutRow[K]);
    };
    this.#database.run(
      `UPDATE payouts SET state = ?, tx_hash = ?, block_number = ?, block_hash = ?,
         gas_fees = ?, reason = ?, updated_at = ? WHERE id = ?`,
      value("state"),
      value("txHash"),
      bigOf(value("blockNumber")),
      value("blockHash"),
      value("gasFeesWei")?.toString() ?? null,
      value("reason"),
      BigInt(change.updatedAtMs),
      BigInt(id),
    );
  }

  get(id: number): PayoutRow | null {
    const row = this.#database.get("SELECT * FROM payouts WHERE id = ?", BigInt(id));
    return row === undefined ? null : payoutOf(row);
  }

  list({ states, address, sinceMs = 0, beforeId, limit = 1_000 }: PayoutQuery = {}) {
    return this.#database
      .all(
        `SELECT * FROM payouts
         WHERE (? IS NULL OR state IN (SELECT value FROM json_each(?)))
           AND (? IS NULL OR address = ?) AND created_at >= ? AND (? IS NULL OR id < ?)
         ORDER BY id DESC LIMIT ?`,
        ...twice(states === undefined ? null : JSON.stringify(states)),
        ...twice(address?.toLowerCase() ?? null),
        BigInt(Math.trunc(sinceMs)),
        ...twice(beforeId === undefined ? null : BigInt(beforeId)),
        BigInt(limit),
      )
      .map(payoutOf);
  }

  addAttempt(attempt: PayoutAttempt): void {
    this.#database.run(
      `INSERT INTO payout_attempts (payout, tx_hash, signed_tx, nonce, max_fee, max_priority_fee,
         signed_at, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      BigInt(attempt.payoutId),
      attempt.txHash.toLowerCase(),
      attempt.signedTx,
      BigInt(attempt.nonce),
      attempt.maxFeePerGasWei.toString(),
      attempt.maxPriorityFeePerGasWei.toString(),
      BigInt(attempt.signedAtMs),
      bigOf(attempt.sentAtMs),
    );
  }

  attemptSent(txHash: string, sentAtMs: number): void {
    this.#database.run(
      "UPDATE payout_attempts SET sent_at = ? WHERE tx_hash = ? AND sent_at IS NULL",
      BigInt(sentAtMs),
      txHash.toLowerCase(),
    );
  }

  attempts(payoutId: number): readonly PayoutAttempt[] {
    return this.#database
      .all("SELECT * FROM payout_attempts WHERE payout = ? ORDER BY sequence", BigInt(payoutId))
      .map((row) => ({
        payoutId,
        txHash: text(row, "tx_hash"),
        signedTx: text(row, "signed_tx"),
        nonce: whole(row, "nonce"),
        maxFeePerGasWei: big(row, "max_fee"),
        maxPriorityFeePerGasWei: big(row, "max_priority_fee"),
        signedAtMs: whole(row, "signed_at"),
        sentAtMs: wholeOrNull(row, "sent_at"),
      }));
  }

  payoutOf(txHash: string): number | null {
    const row = this.#database.get(
      "SELECT payout FROM payout_attempts WHERE tx_hash = ?",
      txHash.toLowerCase(),
    );
    return row === undefined ? null : whole(row, "payout");
  }

  payoutNonces({ chainId, fromAddress }: PayingWallet): readonly number[] {
    return this.#database
      .all(
        `SELECT DISTINCT nonce FROM payouts WHERE chain_id = ? AND from_address = ?
         ORDER BY nonce`,
        chainId.toString(),
        fromAddress.toLowerCase(),
      )
      .map((row) => whole(row, "nonce"));
  }

  knownSince(address: string): number | null {
    const row = this.#database.get(
      "SELECT since FROM payees WHERE address = ?",
      address.toLowerCase(),
    );
    return row === undefined ? null : whole(row, "since");
  }

  know(address: string, atMs: number): void {
    this.#database.run(
      "INSERT OR IGNORE INTO payees VALUES (?, ?)",
      address.toLowerCase(),
      BigInt(Math.trunc(atMs)),
    );
  }

  payingWallets(): readonly PayingWallet[] {
    return this.#database
      .all("SELECT DISTINCT chain_id, from_address FROM payouts ORDER BY chain_id, from_address")
      .map((row) => ({ chainId: big(row, "chain_id"), fromAddress: text(row, "from_address") }));
  }

  acknowledgedNonces({ chainId, fromAddress }: PayingWallet): readonly AcknowledgedNonce[] {
    // Books of an older version that are only read have no such table.
    const table = "SELECT 1 FROM sqlite_master WHERE name = 'acknowledged_nonces'";
    if (this.#database.get(table) === undefined) return [];
    return this.#database
      .all(
        `SELECT * FROM acknowledged_nonces WHERE chain_id = ? AND from_address = ?
         ORDER BY nonce`,
        chainId.toString(),
        fromAddress.toLowerCase(),
      )
      .map(acknowledgedOf);
  }

  acknowledgeNonce(row: AcknowledgedNonce): void {
    this.#database.run(
      "INSERT OR REPLACE INTO acknowledged_nonces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.chainId.toString(),
      row.fromAddress.toLowerCase(),
      BigInt(row.nonce),
      row.txHash,
      row.toAddress,
      row.paidWei.toString(),
      BigInt(row.blockNumber),
      row.blockHash,
      BigInt(row.blockAtMs),
      row.reason,
      BigInt(row.atMs),
    );
  }

  forgetAcknowledged(row: PayingWallet & { readonly nonce: number }): void {
    this.#database.run(
      `DELETE FROM acknowledged_nonces
       WHERE chain_id = ? AND from_address = ? AND nonce = ?`,
      row.chainId.toString(),
      row.fromAddress.toLowerCase(),
      BigInt(row.nonce),
    );
  }
}

function acknowledgedOf(row: SqlRow): AcknowledgedNonce {
  return {
    chainId: big(row, "chain_id"),
    fromAddress: text(row, "from_address"),
    nonce: whole(row, "nonce"),
    txHash: text(row, "tx_hash"),
    toAddress: textOrNull(row, "to_address"),
    paidWei: big(row, "paid"),
    blockNumber: whole(row, "block_number"),
    blockHash: text(row, "block_hash"),
    blockAtMs: whole(row, "block_at"),
    reason: text(row, "reason"),
    atMs: whole(row, "at"),
  };
}

function payoutOf(row: SqlRow): PayoutRow {
  return {
    id: whole(row, "id"),
    address: text(row, "address"),
    amountWei: big(row, "amount"),
    chainId: big(row, "chain_id"),
    fromAddress: text(row, "from_address"),
    nonce: whole(row, "nonce"),
    state: oneOf(row, "state", STATES),
    createdAtMs: whole(row, "created_at"),
    updatedAtMs: whole(row, "updated_at"),
    sources: sourcesOf(text(row, "sources")),
    txHash: textOrNull(row, "tx_hash"),
    blockNumber: wholeOrNull(row, "block_number"),
    blockHash: textOrNull(row, "block_hash"),
    gasFeesWei: bigOrNull(row, "gas_fees"),
    reason: textOrNull(row, "reason"),
    batch: row["batch"] === undefined ? null : wholeOrNull(row, "batch"),
  };
}

function sourcesOf(json: string): PayoutRow["sources"] {
  const pairs: unknown = JSON.parse(json);
  if (!Array.isArray(pairs)) throw missing("sources of a");
  return pairs.map((pair: unknown) => {
    if (!Array.isArray(pair)) throw missing("sources of a");
    const [kind = "", address = "", nodeType = "", region = ""] = String(pair[0]).split(":");
    const account =
      kind === "pending" ? pendingAccount({ address, nodeType, region }) : inPayoutAccount(address);
    return { account, wei: BigInt(String(pair[1])) };
  });
}

function twice(value: SqlValue): [SqlValue, SqlValue] {
  return [value, value];
}

function bigOf(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function missing(which: number | string): InputError {
  return new InputError(`there is no ${which} payout`, { code: "PAYOUT_UNKNOWN" });
}
