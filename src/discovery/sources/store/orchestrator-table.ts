/**
 * The table of known orchestrators as go-livepeer keeps it in `lpdb.sqlite3` (B-1 … B-4): the same
 * columns, the same rules for what replaces what, the same filters.
 */
import { RemoteError } from "../../../core/errors.js";
import type { Rational } from "../../../core/rational.js";
import type { SqliteDatabase, SqlRow, SqlValue } from "../../../io/sqlite.js";
import { priceToFixed } from "../../price.js";

/** One orchestrator as it is stored (B-1). */
export interface OrchestratorRow {
  /** With EIP-55 checksum; compared as text. */
  readonly ethereumAddr: string;
  /** Where the orchestrator can be asked. */
  readonly serviceURI: string;
  /** Thousandths of a wei (B-9). */
  readonly pricePerPixel: bigint;
  /** The round from which it is active. */
  readonly activationRound: bigint;
  /** The round from which it is no longer active. */
  readonly deactivationRound: bigint;
  /** Hundred-thousandths of an LPT (B-9). */
  readonly stake: bigint;
}

/** A change: whatever is left out, 0 or blank stays as it is (B-2). */
export type OrchestratorUpdate = Pick<OrchestratorRow, "ethereumAddr"> &
  Partial<Omit<OrchestratorRow, "ethereumAddr">>;

/** Which orchestrators to select: all conditions must hold, those left out do (B-4). */
export interface OrchestratorFilter {
  /** The highest price that passes, wei per pixel. */
  readonly maxPrice?: Rational | null | undefined;
  /** Active in this round; only its low 64 bits count, read as signed. */
  readonly currentRound?: bigint | null | undefined;
  /** Addresses that pass, as they are stored; an empty list = any. */
  readonly addresses?: readonly string[] | null | undefined;
  /** Touched within the last 24 hours. */
  readonly updatedLastDay?: boolean | undefined;
}

