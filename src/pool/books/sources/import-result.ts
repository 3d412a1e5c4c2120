/** What an import did. */
import type { IngestResult } from "../ingest/ingest.js";

/** What is not read, and why. */
export interface SkippedFile {
  /** Its path, or its name in a bucket. */
  readonly file: string;
  /** Why it is not read, in words. */
  readonly why: string;
}

/** What an import did. */
export interface ImportResult extends IngestResult {
  /** Files or objects that were read now. */
  readonly files: number;
  /** Read before, and not changed since. */
  readonly unchanged: number;
  /** Not read, or not to their ends: what could be read of them is entered. @default none */
  readonly skipped?: readonly SkippedFile[] | undefined;
}
