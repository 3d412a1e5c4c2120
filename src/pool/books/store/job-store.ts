/** Jobs, and AI jobs in two halves: who says to have worked, and what was paid for. */
import type { DecisionRow } from "./decision-store.js";
import type { EventCause } from "./event-store.js";

/** Somebody's claim to have worked on an AI request. */
export interface ReceivedRow {
  readonly requestId: string;
  readonly atMs: number;
  readonly cause: EventCause;
  readonly region: string;
  readonly address: string;
}

/** The paid half of an AI request. */
export interface ProcessedRow {
  readonly requestId: string;
  readonly atMs: number;
  readonly cause: EventCause;
  readonly region: string;
  readonly feesWei: bigint;
  /** Whom the fee was given to; null: nobody yet. */
  readonly address: string | null;
  /** The last one about it. */
  readonly decision: DecisionRow["kind"] | null;
}

/** An AI job that nobody has. */
export interface UnclaimedRow {
  readonly event: number;
  readonly identity: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly region: string;
  readonly feesWei: bigint;
}

/** A job as dashboards see it (the proposal's `transcoderJobs`). */
export interface JobRow {
  readonly sequence: number;
  readonly atMs: number;
  readonly job: string;
  /** null: not attributed yet. */
  readonly address: string | null;
  readonly region: string;
  readonly computeUnits: bigint;
  readonly durationMs: bigint;
  readonly responseTimeNs: bigint;
  readonly renditions: bigint | null;
  readonly feesWei: bigint;
  readonly round: bigint | null;
}

/** Which rows: newest first, pages by `beforeSequence`. */
export interface JobQuery {
  readonly address?: string | undefined;
  /** @default 0 */
  readonly sinceMs?: number | undefined;
  readonly beforeSequence?: number | undefined;
  /** 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** Jobs as events say them, and whose they are. */
export interface JobStore {
  /** Newest first. */
  list(query?: JobQuery): readonly JobRow[];
  received(requestIds: readonly string[]): readonly ReceivedRow[];
  processed(requestIds: readonly string[]): readonly ProcessedRow[];
  processedOf(event: number): ProcessedRow | null;
  addReceived(rows: readonly ReceivedRow[]): void;
  putProcessed(rows: readonly ProcessedRow[]): void;
  /** AI jobs that nobody has and nothing was decided about, oldest first. */
  unclaimed(query: { readonly beforeMs: number; readonly limit: number }): readonly UnclaimedRow[];
  unclaimedSum(): { readonly jobs: number; readonly feesWei: bigint };
}
