/** A pool's books in an SQLite file, or in memory: the same code, the same tables. */
import { checkObject } from "../../../core/checks.js";
import { ActTables } from "./act-tables.js";
import { text } from "./columns.js";
import { StoreDatabase, type StoreOptions } from "./database.js";
import { DecisionTables } from "./decision-tables.js";
import { EventTables } from "./event-tables.js";
import { IncomeTables } from "./income-tables.js";
import { JobTables } from "./job-tables.js";
import { LedgerTables } from "./ledger-tables.js";
import { NameTables } from "./name-tables.js";
import { PayoutTables } from "./payout-tables.js";
import { QuarantineTables } from "./quarantine-tables.js";
import { ReportTables } from "./report-tables.js";
import { RoundTables } from "./round-tables.js";
import { RunTables } from "./run-tables.js";
import type {
  ActStore,
  ChainStore,
  DecisionStore,
  EventStore,
  IncomeStore,
  JobStore,
  LedgerStore,
  NameStore,
  PayoutStore,
  PoolStore,
  QuarantineStore,
  ReportStore,
  RoundStore,
  RunStore,
  TicketStore,
  WorkerStore,
} from "./store.js";
import { TicketTables } from "./ticket-tables.js";
import { WorkerTables } from "./worker-tables.js";

/**
 * The books, one object for each part of them, over one database.
 */
export class SqlitePoolStore implements PoolStore {
  readonly ledger: LedgerStore;
  readonly events: EventStore;
  readonly jobs: JobStore;
  readonly decisions: DecisionStore;
  readonly workers: WorkerStore;
  readonly names: NameStore;
  readonly quarantine: QuarantineStore;
  readonly tickets: TicketStore;
  readonly rounds: RoundStore;
  readonly payouts: PayoutStore;
  readonly reports: ReportStore;
  readonly chain: ChainStore;
  readonly acts: ActStore;
  readonly income: IncomeStore;
  readonly runs: RunStore;
  readonly #database: StoreDatabase;

  /**
   * Opens the books.
   *
   * @throws InputError (`STORE_VERSION`) for a file of a later poolsim; (`DATABASE_MISSING`); (`OPTION_INVALID`)
   * @throws RemoteError (`SQLITE_…`)
   */
  constructor(options: StoreOptions) {
    checkObject({ options });
    const database = new StoreDatabase(options);
    this.#database = database;
    this.chain = database.chain;
    this.ledger = new LedgerTables(database);
    this.events = new EventTables(database);
    this.jobs = new JobTables(database);
    this.decisions = new DecisionTables(database);
    this.workers = new WorkerTables(database);
    this.names = new NameTables(database);
    this.quarantine = new QuarantineTables(database);
    this.tickets = new TicketTables(database);
    this.rounds = new RoundTables(database);
    this.payouts = new PayoutTables(database);
    this.reports = new ReportTables(database, this.ledger);
    this.income = new IncomeTables(database);
    this.acts = new ActTables(database);
    this.runs = new RunTables(database);
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  assertInPlace(): void {
    this.#database.sql.assertInPlace();
  }

  cursor(source: string): string | null {
    const row = this.#database.sql.get("SELECT cursor FROM cursors WHERE source = ?", source);
    return row === undefined ? null : text(row, "cursor");
  }

  setCursor(source: string, cursor: string): void {
    this.#database.sql.run("INSERT OR REPLACE INTO cursors VALUES (?, ?)", source, cursor);
  }

  cursors(): ReadonlyMap<string, string> {
    const rows = this.#database.sql.all("SELECT * FROM cursors ORDER BY source");
    return new Map(rows.map((row) => [text(row, "source"), text(row, "cursor")]));
  }

  setting(key: string): string | null {
    const row = this.#database.sql.get("SELECT value FROM settings WHERE key = ?", key);
    return row === undefined ? null : text(row, "value");
  }

  setSetting(key: string, value: string): void {
    this.#database.sql.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value);
  }

  log({ atMs, key, value }: { atMs: number; key: string; value: string }): void {
    this.#database.sql.run(
      "INSERT INTO logs VALUES (?, ?, ?)",
      new Date(atMs).toISOString().slice(0, 19).replace("T", " "),
      key,
      value,
    );
  }

  close(): void {
    this.#database.sql.close();
  }
}
