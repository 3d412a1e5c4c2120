/**
 * The orchestrators that a running go-livepeer node knows: its `lpdb.sqlite3` (B-1), read under the
 * live writer without locking it.
 */
import { checkObject, checkText, checkWhole } from "../../core/checks.js";
import { InputError, PoolsimError } from "../../core/errors.js";
import { readForeignDatabase } from "../../io/foreign-database.js";
import type { SqliteDatabase, SqlRow } from "../../io/sqlite.js";
import { orchestratorSourceEntry } from "./entry.js";
import { endpointOf } from "./row-endpoint.js";
import {
  assertOpen,
  type DroppedEntry,
  type ListOptions,
  type OrchestratorSource,
  type SourceEndpoint,
  type SourceListing,
} from "./source.js";
import {
  ORCHESTRATOR_COLUMNS,
  type OrchestratorRow,
  readRow,
  timestamp,
} from "./store/orchestrator-table.js";

/** Which database is read, and within which limits. */
export interface NodeDbSourceOptions {
  /** Path of the node's `lpdb.sqlite3`. */
  readonly path: string;
  /**
   * The current round, of which a node's database says nothing, or how to learn it for each list:
   * rows not active in it are dropped (B-12). @default unknown: rows with any deactivation round
   * are dropped
   */
  readonly currentRound?: bigint | undefined | CurrentRound;
  /** Whether to drop rows that the node has not touched for a day (B-4, B-12). @default true */
  readonly updatedLastDay?: boolean | undefined;
  /** Largest database that is copied, in bytes; a larger one is refused. @default 1073741824 */
  readonly maxBytes?: number | undefined;
  /** What tells the time, in Unix ms. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Tells the current round; undefined = it is not known. */
export type CurrentRound = (options: ListOptions) => Promise<bigint | undefined>;

const DAY_MS = 86_400_000;
const ATTEMPTS = 200;
const NEVER = 2n ** 63n - 1n;

/** A node's database. All entries are untrusted, score 0 (B-14). */
export class NodeDbSource implements OrchestratorSource {
  /** Tells the kinds of sources apart. */
  readonly kind = "nodeDb";
  readonly usesBlocklist = true;
  readonly usesOnChainPredicate = true;
  readonly #options: NodeDbSourceOptions;
  readonly #now: () => number;
  #last: SourceListing | null = null;
  #closed = false;

  /** @throws InputError (`OPTION_INVALID`) */
  constructor(options: NodeDbSourceOptions) {
    checkObject({ options });
    checkText({ path: options.path });
    checkWhole({ maxBytes: options.maxBytes }, [0, Number.POSITIVE_INFINITY]);
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Reads the table now. URIs are taken as they are (B-12): no scheme is added. When it cannot be
   * read, the last list is returned with the reason in `staleBecause`, and the next call tries
   * again.
   *
   * @throws when there is no earlier list: InputError `DATABASE_MISSING`, `DATABASE_UNREADABLE`,
   *   `DATABASE_INVALID` (not SQLite, without the table, or with another one), `DATABASE_TOO_LARGE`,
   *   `TEMPORARY_FOLDER`; RemoteError `DATABASE_BUSY`, `DATABASE_UNREADABLE`, `TEMPORARY_FOLDER`,
   *   `SQLITE_…`
   * @throws InputError (`SOURCE_CLOSED`), or the signal's reason
   */
  async list({ signal }: ListOptions = {}): Promise<SourceListing> {
    assertOpen(this.#closed);
    signal?.throwIfAborted();
    try {
      this.#last = await this.#read(signal);
      return this.#last;
    } catch (error) {
      const isOver = signal?.aborted === true || this.#closed;
      if (isOver || this.#last === null || !(error instanceof Error)) throw error;
      return { ...this.#last, staleBecause: error };
    }
  }

  async #read(signal: AbortSignal | undefined): Promise<SourceListing> {
    const { path, maxBytes = 1024 ** 3, currentRound } = this.#options;
    const round =
      typeof currentRound === "function" ? await currentRound({ signal }) : currentRound;
    const rows = await readForeignDatabase({ path, maxBytes, attempts: ATTEMPTS, signal }, (db) =>
      readTable(db, path),
    );
    const endpoints: SourceEndpoint[] = [];
    const dropped: DroppedEntry[] = [];
    for (const row of rows) {
      const { serviceURI: uri, ethereumAddr } = row;
      const fault = this.#inactivity(row, round);
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

  #inactivity(row: TouchedRow, currentRound: bigint | undefined): string | null {
    const { updatedLastDay = true } = this.#options;
    const { activationRound, deactivationRound, unknown } = row;
    if (unknown.length > 0) return `${unknown.join(" and ")}: no whole number in the database`;
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

type TouchedRow = OrchestratorRow & {
  readonly updatedAt: string;
  /** Rounds that the row does not have: absent is not 0. */
  readonly unknown: readonly string[];
};

const ROUNDS = ["activationRound", "deactivationRound"] as const;

function readTable(database: SqliteDatabase, path: string): readonly TouchedRow[] {
  const columns = database
    .all("SELECT name FROM pragma_table_info('orchestrators')")
    .map((row) => String(row["name"]));
  if (columns.length === 0) {
    throw new InputError(`${path} has no table of orchestrators`, { code: "DATABASE_INVALID" });
  }
  const missing = ORCHESTRATOR_COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new InputError(
      `the table orchestrators in ${path} is not that of go-livepeer 0.9.1: it has no ${missing.join(", ")}`,
      { code: "DATABASE_INVALID" },
    );
  }
  return database.all("SELECT * FROM orchestrators ORDER BY rowid").map((row: SqlRow) => ({
    ...readRow(row),
    updatedAt: String(row["updatedAt"] ?? ""),
    unknown: ROUNDS.filter((column) => typeof row[column] !== "bigint"),
  }));
}

export const nodeDbEntry = orchestratorSourceEntry({
  name: "nodeDb",
  description: "Those in the lpdb.sqlite3 of a go-livepeer node, which is only read.",
  settings: ({ z, text }) =>
    z.strictObject({
      nodeDb: text("Those in the lpdb.sqlite3 of a go-livepeer node; it is only read.", "file"),
    }),
  label: ({ nodeDb }) => `database ${nodeDb}`,
  // Asked for each list: rounds go by while a list is kept up.
  create: ({ nodeDb }, { chain }) =>
    new NodeDbSource({ path: nodeDb, currentRound: chain?.currentRound }),
});
