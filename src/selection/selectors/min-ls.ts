/**
 * The selector of video streams (L-1 … L-8): a measured session that is good enough first, then
 * one never measured, then the best of the bad ones.
 */
import { InvariantError, invariant } from "../../core/errors.js";
import { emptyList, listOf, listWith, listWithout } from "../../core/lists.js";
import type { Draw } from "../algorithms/algorithm.js";
import type { FoundBatch } from "../found-sessions.js";
import { Session } from "../session.js";
import type { SessionPrice } from "../session-price.js";
import { type Chooser, firstInOrder, type RecipientSession } from "./choosers.js";
import { CHOSEN, type Chosen, type Selector } from "./selector.js";

/** How to make a {@link MinLSSelector} or a {@link SortedSelector}. */
export interface SelectorOptions {
  /** Chooses among sessions that were never measured (default: first in, first out, L-5). */
  readonly chooser?: Chooser | undefined;
  /** Random numbers for the chooser; not needed by one that draws nothing. */
  readonly draw?: Draw | undefined;
}

/** Selectors that have nobody share it. */
const NOBODY: never[] = emptyList();

/** How to make a {@link MinLSSelector}. */
export interface MinLSSelectorOptions extends SelectorOptions {
  /** Highest latency score that is good enough (L-1). @default 1.0 */
  readonly minLS?: number | undefined;
}

/** Keeps sessions by latency score, those without one in order of arrival. */
export class MinLSSelector<Info = unknown> implements Selector<Info> {
  /** Highest latency score that is good enough (L-1). */
  readonly minLS: number;
  lastChosen: Chosen = CHOSEN.unknown;

  readonly #chooser: Chooser;
  readonly #draw: Draw;
  // What a discovery found is one entry.
  #unknown: readonly (Session<Info> | FoundBatch<Info>)[] = NOBODY;
  #waiting = 0;
  // A binary heap that sifts exactly as Go's container/heap does: it decides between equal scores.
  #known: Session<Info>[] = NOBODY;

  constructor({ minLS = 1, chooser = firstInOrder, draw = noDraw }: MinLSSelectorOptions = {}) {
    this.minLS = minLS;
    this.#chooser = chooser;
    this.#draw = draw;
  }

  get size(): number {
    return this.#waiting + this.#known.length;
  }

  /** The sessions that were never measured, in order. */
  get unknown(): readonly Session<Info>[] {
    return this.#unknown.flatMap((entry) => {
      if (entry instanceof Session) return entry;
      const sessions: Session<Info>[] = [];
      entry.eachWaiting((found, place) => sessions.push(found.make(place)));
      return sessions;
    });
  }

  /** The measured sessions, as the heap holds them: the best first, the others half sorted. */
  get knownHeap(): readonly Session<Info>[] {
    return this.#known;
  }

  add(sessions: readonly Session<Info>[]): void {
    this.#unknown = [...this.#unknown, ...sessions];
    this.#waiting += sessions.length;
  }

  addFound(batch: FoundBatch<Info>): void {
    this.#unknown = listWith(this.#unknown, batch);
    this.#waiting += batch.waiting;
  }

  complete(session: Session<Info>): void {
    // Nearly always there is none, and a list of its own is as long as one.
    if (this.#known.length === 0) {
      this.#known = listOf(session);
      return;
    }
    const heap = this.#known;
    heap.push(session);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!less(heap, at, parent)) break;
      swap(heap, at, parent);
      at = parent;
    }
  }

  select(): Session<Info> | null {
    const best = this.#known[0];
    if (best === undefined || (best.latencyScore > this.minLS && this.#waiting > 0)) {
      this.lastChosen = CHOSEN.unknown;
      return this.#takeOut(chosenBy(this.#chooser, this.#draw, this.#unknown, this.#waiting));
    }
    this.lastChosen = CHOSEN.known;
    return this.#popKnown();
  }

  /** Takes a session out if it was never measured; a measured one stays, as in go-livepeer. */
  remove(session: Session<Info>): void {
    const at = this.#unknown.indexOf(session);
    if (at < 0) return;
    this.#drop(at);
    this.#waiting--;
  }

  has(session: Session<Info>): boolean {
    return this.#unknown.includes(session) || this.#known.includes(session);
  }

  clear(): void {
    this.#unknown = NOBODY;
    this.#waiting = 0;
    this.#known = NOBODY;
  }

  /** The one that so many wait before. */
  #takeOut(rank: number): Session<Info> | null {
    let before = 0;
    for (const [at, entry] of this.#unknown.entries()) {
      const count = entry instanceof Session ? 1 : entry.waiting;
      if (rank < before || rank >= before + count) {
        before += count;
        continue;
      }
      this.#waiting--;
      if (entry instanceof Session) {
        this.#drop(at);
        return entry;
      }
      const session = entry.take(rank - before);
      if (entry.waiting === 0) this.#drop(at);
      return session;
    }
    return null;
  }

  #drop(at: number): void {
    this.#unknown = listWithout(this.#unknown, at);
  }

  #popKnown(): Session<Info> | null {
    const heap = this.#known;
    const end = heap.length - 1;
    swap(heap, 0, end);
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= end) break;
      const smaller = left + 1 < end && less(heap, left + 1, left) ? left + 1 : left;
      if (!less(heap, smaller, at)) break;
      swap(heap, at, smaller);
      at = smaller;
    }
    return heap.pop() ?? null;
  }
}

