/** What reports ask of the books beyond what ingestion and the API need. */
import type { LedgerEntry } from "../ledger.js";
import type { JobRow } from "./job-store.js";

/** Where a walk through the jobs by time stands: at the last job that was seen. */
export interface JobPosition {
  /** Time of that job, ms since 1970. */
  readonly atMs: number;
  /** Sequence of that job's event: tells jobs of the same time apart. */
  readonly sequence: number;
}

/** An AI job, and whose it is as far as is known. */
export interface LinkedJob {
  /** Sequence of the event. */
  readonly event: number;
  /** The worker, lower case; null: nobody's yet. */
  readonly address: string | null;
}

/** What only reports and `verify` ask; all of it reads. */
export interface ReportStore {
  /**
   * Jobs that are not void, by time, then arrival: at most `limit` (at least 1) of those after a
   * position; null: from the first.
   */
  jobsAfter(position: JobPosition | null, limit: number): readonly JobRow[];
  /** Entries that no event caused, of one kind (`adjust`, `opening`, `round`, …), oldest first. */
  entriesOfKind(kind: string): readonly LedgerEntry[];
  /**
   * AI jobs whose events name no worker, void ones included, in order of arrival: at most `limit`
   * (at least 1) of those after an event, given by its sequence; −1: from the first.
   */
  linkedJobs(after: number, limit: number): readonly LinkedJob[];
  /** What the operator's log says under a key, oldest first. */
  logged(key: string): readonly string[];
  /**
   * Runs `work`, which reads only and begins no transaction: it sees the books as they are at one
   * instant, whatever others write meanwhile.
   *
   * @returns what `work` returns
   * @throws whatever `work` throws
   */
  snapshot<T>(work: () => T): T;
}
