/** What somebody did by the hour and by the day, as far back as the page shows it. */
import { Histogram } from "./histogram.js";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Hours that a page shows, the one that goes on included. */
export const HOURS = 24;
/** Days that a page shows, the one that goes on included. */
export const DAYS = 30;

/** A job, as far as figures go. */
export interface JobFigures {
  /** When it was done, ms since 1970. */
  readonly atMs: number;
  /** Whether it was transcoding; AI work has no length. */
  readonly isTranscoding: boolean;
  readonly feesWei: bigint;
  /** Of the source, ms; 0 for AI. */
  readonly durationMs: number;
  /** From task to result, ms; 0: it is not known (E-14). */
  readonly responseMs: number;
}

/** Sums over a stretch of time. */
export class Sums {
  jobs = 0;
  feesWei = 0n;
  /** Transcoded segments whose response time is known. */
  timed = 0;
  /** Of these, those that took longer than they last. */
  late = 0;
  /** Of these, together. */
  durationMs = 0;
  responseMs = 0;
  disconnects = 0;
  readonly transcoding = new Histogram();
  readonly ai = new Histogram();

  /** @param sign −1 takes away what was added */
  add(job: JobFigures, sign: 1 | -1 = 1): void {
    this.jobs += sign;
    this.feesWei += BigInt(sign) * job.feesWei;
    if (job.responseMs <= 0) return;
    if (!job.isTranscoding) {
      this.ai.add(job.responseMs, sign);
      return;
    }
    this.transcoding.add(job.responseMs, sign);
    this.timed += sign;
    if (job.responseMs > job.durationMs) this.late += sign;
    this.durationMs += sign * job.durationMs;
    this.responseMs += sign * job.responseMs;
  }

  addAll(other: Sums): void {
    this.jobs += other.jobs;
    this.feesWei += other.feesWei;
    this.timed += other.timed;
    this.late += other.late;
    this.durationMs += other.durationMs;
    this.responseMs += other.responseMs;
    this.disconnects += other.disconnects;
    this.transcoding.addAll(other.transcoding);
    this.ai.addAll(other.ai);
  }
}

/** Stretches from an instant on, added up. */
interface Together {
  readonly fromMs: number;
  readonly sums: Sums;
}

/** A number of stretches, the last of which goes on; whoever is older is forgotten. */
class Stretches {
  readonly #lengthMs: number;
  readonly #kept: number;
  readonly #sums = new Map<number, Sums>();

  constructor(lengthMs: number, kept: number) {
    this.#lengthMs = lengthMs;
    this.#kept = kept;
  }

  at(atMs: number): Sums {
    const key = Math.floor(atMs / this.#lengthMs);
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      sums = new Sums();
      this.#sums.set(key, sums);
    }
    return sums;
  }

  forget(nowMs: number): void {
    const oldest = this.#oldest(nowMs);
    for (const key of this.#sums.keys()) if (key < oldest) this.#sums.delete(key);
  }

  /** Each stretch from the oldest on; null: nothing happened in it. */
  list(nowMs: number): { readonly atMs: number; readonly sums: Sums | null }[] {
    const oldest = this.#oldest(nowMs);
    return Array.from({ length: this.#kept }, (_, index) => ({
      atMs: (oldest + index) * this.#lengthMs,
      sums: this.#sums.get(oldest + index) ?? null,
    }));
  }

  /** The last ones together; what was added up before, where nothing has to be left out of it. */
  together(nowMs: number, count: number, known: Together | null): Together {
    const first = this.#oldest(nowMs) + this.#kept - count;
    const fromMs = first * this.#lengthMs;
    if (known?.fromMs === fromMs) return known;
    const all = new Sums();
    for (let key = first; key < first + count; key++) {
      const sums = this.#sums.get(key);
      if (sums !== undefined) all.addAll(sums);
    }
    return { fromMs, sums: all };
  }

  /** Jobs in each of the last ones. */
  jobs(nowMs: number, count: number): number[] {
    const first = this.#oldest(nowMs) + this.#kept - count;
    const jobs: number[] = [];
    for (let key = first; key < first + count; key++) jobs.push(this.#sums.get(key)?.jobs ?? 0);
    return jobs;
  }

  #oldest(nowMs: number): number {
    return Math.floor(nowMs / this.#lengthMs) - this.#kept + 1;
  }
}

/** Hours of one day and days of thirty, UTC. */
export class Track {
  readonly #hours: Stretches;
  readonly #days = new Stretches(DAY_MS, DAYS);
  /** Kept while the hour lasts: adding up takes longer than adding. */
  #lastDay: Together | null = null;
  #lastDays: Together | null = null;

  /** @param hours that are kept */
  constructor(hours = HOURS) {
    this.#hours = new Stretches(HOUR_MS, hours);
  }

  add(job: JobFigures, sign: 1 | -1 = 1): void {
    for (const sums of this.#at(job.atMs)) sums.add(job, sign);
  }

  disconnected(atMs: number): void {
    for (const sums of this.#at(atMs)) sums.disconnects++;
  }

  forget(nowMs: number): void {
    this.#hours.forget(nowMs);
    this.#days.forget(nowMs);
  }

  hours(nowMs: number): ReturnType<Stretches["list"]> {
    return this.#hours.list(nowMs);
  }

  /** Jobs in each of the last hours, oldest first. */
  jobsByHour(nowMs: number): number[] {
    return this.#hours.jobs(nowMs, HOURS);
  }

  days(nowMs: number): ReturnType<Stretches["list"]> {
    return this.#days.list(nowMs);
  }

  /** The last hours together. */
  lastDay(nowMs: number): Sums {
    this.#lastDay = this.#hours.together(nowMs, HOURS, this.#lastDay);
    return this.#lastDay.sums;
  }

  /** All days together. */
  lastDays(nowMs: number): Sums {
    this.#lastDays = this.#days.together(nowMs, DAYS, this.#lastDays);
    return this.#lastDays.sums;
  }

  #at(atMs: number): Sums[] {
    const kept = [this.#lastDay, this.#lastDays].flatMap((one) =>
      one !== null && atMs >= one.fromMs ? [one.sums] : [],
    );
    return [this.#hours.at(atMs), this.#days.at(atMs), ...kept];
  }
}
