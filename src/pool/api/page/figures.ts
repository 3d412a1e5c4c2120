/**
 * What the page shows of performance: sums over the events of the last thirty days, kept up to date
 * event by event, so that no reader makes the books go through their history. A pure state machine
 * over the books: whoever drives it says when, and how much at a time.
 */
import type { JobProcessed, PoolEvent } from "../../books/events/event.js";
import { decodeStoredEvent } from "../../books/events/stored.js";
import type { EventRow, PoolStore } from "../../books/store/store.js";
import { RoundWork, type Weighed, type Weighing, type WorkSum } from "./round-work.js";
import { DAY_MS, DAYS, HOUR_MS, HOURS, type JobFigures, Track } from "./track.js";

/** What figures are made of. */
export type FiguresBooks = Pick<PoolStore, "decisions" | "events" | "jobs" | "reports" | "rounds">;

/** When a source was heard of. */
export interface SourceFigures {
  /** Time of its newest event, ms since 1970. */
  readonly lastMs: number;
  /** Its events in the last hours. */
  readonly events: number;
}

interface SourceTrack {
  lastMs: number;
  readonly hours: Map<number, number>;
}

interface AiJob {
  readonly job: JobFigures;
  readonly sequence: number;
  address: string | null;
}

/** Events ahead of the time by more are no part of any hour that is shown. */
const AHEAD_MAX_MS = HOUR_MS;
/** AI jobs that may still turn out to be somebody else's. */
const AI_JOBS_MAX = 50_000;

/** Figures of the last thirty days. */
export class PoolFigures {
  readonly #books: FiguresBooks;
  readonly #renditions: () => bigint;
  #counted: Counted | null = null;

  /** @param renditions of a job whose event does not say how many there were */
  constructor(books: FiguresBooks, renditions: () => bigint) {
    this.#books = books;
    this.#renditions = renditions;
  }

  /**
   * Takes in up to `limit` events that were not counted yet, as the books are at one instant.
   *
   * @returns whether there are more
   */
  advance(nowMs: number, limit: number): boolean {
    const books = this.#books;
    return books.reports.snapshot(() => {
      const decisions = books.decisions.list().at(-1)?.id ?? 0;
      // What was decided about an event that is counted: all of them are counted again.
      if (this.#counted === null || this.#counted.decisions !== decisions) {
        const count = books.events.count();
        const from = books.events.firstFrom(startOf(nowMs)) ?? count;
        this.#counted = new Counted({ from, decisions, books, renditions: this.#renditions() });
      }
      return this.#counted.advance(nowMs, limit);
    });
  }

  /**
   * Sums of all workers together; its hours go back thirty days.
   *
   * @internal
   */
  get pool(): Track | null {
    return this.#counted?.pool ?? null;
  }

  /**
   * Sums of one worker; null: it did nothing.
   *
   * @internal
   */
  worker(address: string): Track | null {
    return this.#counted?.workers.get(address) ?? null;
  }

  /**
   * Time of the last event that is counted while others wait, ms since 1970 (0: none is); null: all are.
   *
   * @internal
   */
  get untilMs(): number | null {
    return this.#counted === null ? 0 : this.#counted.untilMs;
  }

  /**
   * Sources by name.
   *
   * @internal
   */
  sources(nowMs: number): ReadonlyMap<string, SourceFigures> {
    return this.#counted?.sourcesAt(nowMs) ?? new Map();
  }

  /**
   * What a worker did for a closed round, or for the one that goes on; null: that is not known.
   *
   * @internal
   */
  work(round: number | null, address: string, how: Weighing): Weighed | null {
    return this.#counted?.rounds.of(round, address, how) ?? null;
  }
}

function startOf(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) - DAYS + 1) * DAY_MS;
}

interface CountedOptions {
  readonly from: number;
  readonly decisions: number;
  readonly books: FiguresBooks;
  readonly renditions: bigint;
}

/** All that was counted since it began. */
class Counted {
  readonly decisions: number;
  readonly pool = new Track(DAYS * HOURS);
  readonly workers = new Map<string, Track>();
  readonly rounds: RoundWork;
  untilMs: number | null = 0;
  readonly #books: FiguresBooks;
  readonly #renditions: bigint;
  readonly #void: ReadonlySet<number>;
  readonly #sources = new Map<string, SourceTrack>();
  /** By sequence of their event, the oldest first. */
  readonly #aiJobs = new Map<number, AiJob>();
  #next: number;
  #hour = 0;

  constructor({ from, decisions, books, renditions }: CountedOptions) {
    this.decisions = decisions;
    this.rounds = new RoundWork(from);
    this.#books = books;
    this.#renditions = renditions;
    this.#next = from;
    const voids = books.decisions.list().filter(({ kind }) => kind === "void");
    this.#void = new Set(voids.map(({ event }) => event));
  }

