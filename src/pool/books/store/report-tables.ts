/** What reports ask of the books beyond what ingestion and the API need. */
import type { LedgerEntry } from "../ledger.js";
import { text, textOrNull, whole } from "./columns.js";
import { DecisionTables } from "./decision-tables.js";
import { jobOf } from "./event-tables.js";
import type { JobRow } from "./store.js";

/** Where a walk through the jobs by time stands. */
export interface JobPosition {
  readonly atMs: number;
  readonly sequence: number;
}

/** An AI job, and whose it is as far as is known. */
export interface LinkedJob {
  readonly event: number;
  readonly address: string | null;
}

export interface ReportStore {
  /** Jobs by time, then arrival, at most `limit` of those after a position; null: from the first. */
  jobsAfter(position: JobPosition | null, limit: number): readonly JobRow[];
  /** Entries that no event caused, of one kind (`adjust`, `opening`, `round`, …), oldest first. */
  entriesOfKind(kind: string): readonly LedgerEntry[];
  /** AI jobs whose events name no worker, in order of arrival, at most `limit` after an event. */
  linkedJobs(after: number, limit: number): readonly LinkedJob[];
  /** What the log says under a key, oldest first. */
  logged(key: string): readonly string[];
  /** Reads only, all of it as the books are at one instant, whatever others write meanwhile. */
  snapshot<T>(work: () => T): T;
}

export class ReportTables extends DecisionTables implements ReportStore {
  jobsAfter(position: JobPosition | null, limit: number): readonly JobRow[] {
    const { atMs, sequence } = position ?? { atMs: 0, sequence: -1 };
    const at = BigInt(atMs);
    return this.database
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
    return this.database
      .all(
        "SELECT sequence FROM entries WHERE kind = ? AND cause IS NOT NULL ORDER BY sequence",
        kind,
      )
      .flatMap((row) => this.entry(whole(row, "sequence")) ?? []);
  }

  linkedJobs(after: number, limit: number): readonly LinkedJob[] {
    return this.database
      .all(
        "SELECT event, address FROM processed WHERE event > ? ORDER BY event LIMIT ?",
        BigInt(after),
        BigInt(limit),
      )
      .map((row) => ({ event: whole(row, "event"), address: textOrNull(row, "address") }));
  }

  logged(key: string): readonly string[] {
    return this.database
      .all('SELECT "value" FROM logs WHERE "key" = ? ORDER BY rowid', key)
      .map((row) => text(row, "value"));
  }

  snapshot<T>(work: () => T): T {
    this.database.exec("BEGIN");
    try {
      return work();
    } finally {
      this.database.exec("COMMIT");
    }
  }
}
