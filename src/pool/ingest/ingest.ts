/**
 * From events to the books: whatever a batch means, its postings, what dashboards ask for, what
 * could not be read and how far its source was read become one transaction.
 */
import { InputError } from "../../core/errors.js";
import type { DecodeOptions } from "../events/decode.js";
import type { JobProcessed, JobReceived, PoolEvent } from "../events/event.js";
import type { JsonPiece } from "../events/json-splitter.js";
import type { LedgerTransaction } from "../ledger.js";
import { type PoolSettings, readSettings, settingsText } from "../settings.js";
import type { NewEvent, PoolStore } from "../store/store.js";
import { type AiHalf, linkAiJobs } from "./ai-jobs.js";
import { DecodedBatch } from "./decoded-batch.js";
import { identify, type NamedEvent, type RecordOutcome } from "./identity.js";
import { JobPostings } from "./job-postings.js";
import { ticketPostings } from "./tickets.js";
import { WorkerTally } from "./worker-tally.js";

/** Where a batch is from. */
export interface BatchOrigin {
  /** The source's name: cursors and IDs are per source. */
  readonly source: string;
  /** File or request, for the quarantine. */
  readonly origin: string;
  /** How far is read when this is in the books, and under which name that is kept. */
  readonly cursor?: { readonly key: string; readonly value: string } | undefined;
  /** Now, ms since 1970, for the quarantine. */
  readonly nowMs: number;
}

/** A batch of one source. */
export interface RawBatch extends DecodeOptions, BatchOrigin {
  readonly pieces: readonly JsonPiece[];
}

export interface IngestResult {
  /** New in the books. */
  readonly recorded: number;
  /** Known already. */
  readonly repeated: number;
  /** New in quarantine, contradictions included. */
  readonly quarantined: number;
}

export type { RecordOutcome } from "./identity.js";

/** Reads the settings again when they were changed, by whichever process. */
export class EventIngest {
  readonly #store: PoolStore;
  #settings: PoolSettings;
  #settingsText: string;
  #postings: JobPostings;

  /** @throws InputError (`COMMISSION_NONE`) if the books were never set up */
  constructor(store: PoolStore) {
    this.#store = store;
    this.#settingsText = settingsText(store);
    this.#settings = readSettings(store);
    this.#postings = new JobPostings(this.#settings);
  }

  /**
   * Decodes and enters a batch. What can't be read goes to quarantine and keeps nothing back.
   *
   * @throws RemoteError (`SQLITE_…`): then nothing of the batch is in the books
   */
  ingest({ pieces, nodeType, region, ...origin }: RawBatch): IngestResult {
    const batch = new DecodedBatch({ nodeType, region });
    for (const piece of pieces) batch.add(piece);
    return this.enter(batch, origin);
  }

  /** Enters a batch that is decoded already; see {@link ingest}. */
  enter(batch: DecodedBatch, { source, origin, nowMs: atMs, cursor }: BatchOrigin): IngestResult {
    return this.#store.transaction(() => {
      this.#refresh();
      const { events, pieces, failed } = this.#priced(batch);
      const { fresh, outcomes } = identify(events, source, this.#store);
      this.#enter(fresh, source);
      const waiting = [...failed];
      let repeated = 0;
      for (let index = 0; index < events.length; index++) {
        const [event, piece] = [events[index], pieces[index]];
        if (outcomes[index] === "repeated") repeated++;
        if (outcomes[index] !== "refused" || event === undefined || piece === undefined) continue;
        waiting.push({ piece, code: "CONTRADICTION", reason: contradiction(event) });
      }
      const quarantined = this.#store.addQuarantine(
        waiting.map(({ piece: { raw, position }, code, reason }) => {
          return { source, origin, position, code, reason, raw, atMs };
        }),
      );
      if (cursor !== undefined) this.#store.setCursor(cursor.key, cursor.value);
      return { recorded: fresh.length, repeated, quarantined };
    });
  }

  /**
   * Enters events that a caller made itself, each with an id of its own.
   *
   * @returns one outcome for each, in the order given
   * @throws InputError (`COMMISSION_NONE`)
   */
  record(events: readonly PoolEvent[], source: string): readonly RecordOutcome[] {
    this.#refresh();
    for (const event of events) this.#assertPriced(event);
    return this.#store.transaction(() => {
      const { fresh, outcomes } = identify(events, source, this.#store);
      this.#enter(fresh, source);
      return outcomes;
    });
  }

  /** The batch without jobs that no commission is set for: nearly always the batch itself. */
  #priced(batch: DecodedBatch): Pick<DecodedBatch, "events" | "pieces" | "failed"> {
    const failed = [...batch.failed];
    const unpriced = new Set<number>();
    for (const [index, event] of batch.events.entries()) {
      try {
        this.#assertPriced(event);
      } catch (error) {
        const piece = batch.pieces[index];
        if (!(error instanceof InputError) || piece === undefined) throw error;
        failed.push({ piece, code: error.code, reason: error.message });
        unpriced.add(index);
      }
    }
    if (unpriced.size === 0) return batch;
    const isPriced = (_: unknown, index: number) => !unpriced.has(index);
    return {
      events: batch.events.filter(isPriced),
      pieces: batch.pieces.filter(isPriced),
      failed,
    };
  }

  #assertPriced(event: PoolEvent): void {
    if (event.type !== "job-processed") return;
    const { job: nodeType, region, atMs } = event;
    this.#settings.commission.rateOf({ nodeType, region, atMs });
  }

  /** Before events are priced, and within the transaction, where nobody changes them meanwhile. */
  #refresh(): void {
    const text = settingsText(this.#store);
    if (text === this.#settingsText) return;
    this.#settingsText = text;
    this.#settings = readSettings(this.#store);
    this.#postings = new JobPostings(this.#settings);
  }

  #enter(fresh: readonly NamedEvent[], source: string): void {
    if (fresh.length === 0) return;
    const store = this.#store;
    this.#refresh();
    const isPerJob = this.#settings.scheme.basis === "fees";
    const transactions: LedgerTransaction[] = [];
    const received: AiHalf<JobReceived>[] = [];
    const processed: AiHalf<JobProcessed>[] = [];
    const rows: NewEvent[] = [];
    const tally = new WorkerTally(source);
    let sequence = store.eventCount();
    for (const { event, identity, content } of fresh) {
      const { type, atMs } = event;
      const cause = { kind: type, id: identity, event: sequence };
      let worker: string | null = null;
      tally.see(event);
      if (type === "job-received") received.push({ event, cause });
      else if (type === "job-processed") {
        worker = event.address;
        if (worker === null) processed.push({ event, cause });
        else if (isPerJob) {
          transactions.push({ cause, atMs, postings: this.#postings.earned(event, worker) });
        }
      } else if (type === "winning-ticket" || type === "ticket-redeemed") {
        const postings = ticketPostings(store, event, { isIncome: !isPerJob });
        if (postings.length > 0) transactions.push({ cause, atMs, postings });
      }
      rows.push({ sequence, identity, source, atMs, content, worker });
      sequence++;
    }
    store.addEvents(rows);
    const ai = linkAiJobs(store, { received, processed, postings: this.#postings });
    if (isPerJob) transactions.push(...ai.transactions);
    for (const attributed of ai.attributed) tally.attribute(attributed);
    store.post(...transactions);
    tally.write(store);
  }
}

function contradiction(event: PoolEvent): string {
  const { form, id } = event.identity;
  const hash = event.type === "ticket-redeemed" ? event.txHash : null;
  const redemption = hash === null ? "" : `, or transaction ${hash},`;
  return `${form} ${id}${redemption} is in the books with other content`;
}
