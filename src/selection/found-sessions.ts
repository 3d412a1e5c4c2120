/**
 * What a discovery found, as sessions that are made when they are chosen: of some forty that a discovery
 * finds a stream uses one. Who runs many streams at a time saves most of their memory by it.
 */
import { emptyList } from "../core/lists.js";
import type { Session } from "./session.js";
import type { SessionPrice } from "./session-price.js";

/** Sessions to be made, in order of discovery. Says at any time the same of each. */
export interface FoundSessions<Info = unknown> {
  /** How many. */
  readonly size: number;
  /** Handle of the transcoder URI, from index 0 on. */
  transcoderAt(index: number): number;
  /** Handle of the ticket recipient, −1 = none. */
  recipientAt(index: number): number;
  /** Price in the answer, `null` = none or not usable. */
  priceAt(index: number): SessionPrice | null;
  /** Latency that discovery measured, ms. */
  latencyMsAt(index: number): number;
  /** Makes the session: a new one at each call. */
  make(index: number): Session<Info>;
}

/** Batches to which nothing happened share it. */
const NOBODY: readonly never[] = emptyList();
const NOWHERE: readonly number[] = [];

/**
 * What a discovery found, as a pool and its selector keep it together: which of them wait for being chosen,
 * and which are in the pool's map. Lists have only those with whom something happened, so that a batch is
 * as large as that.
 */
export class FoundBatch<Info = unknown> {
  /** How many wait for being chosen. */
  waiting: number;
  readonly #found: FoundSessions<Info>;
  /** Places of those that do not wait, ascending … */
  #taken: readonly number[] = NOWHERE;
  /** … and their sessions; null of those that are not in the pool's map. */
  #sessions: readonly (Session<Info> | null)[] = NOBODY;
  /** Places of those that wait and are not in the pool's map. */
  #lost: readonly number[] = NOWHERE;

  constructor(found: FoundSessions<Info>) {
    this.#found = found;
    this.waiting = found.size;
  }

  /** The pool's map has another session of the transcoder: this one is never made. */
  leaveOut(place: number): void {
    this.#take(place, null);
  }

  /**
   * Makes the session that is chosen.
   *
   * @param rank how many wait before it
   */
  take(rank: number): Session<Info> {
    const place = this.#placeAt(rank);
    const session = this.#found.make(place);
    session.mapped = !this.#lost.includes(place);
    this.#take(place, session.mapped ? session : null);
    return session;
  }

  /**
   * Where the pool's map has a transcoder.
   *
   * @returns −1 where it has it not in this batch
   */
  placeOf(transcoder: number): number {
    const found = this.#found;
    for (let place = 0; place < found.size; place++) {
      if (found.transcoderAt(place) === transcoder && this.#isMapped(place)) return place;
    }
    return -1;
  }

  /** One is not in the pool's map any more; if it waits, it goes on to do so. */
  lose(place: number): void {
    const at = this.#taken.indexOf(place);
    if (at < 0) {
      this.#lost = [...this.#lost, place];
      return;
    }
    const session = this.#sessions[at] ?? null;
    if (session !== null) session.mapped = false;
    this.#sessions = this.#sessions.with(at, null);
  }

  /** Tells the transcoders that the pool's map has of this batch. */
  eachTranscoder(tell: (transcoder: number) => void): void {
    const found = this.#found;
    for (let place = 0; place < found.size; place++) {
      if (this.#isMapped(place)) tell(found.transcoderAt(place));
    }
  }

  /** Tells the places of those that wait, in order. */
  eachWaiting(tell: (found: FoundSessions<Info>, place: number) => void): void {
    let taken = 0;
    for (let place = 0; place < this.#found.size; place++) {
      if (this.#taken[taken] === place) taken++;
      else tell(this.#found, place);
    }
  }

  /** The sessions that the pool's map has of this batch, in order. */
  sessions(isMadeOnly: boolean): Session<Info>[] {
    if (isMadeOnly) return this.#sessions.filter((session) => session !== null);
    const sessions: Session<Info>[] = [];
    for (let place = 0; place < this.#found.size; place++) {
      if (!this.#isMapped(place)) continue;
      const at = this.#taken.indexOf(place);
      sessions.push(this.#sessions[at] ?? this.#found.make(place));
    }
    return sessions;
  }

  #isMapped(place: number): boolean {
    const at = this.#taken.indexOf(place);
    return at < 0 ? !this.#lost.includes(place) : this.#sessions[at] !== null;
  }

  #placeAt(rank: number): number {
    let place = rank;
    for (const taken of this.#taken) {
      if (taken > place) break;
      place++;
    }
    return place;
  }

  #take(place: number, session: Session<Info> | null): void {
    const after = this.#taken.findIndex((taken) => taken > place);
    const at = after < 0 ? this.#taken.length : after;
    this.#taken = this.#taken.toSpliced(at, 0, place);
    this.#sessions = this.#sessions.toSpliced(at, 0, session);
    this.waiting--;
  }
}
