/**
 * The orchestrators that a running go-livepeer node knows: its `lpdb.sqlite3` (B-1), read under the
 * live writer without locking it.
 */
import { InputError, PoolsimError } from "../../core/errors.js";
import { endpointOf } from "./row-endpoint.js";
import {
  assertOpen,
  type DroppedEntry,
  type ListOptions,
  type OrchestratorSource,
  type SourceEndpoint,
  type SourceListing,
} from "./source.js";
import { readForeignDatabase } from "./store/foreign-database.js";
import { type OrchestratorRow, readRow, timestamp } from "./store/orchestrator-table.js";
import type { SqliteDatabase, SqlRow } from "./store/sqlite.js";

export interface NodeDbSourceOptions {
  /** Path of the node's `lpdb.sqlite3`. */
  readonly path: string;
  /**
   * The current round, of which a node's database says nothing: rows not active in it are dropped
   * (B-12). @default unknown: rows with any deactivation round are dropped
   */
  readonly currentRound?: bigint | undefined;
  /** Whether to drop rows that the node has not touched for a day (B-4, B-12). @default true */
  readonly updatedLastDay?: boolean | undefined;
  /** A larger database is refused. @default 1073741824 */
  readonly maxBytes?: number | undefined;
  /** Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

const DAY_MS = 86_400_000;
const ATTEMPTS = 200;
const NEVER = 2n ** 63n - 1n;

/** A node's database. All entries are untrusted, score 0 (B-14). */
export class NodeDbSource implements OrchestratorSource {
  readonly kind = "nodeDb";
  readonly usesBlocklist = true;
  readonly usesOnChainPredicate = true;
  readonly #options: NodeDbSourceOptions;
  readonly #now: () => number;
  #closed = false;

  constructor(options: NodeDbSourceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Reads the table now. URIs are taken as they are (B-12): no scheme is added.
   *
   * @throws InputError `DATABASE_MISSING`, `DATABASE_INVALID` (not SQLite, or without the table),
   *   `DATABASE_TOO_LARGE`, `SOURCE_CLOSED`
   * @throws RemoteError `DATABASE_BUSY`, `SQLITE_…`; the signal's reason
   */
  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    const { path, maxBytes = 1024 ** 3 } = this.#options;
    const rows = await readForeignDatabase({ path, maxBytes, attempts: ATTEMPTS, signal }, (db) =>
      readTable(db, path),
    );
    const endpoints: SourceEndpoint[] = [];
    const dropped: DroppedEntry[] = [];
    for (const row of rows) {
      const { serviceURI: uri, ethereumAddr } = row;
      const fault = this.#inactivity(row);
      const recipient = ethereumAddr.toLowerCase();
      if (fault === null) {
        try {
          endpoints.push(endpointOf(row));
        } catch (error) {
          if (!(error instanceof PoolsimError)) throw error;
          dropped.push({ uri, recipient, rule: "B-12", detail: error.message });
        }
      } else {
        dropped.push({ uri, recipient, rule: "B-4", detail: fault });
      }
    }
    return { endpoints, dropped, confirmedAtMs: this.#now(), staleBecause: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #inactivity(row: TouchedRow): string | null {
    const { currentRound, updatedLastDay = true } = this.#options;
    const { activationRound, deactivationRound } = row;
    if (updatedLastDay && row.updatedAt < timestamp(this.#now() - DAY_MS)) {
      return `not touched since ${row.updatedAt}`;
    }
    if (currentRound === undefined) {
      return deactivationRound === NEVER ? null : `deactivated in round ${deactivationRound}`;
    }
    const active = activationRound <= currentRound && currentRound < deactivationRound;
    return active
      ? null
      : `active from round ${activationRound} to ${deactivationRound}, now ${currentRound}`;
  }
}

type TouchedRow = OrchestratorRow & { readonly updatedAt: string };

function readTable(database: SqliteDatabase, path: string): readonly TouchedRow[] {
  const tables = database.all("SELECT name FROM sqlite_master WHERE name = 'orchestrators'");
  if (tables.length === 0) {
    throw new InputError(`${path} has no table of orchestrators`, { code: "DATABASE_INVALID" });
  }
  return database
    .all("SELECT * FROM orchestrators ORDER BY rowid")
    .map((row: SqlRow) => ({ ...readRow(row), updatedAt: String(row["updatedAt"] ?? "") }));
}
