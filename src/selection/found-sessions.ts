/**
 * What a discovery found, as sessions that are made when they are chosen: of some forty that a discovery
 * finds a stream uses one. Who runs many streams at a time saves most of their memory by it.
 */
import { InvariantError } from "../core/errors.js";
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
  /** Which of what was found are the batch's, ascending; null: all of it. Places below are places here. */
  readonly #indexes: readonly number[] | null;
  readonly #size: number;
  /** Places of those that do not wait, ascending … */
  #taken: readonly number[] = NOWHERE;
  /** … and their sessions; null of those that are not in the pool's map. */
  #sessions: readonly (Session<Info> | null)[] = NOBODY;
  /** Places of those that wait and are not in the pool's map. */
  #lost: readonly number[] = NOWHERE;

  /**
   * @param found what was found
   * @param indexes those of them of which the pool's map has no other session of the transcoder, ascending: the
   *   others are never made; null for all
   */
  constructor(found: FoundSessions<Info>, indexes: readonly number[] | null) {
    this.#found = found;
    this.#indexes = indexes;
    this.#size = this.waiting = indexes === null ? found.size : indexes.length;
  }

  /** Whether the pool's map has any of it. */
  get isMapped(): boolean {
    for (let place = 0; place < this.#size; place++) {
      if (this.#isMapped(place)) return true;
    }
    return false;
  }

  /**
   * Makes the session that is chosen.
   *
   * @param rank how many wait before it
   */
  take(rank: number): Session<Info> {
    const place = this.#placeAt(rank);
    const session = this.#found.make(this.#indexAt(place));
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
    for (let place = 0; place < this.#size; place++) {
      if (this.#transcoderAt(place) === transcoder && this.#isMapped(place)) return place;
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
    for (let place = 0; place < this.#size; place++) {
      if (this.#isMapped(place)) tell(this.#transcoderAt(place));
    }
  }

  /** Tells the indexes of those that wait, in order. */
  eachWaiting(tell: (found: FoundSessions<Info>, index: number) => void): void {
    for (let place = 0, taken = 0; place < this.#size; place++, taken++) {
      const until = this.#taken[taken] ?? this.#size;
      for (; place < until; place++) tell(this.#found, this.#indexAt(place));
    }
  }

  /** Adds the sessions that the pool's map has of this batch to a list, in order. */
  sessions(isMadeOnly: boolean, into: Session<Info>[]): void {
    if (isMadeOnly) {
      for (const session of this.#sessions) if (session !== null) into.push(session);
      return;
    }
    for (let place = 0; place < this.#size; place++) {
      if (!this.#isMapped(place)) continue;
      const at = this.#taken.indexOf(place);
      into.push(this.#sessions[at] ?? this.#found.make(this.#indexAt(place)));
    }
  }

  /** Latency that discovery measured, ms, by an index that {@link eachWaiting} told. */
  latencyMsAt(index: number): number {
    return this.#found.latencyMsAt(index);
  }

  #indexAt(place: number): number {
    return this.#indexes === null ? place : (this.#indexes[place] as number);
  }

  #transcoderAt(place: number): number {
    return this.#found.transcoderAt(this.#indexAt(place));
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

// V8 takes for a constant what never changed, and makes all code anew when it does.
const nobody = (): never => {
  throw new InvariantError("nobody was found");
};
new FoundBatch(
  {
    size: 1,
    transcoderAt: nobody,
    recipientAt: nobody,
    priceAt: nobody,
    latencyMsAt: nobody,
    make: nobody,
  },
  null,
).lose(0);
