/** What reports ask of the books beyond what ingestion and the API need. */
import type { LedgerEntry } from "../ledger.js";
import type { JobRow } from "./job-store.js";

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
