/**
 * From events to the books: whatever a batch means, its postings, what dashboards ask for, what
 * could not be read and how far its source was read become one transaction.
 */
import { InputError } from "../../core/errors.js";
import { type DecodeOptions, decodeEvent } from "../events/decode.js";
import type { JobProcessed, JobReceived, PoolEvent } from "../events/event.js";
import type { JsonPiece } from "../events/json-splitter.js";
import type { LedgerTransaction } from "../ledger.js";
import { type PoolSettings, readSettings } from "../settings.js";
import type { PoolStore } from "../store/store.js";
import { type AiHalf, linkAiJobs } from "./ai-jobs.js";
import { identify, type NamedEvent } from "./identity.js";
import { JobPostings } from "./job-postings.js";
import { ticketPostings } from "./tickets.js";
import { WorkerTally } from "./worker-tally.js";

/** A batch of one source. */
export interface RawBatch extends DecodeOptions {
  /** Its name: cursors and IDs are per source. */
  readonly source: string;
  /** File or request, for the quarantine. */
  readonly origin: string;
  readonly pieces: readonly JsonPiece[];
  /** How far is read when this is in the books, and under which name that is kept. */
  readonly cursor?: { readonly key: string; readonly value: string } | undefined;
  /** Now, ms since 1970, for the quarantine. */
  readonly nowMs: number;
}

export interface IngestResult {
  /** New in the books. */
  readonly recorded: number;
  /** Known already. */
  readonly repeated: number;
  /** New in quarantine, contradictions included. */
  readonly quarantined: number;
}

/** What came of one event of a caller. */
export type RecordOutcome = "recorded" | "repeated" | "refused";

interface Arrived {
  readonly event: PoolEvent;
  readonly piece: JsonPiece | null;
}

/** Reads the settings once: make another when they change. */
export class EventIngest {
  readonly #store: PoolStore;
  readonly #settings: PoolSettings;
  readonly #postings: JobPostings;

  /** @throws InputError (`COMMISSION_NONE`) if the books were never set up */
  constructor(store: PoolStore) {
    this.#store = store;
    this.#settings = readSettings(store);
    this.#postings = new JobPostings(this.#settings);
  }

  /**
   * Decodes and enters a batch. What can't be read goes to quarantine and keeps nothing back.
   *
   * @throws RemoteError (`SQLITE_…`): then nothing of the batch is in the books
   */
  ingest(batch: RawBatch): IngestResult {
    const arrived: Arrived[] = [];
    const failed: { piece: JsonPiece; code: string; reason: string }[] = [];
    for (const piece of batch.pieces) {
      if (piece.problem !== null) {
        failed.push({ piece, code: "PIECE", reason: piece.problem });
        continue;
      }
      try {
        const event = decodeEvent(piece.raw, batch);
        this.#assertPriced(event);
        arrived.push({ event, piece });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        failed.push({ piece, code: error.code, reason: error.message });
      }
    }
    return this.#store.transaction(() => {
      const { fresh, repeated, refused } = identify(arrived, batch.source, this.#store);
      this.#enter(fresh, batch.source);
      for (const { event, piece } of refused) {
        if (piece !== null)
          failed.push({ piece, code: "CONTRADICTION", reason: contradiction(event) });
      }
      const { source, origin, nowMs: atMs } = batch;
      const quarantined = this.#store.addQuarantine(
        failed.map(({ piece: { raw, position }, code, reason }) => {
          return { source, origin, position, code, reason, raw, atMs };
        }),
      );
      const { cursor } = batch;
      if (cursor !== undefined) this.#store.setCursor(cursor.key, cursor.value);
      return { recorded: fresh.length, repeated: repeated.length, quarantined };
    });
  }

  /**
   * Enters events that a caller made itself, each with an id of its own.
   *
   * @returns one outcome for each; `refused`: the id is taken by other content
   * @throws InputError (`COMMISSION_NONE`)
   */
  record(events: readonly PoolEvent[], source: string): readonly RecordOutcome[] {
    for (const event of events) this.#assertPriced(event);
    return this.#store.transaction(() => {
      const arrived = events.map((event): Arrived => ({ event, piece: null }));
      const { fresh, repeated } = identify(arrived, source, this.#store);
      this.#enter(fresh, source);
      const isFresh = new Set(fresh.map(({ event }) => event));
      const isRepeated = new Set(repeated.map(({ event }) => event));
      return events.map((event) =>
        isFresh.has(event) ? "recorded" : isRepeated.has(event) ? "repeated" : "refused",
      );
    });
  }

  #assertPriced(event: PoolEvent): void {
    if (event.type !== "job-processed") return;
    const { job: nodeType, region, atMs } = event;
    this.#settings.commission.rateOf({ nodeType, region, atMs });
  }

  #enter(fresh: readonly NamedEvent[], source: string): void {
    if (fresh.length === 0) return;
    const store = this.#store;
    const isPerJob = this.#settings.scheme.basis === "fees";
    const transactions: LedgerTransaction[] = [];
    const received: AiHalf<JobReceived>[] = [];
    const processed: AiHalf<JobProcessed>[] = [];
    const tally = new WorkerTally();
    for (const { event, identity } of fresh) {
      tally.see(event);
      if (event.type === "job-received") received.push({ event, identity });
      else if (event.type === "job-processed") {
        if (event.address === null) processed.push({ event, identity });
        else if (isPerJob) {
          const { address, job: nodeType, region, atMs, feesWei } = event;
          const postings = this.#postings.earned({ nodeType, region, atMs, feesWei }, address);
          transactions.push({ cause: { kind: event.type, id: identity }, atMs, postings });
        }
      } else if (event.type === "winning-ticket" || event.type === "ticket-redeemed") {
        const postings = ticketPostings(store, event, { isIncome: !isPerJob });
        const cause = { kind: event.type, id: identity };
        if (postings.length > 0) transactions.push({ cause, atMs: event.atMs, postings });
      }
    }
    const ai = linkAiJobs(store, { received, processed, postings: this.#postings });
    if (isPerJob) transactions.push(...ai.transactions);
    for (const attributed of ai.attributed) tally.attribute(attributed);
    const first = store.eventCount();
    store.addEvents(
      fresh.map(({ event, identity, content }, index) => {
        return { sequence: first + index, identity, source, atMs: event.atMs, content };
      }),
    );
    store.post(...transactions);
    tally.write(store);
  }
}

function contradiction({ identity: { form, id } }: PoolEvent): string {
  return `${form} ${id} is in the books with other content`;
}
