/**
 * From events to the books: whatever a batch means, its postings, what dashboards ask for, what
 * could not be read and how far its source was read become one transaction.
 */
import { InputError, invariant } from "../../../core/errors.js";
import { utcText } from "../../../core/utc.js";
import { sinceMsOf } from "../cut-over.js";
import type { DecodeOptions } from "../events/decode.js";
import type { JobProcessed, JobReceived, PoolEvent } from "../events/event.js";
import type { JsonPiece } from "../events/json-piece.js";
import { ENDS_WITHIN, ENDS_WITHIN_ARRAY } from "../events/json-splitter.js";
import { decodeStoredEvent, encodeOwn, encodeStored } from "../events/stored.js";
import type { LedgerTransaction } from "../ledger.js";
import { beyondLimits, type Held, incomeOf, readLimits } from "../limits.js";
import { openingAtMs } from "../opening-date.js";
import { type PoolSettings, readSettings, settingsText } from "../settings.js";
import type { EventRow, PoolStore, QuarantineRow } from "../store/store.js";
import { type AiHalf, linkAiJobs } from "./ai-jobs.js";
import { DecodedBatch } from "./decoded-batch.js";
import {
  type IdentifyOptions,
  identify,
  type NamedEvent,
  type RecordOutcome,
  redemptionsOf,
} from "./identity.js";
import { JobPostings } from "./job-postings.js";
import { ticketPostings } from "./tickets.js";
import { WorkerTally } from "./worker-tally.js";

/** Where a batch is from. */
export interface BatchOrigin {
  /** The source's name: cursors and IDs are per source. */
  readonly source: string;
  /** Now, ms since 1970, for the quarantine. */
  readonly nowMs: number;
  /** What another source has told the same is let in: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
  /** Also events older than the opening balances. @default false */
  readonly isBesideOpening?: boolean | undefined;
  /** When it first came, by the API: its day's limit counts. @default it did not */
  readonly apiAtMs?: number | undefined;
}

/** A batch of one source and one file or request. */
export interface RawBatch extends DecodeOptions, BatchOrigin {
  /** File or request, for the quarantine. */
  readonly origin: string;
  /** The pieces, in the order in which they were read. */
  readonly pieces: readonly JsonPiece[];
}

/** What entering events did. */
export interface IngestResult {
  /** New in the books. */
  readonly recorded: number;
  /** Known already. */
  readonly repeated: number;
  /** New in quarantine, contradictions included. */
  readonly quarantined: number;
  /** Left out: from before the source's cut-over. @default none */
  readonly early?: number | undefined;
}

/** Origin of what came by the API, in the quarantine. */
export const API_ORIGIN = "api";

export type { RecordOutcome } from "./identity.js";

