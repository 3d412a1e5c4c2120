/**
 * A discovery under way: the answers to come, the next one by time first. A round ends before many of
 * them are there, so that they are not sorted, but lie in a heap, from which one is taken at a time.
 */
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { SessionPool } from "../../../selection/index.js";
import { type SessionInfo, Slots, type Stream } from "../entities.js";

/**
 * Lists of words of a discovery: the heap of answers to come from the front, those that the round was told from
 * the back; and of each answer who was asked and who answers.
 */
const LISTS = 3;
const NO_NUMBERS = new Float64Array(0);
const NO_WORDS = new Int32Array(0);
/** So many discoveries have their lists in one piece: of streams that begin together most have one under way. */
const ROOMS = 32;

/** One refresh of one pool of one stream. */
export class Refresh {
  readonly slot: number;
  stream: Stream | null = null;
  pool: SessionPool<SessionInfo> | null = null;
  round: DiscoveryRound | null = null;
  startMs = 0;
  index = 0;
  /** How many the list has. */
  listed = 0;
  /** How many answers the round was told. */
  fedCount = 0;
  /** When it was told the last one, or began. */
  lastMs = 0;
  /** Of each answer, in the order in which they were asked for: when it comes. */
  #times: Float64Array;
  /** And when it was asked (D-13); null where all were asked at the start. */
  #asked: Float64Array | null = null;
  /** The {@link LISTS}, from `#at` on as many lists of times as words. */
  #words: Int32Array;
  /** Where its room begins, in answers, and for how many it is. */
  #first: number;
  #room: number;
  #waiting = 0;
  #count = 0;
  /** The place of the answer whose node is known to be up then. */
  #up = -1;

  /**
   * @param slot its place among all
   * @param times room for as many answers as it may have; it gets larger by itself
   * @param words as much room for its lists
   * @param first where its room begins, in answers
   * @param room for how many answers
   */
  constructor(slot: number, times = NO_NUMBERS, words = NO_WORDS, first = 0, room = 0) {
    this.slot = slot;
    this.#times = times;
    this.#words = words;
    this.#first = first;
    this.#room = room;
  }

  /** A discovery begins. */
  begin(startMs: number): void {
    this.startMs = this.lastMs = startMs;
    this.#count = this.#waiting = this.fedCount = 0;
    this.#asked = null;
    this.#up = -1;
  }

  /** Makes room for so many more answers. */
  expect(more: number): void {
    const needed = this.#count + more;
    const before = this.#room;
    if (needed <= before) return;
    const times = new Float64Array(needed);
    const words = new Int32Array(LISTS * needed);
    const own = this.#words.subarray(LISTS * this.#first, LISTS * (this.#first + before));
    times.set(this.#times.subarray(this.#first, this.#first + this.#count));
    words.set(own.subarray(0, this.#waiting));
    words.set(own.subarray(before - this.fedCount, before), needed - this.fedCount);
    words.set(own.subarray(before), needed);
    if (this.#asked !== null) {
      const asked = new Float64Array(needed).fill(this.startMs);
      asked.set(this.#asked);
      this.#asked = asked;
    }
    this.#times = times;
    this.#words = words;
    this.#first = 0;
    this.#room = needed;
  }

  /**
   * Adds an answer to come.
   *
   * @param node who answers
   */
  put(time: number, asked: number, uri: number, node: number): void {
    const words = this.#words;
    const at = this.#count++;
    this.#times[this.#first + at] = time;
    if (asked !== this.startMs) this.#asked ??= new Float64Array(this.#room).fill(this.startMs);
    if (this.#asked !== null) this.#asked[at] = asked;
    const own = this.#ownAt(at);
    words[own] = uri;
    words[own + 1] = node;
    const heap = LISTS * this.#first;
    let hole = this.#waiting++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = words[heap + parent] as number;
      // Of equal ones the earlier is in front.
      if (this.timeAt(above) <= time) break;
      words[heap + hole] = above;
      hole = parent;
    }
    words[heap + hole] = at;
  }

  /** When an answer comes, ms. */
  timeAt(at: number): number {
    return this.#times[this.#first + at] as number;
  }

  /** When it was asked, ms. */
  askedAt(at: number): number {
    return this.#asked === null ? this.startMs : (this.#asked[at] as number);
  }

  /** Who was asked. */
  uriAt(at: number): number {
    return this.#words[this.#ownAt(at)] as number;
  }

  /** Who answers: a node, or `unreachable` of one that could not be reached. */
  nodeAt(at: number): number {
    return this.#words[this.#ownAt(at) + 1] as number;
  }

  /** Whether it is known of the next answer that its node is up then. */
  isUpAt(at: number): boolean {
    return this.#up === at;
  }

  /** The next answer's node is up then. */
  setUp(at: number): void {
    this.#up = at;
  }

  /** The place of an answer that the round was told, in order of time. */
  fedAt(index: number): number {
    return this.#words[this.#fedFrom() - index] as number;
  }

  /** The next answer; −1 when there is none any more. */
  next(): number {
    return this.#waiting === 0 ? -1 : (this.#words[LISTS * this.#first] as number);
  }

  /** The round is told the next answer. */
  feed(): void {
    const at = this.#words[LISTS * this.#first] as number;
    this.lastMs = this.timeAt(at);
    this.drop();
    this.#words[this.#fedFrom() - this.fedCount++] = at;
  }

  /** The next answer will never come. */
  drop(): void {
    const last = --this.#waiting;
    if (last > 0) this.#sink(this.#words[LISTS * this.#first + last] as number);
  }

  /**
   * Instead of the next answer it comes out later that somebody could not be reached.
   *
   * @param afterMs the question
   * @param node who
   */
  fail(afterMs: number, node: number): void {
    const at = this.#words[LISTS * this.#first] as number;
    this.#times[this.#first + at] = this.askedAt(at) + afterMs;
    this.#words[this.#ownAt(at) + 1] = node;
    this.#sink(at);
  }

  /** Where it is said who was asked, and after it who answers. */
  #ownAt(at: number): number {
    return LISTS * this.#first + this.#room + 2 * at;
  }

  /** Where the first answer is that the round was told; the next one is before it. */
  #fedFrom(): number {
    return LISTS * this.#first + this.#room - 1;
  }

  /** Lets one sink from the top to its place. */
  #sink(at: number): void {
    const words = this.#words;
    const heap = LISTS * this.#first;
    const time = this.timeAt(at);
    const size = this.#waiting;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let below = words[heap + child] as number;
      if (child + 1 < size) {
        const right = words[heap + child + 1] as number;
        const leftTime = this.timeAt(below);
        const rightTime = this.timeAt(right);
        if (rightTime < leftTime || (rightTime === leftTime && right < below)) {
          child++;
          below = right;
        }
      }
      const belowTime = this.timeAt(below);
      if (time < belowTime || (time === belowTime && at < below)) break;
      words[heap + hole] = below;
      hole = child;
    }
    words[heap + hole] = at;
  }
}

/**
 * All discoveries under way, by slot.
 *
 * @param room how many answers most have at most
 */
export function refreshes(room: number): Slots<Refresh> {
  let times = NO_NUMBERS;
  let words = NO_WORDS;
  return new Slots((slot) => {
    const first = (slot % ROOMS) * room;
    if (first === 0) {
      times = new Float64Array(ROOMS * room);
      words = new Int32Array(LISTS * ROOMS * room);
    }
    return new Refresh(slot, times, words, first, room);
  });
}
