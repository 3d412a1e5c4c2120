/**
 * What is known of the chain, in SQLite: go-livepeer's table of orchestrators, and beside it how
 * far the chain was read and what every change replaced, so that blocks which the chain drops can
 * be taken back.
 */
import { statSync } from "node:fs";
import { getAddress } from "ethers/address";
import { InputError, RemoteError } from "../../../core/errors.js";
import { SqliteDatabase, type SqlRow } from "../../../io/sqlite.js";
import {
  createOrchestratorTable,
  type OrchestratorRow,
  OrchestratorTable,
  type OrchestratorUpdate,
} from "../store/orchestrator-table.js";
import type { Hex } from "./chain-client.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS poolsimChain (
    identity TEXT NOT NULL,
    round INTEGER NOT NULL,
    l1BlockNumber INTEGER NOT NULL,
    syncedAtMs INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS poolsimCheckpoints (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS poolsimReplaced (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    block INTEGER NOT NULL,
    ethereumAddr TEXT NOT NULL,
    existed INTEGER NOT NULL,
    updatedAt TEXT,
    serviceURI TEXT,
    activationRound INTEGER,
    deactivationRound INTEGER,
    stake INTEGER
  )`;

/** A block up to which everything is in the store. */
export interface Checkpoint {
  readonly number: number;
  readonly hash: Hex;
}

/** The chain as of the last checkpoint. */
export interface ChainState {
  /** The last round that was initialised on chain. */
  readonly lastInitializedRound: bigint;
  /** For P-6, which counts in L1 blocks (C-16). */
  readonly lastSeenL1Block: bigint;
  /** Unix ms when the node was last asked. */
  readonly syncedAtMs: number;
}

/** A change that a block makes to one orchestrator; addresses in any case. */
export interface ChainChange {
  readonly block: number;
  readonly update: OrchestratorUpdate;
}

/** What one step of reading the chain found. */
export interface ChainStep {
  /** In the chain's order. */
  readonly changes: readonly ChainChange[];
  /** New last block; null = none was read. */
  readonly checkpoint: Checkpoint | null;
  readonly state: ChainState;
}

export interface ChainStoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** What the contents are of: the contents of another chain are dropped. */
  readonly identity: string;
  /** Whether changes keep what B-2 keeps, as go-livepeer's do. */
  readonly keepsOld: boolean;
  /** How many blocks can be taken back. */
  readonly reorgDepth: number;
  /** Unix ms. */
  readonly now: () => number;
}

/**
 * A store is nobody else's database: a node's has the same table of orchestrators, and would be
 * overwritten. Nothing is written here, and no file made.
 *
 * @param path a file, which need not be there, or `:memory:`
 * @throws InputError (`DATABASE_INVALID`)
 */
export function assertChainStore(path: string): void {
  const found = path === ":memory:" ? undefined : statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) throw notOurs(path, "is no regular file");
  if (found.size === 0) return;
  let tables: readonly unknown[];
  let isFilled = false;
  try {
    const database = new SqliteDatabase({ path, readOnly: true });
    try {
      tables = database
        .all("SELECT name FROM sqlite_master WHERE type = 'table'")
        .map(({ name }) => name);
      isFilled =
        tables.includes("orchestrators") &&
        database.get("SELECT 1 FROM orchestrators LIMIT 1") !== undefined;
    } finally {
      database.close();
    }
  } catch (cause) {
    if (cause instanceof RemoteError && cause.code === "SQLITE_NOTADB") {
      throw notOurs(path, "is no SQLite database", cause);
    }
    throw cause;
  }
  if (tables.includes("poolsimChain")) return;
  // One whose maker was ended before it had all of its tables has nothing in it.
  if (tables.every((name) => name === "orchestrators") && !isFilled) return;
  throw notOurs(path, "is another program's database, not what poolsim keeps of a chain");
}

function notOurs(path: string, why: string, cause?: unknown): InputError {
  return new InputError(`${path} ${why}; expected a file of its own, or none yet`, {
    code: "DATABASE_INVALID",
    cause,
  });
}

/** The store. Every step is one transaction. All methods throw RemoteError `SQLITE_…`. */
export class ChainStore {
  readonly table: OrchestratorTable;
  readonly #database: SqliteDatabase;
  readonly #options: ChainStoreOptions;

  constructor(options: ChainStoreOptions) {
    this.#options = options;
    this.#database = new SqliteDatabase({ path: options.path });
    createOrchestratorTable(this.#database);
    this.#database.exec(SCHEMA);
    this.table = new OrchestratorTable(this.#database, options.now);
    const { identity } = options;
    const known = this.#database.get("SELECT identity FROM poolsimChain")?.["identity"];
    if (known !== undefined && known !== identity) this.#clear();
  }

  /** The last block read, null at first. */
  tip(): Checkpoint | null {
    return this.checkpoints()[0] ?? null;
  }

  /** Blocks to which changes can be taken back, last first. */
  checkpoints(): readonly Checkpoint[] {
    return this.#database
      .all("SELECT number, hash FROM poolsimCheckpoints ORDER BY number DESC")
      .map((row) => ({ number: Number(row["number"]), hash: String(row["hash"]) }));
  }

  /** Null before the first step. */
  state(): ChainState | null {
    const row = this.#database.get("SELECT round, l1BlockNumber, syncedAtMs FROM poolsimChain");
    return row === undefined
      ? null
      : {
          lastInitializedRound: whole(row, "round"),
          lastSeenL1Block: whole(row, "l1BlockNumber"),
          syncedAtMs: Number(row["syncedAtMs"]),
        };
  }

  /** Applies a step after the last one. */
  apply(step: ChainStep): void {
    this.#database.transaction(() => {
      for (const change of step.changes) this.#change(change);
      this.#advance(step);
    });
  }

  /** Applies a step that nothing before it counts for. */
  restart(step: ChainStep): void {
    this.#database.transaction(() => {
      this.#database.run("DELETE FROM poolsimCheckpoints");
      for (const change of step.changes) this.#change(change);
      this.#database.run("DELETE FROM poolsimReplaced");
      this.#advance(step);
    });
  }

  /** Takes back whatever came after a checkpoint. */
  rollBack(number: number): void {
    this.#database.transaction(() => {
      const replaced = this.#database.all(
        "SELECT * FROM poolsimReplaced WHERE block > ? ORDER BY sequence DESC",
        BigInt(number),
      );
      for (const row of replaced) this.#restore(row);
      this.#database.run("DELETE FROM poolsimReplaced WHERE block > ?", BigInt(number));
      this.#database.run("DELETE FROM poolsimCheckpoints WHERE number > ?", BigInt(number));
    });
  }

  close(): void {
    this.#database.close();
  }

  #change({ block, update }: ChainChange): void {
    const change = { ...update, ethereumAddr: getAddress(update.ethereumAddr) };
    this.#database.run(
      `INSERT INTO poolsimReplaced (block, ethereumAddr, existed, updatedAt, serviceURI,
         activationRound, deactivationRound, stake)
       SELECT ?, w.addr, o.ethereumAddr IS NOT NULL, o.updatedAt, o.serviceURI, o.activationRound,
         o.deactivationRound, o.stake
       FROM (SELECT ? AS addr) w LEFT JOIN orchestrators o ON o.ethereumAddr = w.addr`,
      BigInt(block),
      change.ethereumAddr,
    );
    if (this.#options.keepsOld) this.table.update(change);
    else this.table.overwrite(change);
  }

  #restore(row: SqlRow): void {
    const ethereumAddr = row["ethereumAddr"] ?? "";
    if (row["existed"] === 0n) {
      this.#database.run("DELETE FROM orchestrators WHERE ethereumAddr = ?", ethereumAddr);
      return;
    }
    // Prices come from the orchestrators themselves, whatever the chain does.
    this.#database.run(
      `UPDATE orchestrators SET updatedAt = ?, serviceURI = ?, activationRound = ?,
         deactivationRound = ?, stake = ? WHERE ethereumAddr = ?`,
      row["updatedAt"] ?? null,
      row["serviceURI"] ?? null,
      row["activationRound"] ?? null,
      row["deactivationRound"] ?? null,
      row["stake"] ?? null,
      ethereumAddr,
    );
  }

  #advance({ checkpoint, state }: ChainStep): void {
    const { identity, reorgDepth } = this.#options;
    this.#database.run("DELETE FROM poolsimChain");
    this.#database.run(
      "INSERT INTO poolsimChain VALUES (?, ?, ?, ?)",
      identity,
      state.lastInitializedRound,
      state.lastSeenL1Block,
      BigInt(state.syncedAtMs),
    );
    if (checkpoint === null) return;
    const number = BigInt(checkpoint.number);
    this.#database.run(
      "INSERT OR REPLACE INTO poolsimCheckpoints VALUES (?, ?)",
      number,
      checkpoint.hash,
    );
    // What is kept reaches back to the last checkpoint beyond the depth, and no further.
    const oldest = this.#database.get(
      "SELECT max(number) n FROM poolsimCheckpoints WHERE number <= ?",
      number - BigInt(reorgDepth),
    )?.["n"];
    if (typeof oldest !== "bigint") return;
    this.#database.run("DELETE FROM poolsimCheckpoints WHERE number < ?", oldest);
    this.#database.run("DELETE FROM poolsimReplaced WHERE block <= ?", oldest);
  }

  #clear(): void {
    for (const table of [
      "poolsimChain",
      "poolsimCheckpoints",
      "poolsimReplaced",
      "orchestrators",
    ]) {
      this.#database.run(`DELETE FROM ${table}`);
    }
  }
}

/** Rows that are active in a round (B-4, X-17). */
export function activeRows(
  rows: readonly OrchestratorRow[],
  round: bigint,
): readonly OrchestratorRow[] {
  return rows.filter(
    ({ activationRound, deactivationRound }) =>
      activationRound <= round && round < deactivationRound,
  );
}

function whole(row: SqlRow, column: string): bigint {
  const value = row[column];
  return typeof value === "bigint" ? value : 0n;
}
