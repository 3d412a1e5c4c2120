/** What reports ask, on disk. */
import type { SqliteDatabase } from "../../../io/sqlite.js";
import type { LedgerEntry } from "../ledger.js";
import { text, textOrNull, whole } from "./columns.js";
import type { StoreDatabase } from "./database.js";
import type { JobRow } from "./job-store.js";
import { jobOf } from "./job-tables.js";
import type { LedgerStore } from "./ledger-store.js";
import type { JobPosition, LinkedJob, ReportStore } from "./report-store.js";

export class ReportTables implements ReportStore {
  readonly #database: SqliteDatabase;
  readonly #ledger: Pick<LedgerStore, "entry">;

  constructor({ sql }: StoreDatabase, ledger: Pick<LedgerStore, "entry">) {
    this.#database = sql;
    this.#ledger = ledger;
  }

  jobsAfter(position: JobPosition | null, limit: number): readonly JobRow[] {
    const { atMs, sequence } = position ?? { atMs: 0, sequence: -1 };
    const at = BigInt(atMs);
    return this.#database
      .all(
        `SELECT * FROM job_events WHERE at >= ? AND (at > ? OR sequence > ?)
         ORDER BY at, sequence LIMIT ?`,
        at,
        at,
        BigInt(sequence),
        BigInt(limit),
      )
      .map(jobOf);
  }

  entriesOfKind(kind: string): readonly LedgerEntry[] {
    return this.#database
      .all(
        "SELECT sequence FROM entries WHERE kind = ? AND cause IS NOT NULL ORDER BY sequence",
        kind,
      )
      .flatMap((row) => this.#ledger.entry(whole(row, "sequence")) ?? []);
  }

  linkedJobs(after: number, limit: number): readonly LinkedJob[] {
    return this.#database
      .all(
        "SELECT event, address FROM processed WHERE event > ? ORDER BY event LIMIT ?",
        BigInt(after),
        BigInt(limit),
      )
      .map((row) => ({ event: whole(row, "event"), address: textOrNull(row, "address") }));
  }

  logged(key: string): readonly string[] {
    return this.#database
      .all('SELECT "value" FROM logs WHERE "key" = ? ORDER BY rowid', key)
      .map((row) => text(row, "value"));
  }

  snapshot<T>(work: () => T): T {
    this.#database.exec("BEGIN");
    try {
      return work();
    } finally {
      this.#database.exec("COMMIT");
    }
  }
}