  advance(nowMs: number, limit: number): boolean {
    this.#forget(nowMs);
    this.rounds.closed(this.#books.rounds.list());
    const rows = this.#books.events.list(this.#next, limit);
    const events = rows.map((row) => ({ row, event: decodeStoredEvent(row) }));
    const owners = this.#owners(events.map(({ event }) => event));
    for (const { row, event } of events) this.#take(row, event, { nowMs, owners });
    this.#move(owners);
    this.#next = (rows.at(-1)?.sequence ?? this.#next - 1) + 1;
    const isMore = rows.length === limit;
    this.untilMs = isMore ? (rows.at(-1)?.atMs ?? 0) : null;
    return isMore;
  }

  sourcesAt(nowMs: number): ReadonlyMap<string, SourceFigures> {
    const oldest = Math.floor(nowMs / HOUR_MS) - HOURS + 1;
    return new Map(
      [...this.#sources].map(([name, { lastMs, hours }]) => {
        const recent = [...hours].filter(([hour]) => hour >= oldest);
        return [name, { lastMs, events: recent.reduce((sum, [, count]) => sum + count, 0) }];
      }),
    );
  }

  #forget(nowMs: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour === this.#hour) return;
    this.#hour = hour;
    for (const track of [this.pool, ...this.workers.values()]) track.forget(nowMs);
    for (const { hours } of this.#sources.values()) {
      for (const key of hours.keys()) if (key < hour - HOURS) hours.delete(key);
    }
  }

  /** Whose the AI requests are that these events tell of, by the sequence of what was paid. */
  #owners(events: readonly PoolEvent[]): ReadonlyMap<number, string | null> {
    const ids = new Set<string>();
    for (const event of events) {
      const isAi = event.type === "job-received" || event.type === "job-processed";
      if (isAi && event.requestId !== null) ids.add(event.requestId);
    }
    if (ids.size === 0) return new Map();
    const paid = this.#books.jobs.processed([...ids]);
    return new Map(paid.map(({ cause, address }) => [cause.event, address]));
  }

  #take(
    row: EventRow,
    event: PoolEvent,
    { nowMs, owners }: { nowMs: number; owners: ReadonlyMap<number, string | null> },
  ): void {
    const { sequence, source, atMs } = row;
    if (atMs > nowMs + AHEAD_MAX_MS) return;
    this.#heardOf(source, atMs);
    if (atMs < startOf(nowMs)) return;
    if (event.type === "worker-disconnected") this.#trackOf(event.address).disconnected(atMs);
    if (event.type !== "job-processed" || this.#void.has(sequence)) return;
    const job = figuresOf(event);
    const address = event.address ?? owners.get(sequence) ?? null;
    this.pool.add(job);
    if (address !== null) this.#trackOf(address).add(job);
    if (address !== null) this.rounds.add(sequence, address, this.#workOf(event));
    if (event.address !== null) return;
    this.#aiJobs.set(sequence, { job, sequence, address });
    const [oldest] = this.#aiJobs.keys();
    if (this.#aiJobs.size > AI_JOBS_MAX && oldest !== undefined) this.#aiJobs.delete(oldest);
  }

  /** A claim may make a job somebody's that was nobody's or another's. */
  #move(owners: ReadonlyMap<number, string | null>): void {
    for (const [sequence, address] of owners) {
      const known = this.#aiJobs.get(sequence);
      if (known === undefined || known.address === address) continue;
      if (known.address !== null) this.#trackOf(known.address).add(known.job, -1);
      if (address !== null) this.#trackOf(address).add(known.job);
      known.address = address;
    }
  }

  #heardOf(source: string, atMs: number): void {
    let track = this.#sources.get(source);
    if (track === undefined) {
      track = { lastMs: atMs, hours: new Map() };
      this.#sources.set(source, track);
    }
    track.lastMs = Math.max(track.lastMs, atMs);
    const hour = Math.floor(atMs / HOUR_MS);
    track.hours.set(hour, (track.hours.get(hour) ?? 0) + 1);
  }

  #trackOf(address: string): Track {
    let track = this.workers.get(address);
    if (track === undefined) {
      track = new Track();
      this.workers.set(address, track);
    }
    return track;
  }

  #workOf({ job, durationMs, computeUnits, renditions }: JobProcessed): WorkSum {
    const pixels = job === "transcode" ? computeUnits : 0n;
    return { jobs: 1, durationMs, pixels, renditions: renditions ?? this.#renditions };
  }
}

function figuresOf(event: JobProcessed): JobFigures {
  return {
    atMs: event.atMs,
    isTranscoding: event.job === "transcode",
    feesWei: event.feesWei,
    durationMs: Number(event.durationMs),
    responseMs: Number(event.responseTimeNs) / 1e6,
  };
}
