/** Jobs, and AI jobs in two halves: who says to have worked, and what was paid for. */
import type { DecisionRow } from "./decision-store.js";
import type { EventCause } from "./event-store.js";

/** Somebody's claim to have worked on an AI request. */
export interface ReceivedRow {
  /** Id of the AI request: it links claims and paid halves. */
  readonly requestId: string;
  /** When the worker's result arrived, ms since 1970. */
  readonly atMs: number;
  /** The event that says it; its kind is `job-received`. */
  readonly cause: EventCause;
  /** Region of the node that the result came to. */
  readonly region: string;
  /** The worker that claims the request, lower case. */
  readonly address: string;
}

/** The paid half of an AI request. */
export interface ProcessedRow {
  /** Id of the AI request; several paid halves may have the same. */
  readonly requestId: string;
  /** When it was paid, ms since 1970. */
  readonly atMs: number;
  /** The event that says it; its kind is `job-processed`. */
  readonly cause: EventCause;
  /** Region of the node that was paid. */
  readonly region: string;
  /** The fee before commission, wei, at least 0. */
  readonly feesWei: bigint;
  /** Whom the fee was given to; null: nobody yet. */
  readonly address: string | null;
  /** Kind of the last decision about it; null: nothing was decided. */
  readonly decision: DecisionRow["kind"] | null;
}

/** An AI job that nobody has. */
export interface UnclaimedRow {
  /** Sequence of the event. */
  readonly event: number;
  /** Identity of the event. */
  readonly identity: string;
  /** Id of the AI request. */
  readonly requestId: string;
  /** When it was paid, ms since 1970. */
  readonly atMs: number;
  /** Region of the node that was paid. */
  readonly region: string;
  /** The fee before commission, wei, at least 0. */
  readonly feesWei: bigint;
}

/** A job as dashboards see it (the proposal's `transcoderJobs`). */
export interface JobRow {
  /** Sequence of the event. */
  readonly sequence: number;
  /** When it was done, ms since 1970. */
  readonly atMs: number;
  /** `transcode` or `ai`, by what the event carries (ED-D16, EG-D18). */
  readonly job: string;
  /** The worker, lower case; null: not attributed yet. */
  readonly address: string | null;
  /** Region of the node that the worker worked for. */
  readonly region: string;
  /** Encoded pixels, or the AI request's own units. */
  readonly computeUnits: bigint;
  /** Length of the source segment, ms; 0 for AI. */
  readonly durationMs: bigint;
  /** From task to result, nanoseconds, whatever unit the event's form has (E-9). */
  readonly responseTimeNs: bigint;
  /** How many renditions were made; null: the event does not say it. */
  readonly renditions: bigint | null;
  /** The fee before commission, wei, at least 0. */
  readonly feesWei: bigint;
  /** The protocol round; null: the event does not say it. */
  readonly round: bigint | null;
}

/** Which jobs: newest first, pages by `beforeSequence`. */
export interface JobQuery {
  /** Jobs of this worker only, in any case. @default all, those of nobody included */
  readonly address?: string | undefined;
  /** Jobs from this time on, ms since 1970. @default 0 */
  readonly sinceMs?: number | undefined;
  /** Jobs whose event has a lower sequence. @default all */
  readonly beforeSequence?: number | undefined;
  /** How many jobs at most, 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** Jobs as events say them, and whose they are. */
export interface JobStore {
  /** Jobs that are not void, the last to arrive first. */
  list(query?: JobQuery): readonly JobRow[];
  /** All claims to any of these AI requests, in no given order. */
  received(requestIds: readonly string[]): readonly ReceivedRow[];
  /** All paid halves of any of these AI requests, in no given order. */
  processed(requestIds: readonly string[]): readonly ProcessedRow[];
  /** The paid half that an event tells, by the event's sequence; null: it tells none. */
  processedOf(event: number): ProcessedRow | null;
  /** Adds claims; each event is told once. */
  addReceived(rows: readonly ReceivedRow[]): void;
  /**
   * Adds paid halves. Of one whose event is known only the worker's address changes. What was
   * decided is not kept here, but with the {@link DecisionStore}.
   */
  putProcessed(rows: readonly ProcessedRow[]): void;
  /**
   * AI jobs that nobody has and nothing was decided about, oldest first: those paid before
   * `beforeMs` (ms since 1970, itself not included), at most `limit` (at least 1).
   */
  unclaimed(query: { readonly beforeMs: number; readonly limit: number }): readonly UnclaimedRow[];
  /** How many such jobs there are, and their fees together, wei. */
  unclaimedSum(): { readonly jobs: number; readonly feesWei: bigint };
}