const DAY_MS = 86_400_000;
/** Events entered at a time. */
const PART = 1_000;
/** As white space, and commas, behind the last event of a file go. */
const SPACE_BYTES = 64;
/** The source of what is entered again. */
const AGAIN = "verify";

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
  ingest({ pieces, origin, nodeType, region, ...from }: RawBatch): IngestResult {
    const batch = new DecodedBatch({ nodeType, region });
    for (const piece of pieces) batch.add(piece, origin);
    return this.enter(batch, from);
  }

  /**
   * Enters a batch that is decoded already, with its cursors; see {@link ingest}.
   *
   * @internal
   */
  enter(batch: DecodedBatch, from: BatchOrigin): IngestResult {
    const { source, nowMs: atMs } = from;
    return this.#store.transaction(() => {
      this.#refresh();
      const { events, origins, failed, early } = this.#enterable(batch, from);
      const waiting = [...failed];
      let [recorded, repeated] = [0, 0];
      const { outcomes, held } = this.#enter(events, source, this.#door(from));
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome === "recorded") recorded++;
        else if (outcome === "repeated") repeated++;
        else {
          const [event, origin] = [events[index], origins[index]];
          invariant(event !== undefined && origin !== undefined, "there is an outcome for each");
          waiting.push({ ...origin, ...(held.get(event) ?? contradiction(event)) });
        }
      }
      const quarantined = this.#store.quarantine.add(
        waiting.map(({ piece: { raw, position }, origin, code, reason }) => {
          return { source, origin, position, code, reason, raw, atMs };
        }),
      );
      for (const { origin, length } of batch.grown) {
        for (const row of this.#store.quarantine.list({ of: { source, origin } })) {
          if (isCutAt(row, length)) this.#store.quarantine.resolve(row.id, atMs);
        }
      }
      for (const [key, value] of batch.cursors) this.#store.setCursor(key, value);
      return { recorded, repeated, quarantined, early: early === 0 ? undefined : early };
    });
  }

  /**
   * Enters events that a caller made itself, each with an id of its own. What is held goes to
   * quarantine, in poolsim's own form.
   *
   * @param apiAtMs when they came, ms since 1970: that day's limit counts. Default: none does
   * @returns one outcome for each, in the order given
   * @throws InputError (`COMMISSION_NONE`)
   */
  record(events: readonly PoolEvent[], source: string, apiAtMs?: number): readonly RecordOutcome[] {
    const nowMs = apiAtMs ?? events.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
    return this.#store.transaction(() => {
      this.#refresh();
      for (const event of events) this.#assertPriced(event);
      // Who rotates a key says so by its source: the same id under two is two events.
      const door = this.#door({ source, nowMs, apiAtMs, isDistinct: true });
      const { outcomes, held } = this.#enter(events, source, door);
      const rows = [...held].map(([event, { code, reason }]) => {
        const raw = Buffer.from(encodeOwn(event));
        return { source, origin: API_ORIGIN, position: 0, code, reason, raw, atMs: nowMs };
      });
      this.#store.quarantine.add(rows);
      return outcomes;
    });
  }

  /**
   * Enters again what is in books, into others: nothing is held, and what is told apart by what is
   * for the caller to look at.
   *
   * @param parts rows in order, some at a time: they go into one transaction
   * @param isReadAgain is an event's text looked at in those others? Then it is made again too
   * @param onPart told what became of each part: an outcome for each row, `recorded` or `refused`
   * @throws InputError if one can't be read: then none of them is entered
   */
  again(
    parts: Iterable<readonly EventRow[]>,
    isReadAgain: (event: PoolEvent) => boolean,
    onPart: (rows: readonly EventRow[], outcomes: readonly RecordOutcome[]) => void,
  ): void {
    this.#store.transaction(() => {
      this.#refresh();
      const isContradicted = redemptionsOf(this.#store);
      const sums = noSums(AGAIN);
      for (const rows of parts) {
        const named: NamedEvent[] = [];
        const outcomes = rows.map((row): RecordOutcome => {
          const event = decodeStoredEvent(row);
          if (isContradicted(event)) return "refused";
          const content = isReadAgain(event) ? encodeStored(event) : row.content;
          named.push({ event, identity: row.identity, content });
          return "recorded";
        });
        this.#write(named, AGAIN, sums);
        onPart(rows, outcomes);
      }
      this.#settle(sums);
    });
  }

  /** What is against new events, apart from what their source has told. */
  #door({
    source,
    nowMs,
    apiAtMs,
    isDistinct,
    isBesideOpening = false,
  }: BatchOrigin): IdentifyOptions {
    const store = this.#store;
    const limits = readLimits(store);
    const isPerJob = this.#isPerJob;
    const openingMs = isBesideOpening ? null : openingAtMs(store);
    const day = Math.floor((apiAtMs ?? nowMs) / DAY_MS);
    const isApi = apiAtMs !== undefined;
    let dayWei = isApi ? store.events.keyDayWei(source, day) : 0n;
    const door = (event: PoolEvent): Held | null => {
      const wei = incomeOf(event, { isPerJob });
      const isBefore = openingMs !== null && event.atMs < openingMs && isMoney(event);
      if (isBefore) return beforeOpening(openingMs);
      const beyond = beyondLimits(event, limits, { isPerJob });
      if (beyond !== null || !isApi || wei === 0n) return beyond;
      if (dayWei + wei > limits.keyDayCapWei) {
        const reason = `${source} brought ${dayWei} wei on this day, and ${wei} more is beyond the limit of ${limits.keyDayCapWei} wei`;
        return { code: "KEY_DAY_CAP", reason };
      }
      dayWei += wei;
      store.events.setKeyDayWei(source, day, dayWei);
      return null;
    };
    return { door, isDistinct };
  }

  /** The batch without what can't be entered now: nearly always the batch itself. */
  #enterable(
    batch: DecodedBatch,
    { source, nowMs }: BatchOrigin,
  ): Pick<DecodedBatch, "events" | "origins" | "failed"> & { readonly early: number } {
    const failed = [...batch.failed];
    const left = new Set<number>();
    let early = 0;
    const sinceMs = sinceMsOf(this.#store, source);
    for (const [index, event] of batch.events.entries()) {
      if (event.atMs < sinceMs) {
        early++;
        left.add(index);
        continue;
      }
      try {
        assertPast(event, nowMs);
        this.#assertPriced(event);
      } catch (error) {
        const from = batch.origins[index];
        if (!(error instanceof InputError) || from === undefined) throw error;
        failed.push({ ...from, code: error.code, reason: error.message });
        left.add(index);
      }
    }
    const { events, origins } = batch;
    if (left.size === 0) return { events, origins, failed, early };
    const isLeft = (_: unknown, index: number) => !left.has(index);
    return { events: events.filter(isLeft), origins: origins.filter(isLeft), failed, early };
  }

  #assertPriced(event: PoolEvent): void {
    if (event.type !== "job-processed") return;
    const { job: nodeType, region, atMs } = event;
    this.#settings.commission.rateOf({ nodeType, region, atMs });
  }

  /** Before events are priced, within the transaction: nobody changes the settings meanwhile. */
  #refresh(): void {
    const text = settingsText(this.#store);
    if (text === this.#settingsText) return;
    this.#settingsText = text;
    this.#settings = readSettings(this.#store);
    this.#postings = new JobPostings(this.#settings);
  }

  /** Jobs are paid by their own fees, not by what tickets brought. */
  get #isPerJob(): boolean {
    return this.#settings.scheme.basis === "fees";
  }

  /** By parts: what is made of an event on its way to its row is not kept for long. */
  #enter(
    events: readonly PoolEvent[],
    source: string,
    options: IdentifyOptions,
  ): { outcomes: RecordOutcome[]; held: ReadonlyMap<PoolEvent, Held> } {
    const store = this.#store;
    const all: RecordOutcome[] = [];
    const allHeld = new Map<PoolEvent, Held>();
    const sums = noSums(source);
    for (let from = 0; from < events.length; from += PART) {
      const part = events.slice(from, from + PART);
      const { fresh, outcomes, held } = identify(part, source, store, options);
      for (const outcome of outcomes) all.push(outcome);
      for (const [event, why] of held) allHeld.set(event, why);
      this.#write(fresh, source, sums);
    }
    this.#settle(sums);
    return { outcomes: all, held: allHeld };
  }

  /** Writes a part of a batch, and the entries that follow from its events by themselves. */
  #write(fresh: readonly NamedEvent[], source: string, sums: Sums): void {
    const { rows, transactions } = this.#rows(fresh, source, sums);
    this.#store.events.add(rows);
    if (transactions.length > 0) this.#store.ledger.post(...transactions);
  }

  /** Writes what a batch adds up to. */
  #settle({ received, processed, tally }: Sums): void {
    const store = this.#store;
    const { claims: bounds } = this.#settings;
    const ai = linkAiJobs(store, { received, processed, postings: this.#postings, bounds });
    for (const attributed of ai.attributed) tally.attribute(attributed);
    if (this.#isPerJob && ai.transactions.length > 0) store.ledger.post(...ai.transactions);
    tally.write(store);
  }

  /** The events' rows, what each moves by itself, and what they add up to. */
  #rows(fresh: readonly NamedEvent[], source: string, sums: Sums) {
    const { received, processed, tally } = sums;
    const transactions: LedgerTransaction[] = [];
    const isPerJob = this.#isPerJob;
    let sequence = this.#store.events.count();
    const rows = fresh.map(({ event, identity, content }) => {
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
        const postings = ticketPostings(this.#store.tickets, event, { isIncome: !isPerJob });
        if (postings.length > 0) transactions.push({ cause, atMs, postings });
      }
      return { sequence: sequence++, identity, source, atMs, content, worker };
    });
    return { rows, transactions };
  }
}