/** Stands in where no random numbers were passed. */
export function noDraw(): number {
  throw new InvariantError("the selector's chooser draws random numbers, but none were passed");
}

/** Takes what is at a position out of a list, keeping the order; `null` for position −1. */
export function takeOut<T>(list: T[], at: number): T | null {
  const taken = list[at];
  if (taken === undefined) return null;
  if (at === 0) list.shift();
  else list.splice(at, 1);
  return taken;
}

/** The list that a chooser is shown, during its choice. */
let shownList: readonly (Session | FoundBatch)[] = NOBODY;

/** What choosers are shown of a session that is yet to be made: written anew for each choice. */
class Shown implements RecipientSession {
  recipient = 0;
  initialPrice: SessionPrice | null = null;
  /** In which of the list's entries it is, and its index there. */
  entry = 0;
  index = 0;

  /** Worked out when it is asked for, as few choosers do. */
  get initialLatencyMs(): number {
    const entry = shownList[this.entry];
    return entry === undefined || entry instanceof Session ? 0 : entry.latencyMsAt(this.index);
  }
}

const shown: Shown[] = [];

/** What a chooser chooses of a list of so many. */
function chosenBy(
  chooser: Chooser,
  draw: Draw,
  unknown: readonly (Session | FoundBatch)[],
  size: number,
): number {
  const list = new Array<RecipientSession>(size);
  let count = 0;
  for (const [at, entry] of unknown.entries()) {
    if (entry instanceof Session) {
      list[count++] = entry;
      continue;
    }
    entry.eachWaiting((found, index) => {
      shown[count] ??= new Shown();
      const one = shown[count] as Shown;
      one.recipient = found.recipientAt(index);
      one.initialPrice = found.priceAt(index);
      one.entry = at;
      one.index = index;
      list[count++] = one;
    });
  }
  shownList = unknown;
  const chosen = chooser.choose(list, draw);
  shownList = NOBODY;
  return chosen;
}

function less(heap: readonly Session[], a: number, b: number): boolean {
  const first = heap[a];
  const second = heap[b];
  invariant(first !== undefined && second !== undefined, "a heap has no holes");
  return first.latencyScore < second.latencyScore;
}

function swap<T>(heap: T[], a: number, b: number): void {
  const first = heap[a];
  const second = heap[b];
  if (first === undefined || second === undefined) return;
  heap[a] = second;
  heap[b] = first;
}