const DAY_MS = 86_400_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orchestrators (
    ethereumAddr STRING PRIMARY KEY,
    createdAt STRING DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updatedAt STRING DEFAULT CURRENT_TIMESTAMP NOT NULL,
    serviceURI STRING,
    pricePerPixel int64,
    activationRound int64,
    deactivationRound int64,
    stake int64
  )`;

/** The columns that a list of orchestrators is read from. */
export const ORCHESTRATOR_COLUMNS: readonly string[] = [
  "ethereumAddr",
  "updatedAt",
  "serviceURI",
  "pricePerPixel",
  "activationRound",
  "deactivationRound",
  "stake",
];

const UPSERT = `
  INSERT INTO orchestrators (createdAt, updatedAt, ethereumAddr, serviceURI, pricePerPixel,
                             activationRound, deactivationRound, stake)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT(ethereumAddr) DO UPDATE SET
    updatedAt = excluded.updatedAt,
    serviceURI = CASE WHEN trim(excluded.serviceURI) = ''
      THEN serviceURI ELSE trim(excluded.serviceURI) END,
    pricePerPixel = CASE WHEN excluded.pricePerPixel = 0
      THEN pricePerPixel ELSE excluded.pricePerPixel END,
    activationRound = CASE WHEN excluded.activationRound = 0
      THEN activationRound ELSE excluded.activationRound END,
    deactivationRound = CASE WHEN excluded.deactivationRound = 0
      THEN deactivationRound ELSE excluded.deactivationRound END,
    stake = CASE WHEN excluded.stake = 0 THEN stake ELSE excluded.stake END`;

const COLUMNS =
  "ethereumAddr, serviceURI, pricePerPixel, activationRound, deactivationRound, stake";

const CHANGEABLE = [
  "serviceURI",
  "pricePerPixel",
  "activationRound",
  "deactivationRound",
  "stake",
] as const satisfies readonly (keyof OrchestratorRow)[];

/** The table in an open database. */
export class OrchestratorTable {
  readonly #database: SqliteDatabase;
  readonly #now: () => number;

  /**
   * @param database where the table is; see {@link createOrchestratorTable}
   * @param now unix ms
   */
  constructor(database: SqliteDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** Inserts or changes by address (B-2); without an address it does nothing (B-3). */
  update(update: OrchestratorUpdate): void {
    if (update.ethereumAddr === "") return;
    const now = timestamp(this.#now());
    this.#database.run(
      UPSERT,
      now,
      now,
      update.ethereumAddr,
      update.serviceURI ?? "",
      update.pricePerPixel ?? 0n,
      update.activationRound ?? 0n,
      update.deactivationRound ?? 0n,
      update.stake ?? 0n,
    );
  }

  /**
   * Inserts or changes by address, as told: 0 and blank are values like others. What B-2 keeps
   * because it cannot tell them from nothing is set here.
   */
  overwrite(update: OrchestratorUpdate): void {
    const { ethereumAddr, ...fields } = update;
    const now = timestamp(this.#now());
    this.#database.run(
      `INSERT INTO orchestrators (ethereumAddr, createdAt, updatedAt, serviceURI, pricePerPixel,
         activationRound, deactivationRound, stake)
       VALUES (?, ?, ?, '', 0, 0, 0, 0) ON CONFLICT DO UPDATE SET updatedAt = excluded.updatedAt`,
      ethereumAddr,
      now,
      now,
    );
    for (const column of CHANGEABLE) {
      const value = fields[column];
      if (value === undefined) continue;
      const set = `UPDATE orchestrators SET ${column} = ? WHERE ethereumAddr = ?`;
      this.#database.run(set, value, ethereumAddr);
    }
  }

  /** The orchestrators that pass the filter, in no particular order (B-4). */
  select(filter: OrchestratorFilter = {}): readonly OrchestratorRow[] {
    const { where, values } = this.#conditions(filter);
    return this.#database
      .all(`SELECT ${COLUMNS} FROM orchestrators ${where}`, ...values)
      .map(readRow);
  }

  /** How many pass the filter. */
  count(filter: OrchestratorFilter = {}): number {
    const { where, values } = this.#conditions(filter);
    const row = this.#database.get(`SELECT count(*) n FROM orchestrators ${where}`, ...values);
    return Number(row?.["n"]);
  }

  /**
   * Whether an orchestrator is active in a round: its activation round counts, its deactivation
   * round does not.
   *
   * @param round only its low 64 bits count, read as signed
   * @throws RemoteError (`ORCHESTRATOR_UNKNOWN`)
   */
  isActive(ethereumAddr: string, round: bigint): boolean {
    const row = this.#database.get(
      `SELECT ${COLUMNS} FROM orchestrators WHERE ethereumAddr = ?`,
      ethereumAddr,
    );
    if (row === undefined) {
      throw new RemoteError(`the orchestrator ${ethereumAddr} is not known`, {
        code: "ORCHESTRATOR_UNKNOWN",
      });
    }
    const { activationRound, deactivationRound } = readRow(row);
    const current = BigInt.asIntN(64, round);
    return activationRound <= current && current < deactivationRound;
  }

  #conditions(filter: OrchestratorFilter): { where: string; values: readonly SqlValue[] } {
    const { maxPrice, currentRound, addresses, updatedLastDay } = filter;
    const conditions: string[] = [];
    const values: SqlValue[] = [];
    if (updatedLastDay) {
      conditions.push("updatedAt >= ?");
      values.push(timestamp(this.#now() - DAY_MS));
    }
    if (maxPrice !== null && maxPrice !== undefined) {
      conditions.push("pricePerPixel <= ?");
      values.push(priceToFixed(maxPrice));
    }
    if (currentRound !== null && currentRound !== undefined) {
      conditions.push("activationRound <= ? AND ? < deactivationRound");
      const current = BigInt.asIntN(64, currentRound);
      values.push(current, current);
    }
    if (addresses !== null && addresses !== undefined && addresses.length > 0) {
      conditions.push(`ethereumAddr IN (${addresses.map(() => "?").join(", ")})`);
      values.push(...addresses);
    }
    return { where: conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "", values };
  }
}

/** Makes the table if it is not there. */
export function createOrchestratorTable(database: SqliteDatabase): void {
  database.exec(SCHEMA);
}

/** Unix ms as the table writes times: UTC, whole seconds. */
export function timestamp(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
}

/** A stored row; `STRING` columns may hold numbers, because SQLite takes numeric text for them. */
export function readRow(row: SqlRow): OrchestratorRow {
  return {
    ethereumAddr: textOf(row["ethereumAddr"]),
    serviceURI: textOf(row["serviceURI"]),
    pricePerPixel: wholeOf(row["pricePerPixel"]),
    activationRound: wholeOf(row["activationRound"]),
    deactivationRound: wholeOf(row["deactivationRound"]),
    stake: wholeOf(row["stake"]),
  };
}

function textOf(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return goFloatText(value);
  return typeof value === "object" ? new TextDecoder().decode(value) : String(value);
}

function wholeOf(value: SqlValue | undefined): bigint {
  return typeof value === "bigint" ? value : 0n;
}

/** A float as Go's database layer writes it where a text is wanted: `1e+06`, `1.5`. */
function goFloatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return value.toString();
  const size = String(Math.abs(power)).padStart(2, "0");
  return `${mantissa}e${power < 0 ? "-" : "+"}${size}`;
}