/** What a whole batch adds up to. */
interface Sums {
  readonly received: AiHalf<JobReceived>[];
  readonly processed: AiHalf<JobProcessed>[];
  readonly tally: WorkerTally;
}

function noSums(source: string): Sums {
  return { received: [], processed: [], tally: new WorkerTally(source) };
}

/** A day's grace for clocks: no commission can begin before the latest event. */
function assertPast({ atMs }: PoolEvent, nowMs: number): void {
  if (atMs <= nowMs + DAY_MS) return;
  throw new InputError(`${utcText(atMs)} is more than a day ahead`, { code: "FUTURE" });
}

function isMoney({ type }: PoolEvent): boolean {
  return type === "job-processed" || type === "winning-ticket" || type === "ticket-redeemed";
}

function beforeOpening(openingMs: number): Held {
  const reason = `it is older than the opening balances, of ${utcText(openingMs)}, which probably hold it`;
  return { code: "BEFORE_OPENING", reason };
}

/** Whether a text of so many bytes ended within it, but for white space behind. */
function isCutAt({ reason, position, raw }: QuarantineRow, length: number): boolean {
  if (reason !== ENDS_WITHIN && reason !== ENDS_WITHIN_ARRAY) return false;
  const end = reason === ENDS_WITHIN ? position + raw.length : position;
  return end <= length && length - end <= SPACE_BYTES;
}

function contradiction(event: PoolEvent): Held {
  const { form, id } = event.identity;
  const hash = event.type === "ticket-redeemed" ? event.txHash : null;
  const redemption = hash === null ? "" : `, or transaction ${hash},`;
  const reason = `${form} ${id}${redemption} is in the books with other content`;
  return { code: "CONTRADICTION", reason };
}
