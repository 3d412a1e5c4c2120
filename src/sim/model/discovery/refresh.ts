/**
 * A discovery under way: the answers to come, the next one by time first. They are sorted when all were asked: so
 * many discoveries are under way at a time that each answer finds the lists of its own far away, and in order
 * the next one is beside the last.
 */
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { SessionPool } from "../../../selection/index.js";
import { sortByTime } from "../../engine/sort-by-time.js";
import { type SessionInfo, Slots, type Stream } from "../entities.js";

/** Lists of words of a discovery: the order of its answers, and of each of them who was asked and who answers. */
const LISTS = 3;
const NOBODY: readonly number[] = [];
const NEVER_MS = Number.POSITIVE_INFINITY;
const NO_NUMBERS = new Float64Array(0);
const NO_WORDS = new Int32Array(0);
/** So many discoveries have their lists in one piece: of streams that begin together most have one under way. */
const ROOMS = 32;

/** One refresh of one pool of one stream. */
export class Refresh {
  readonly slot: number;
  stream: Stream | null = null;
  pool: SessionPool<SessionInfo> | null = null;
  /** Null until it is told anything. */
  round: DiscoveryRound | null = null;
  startMs = 0;
  index = 0;
  /** Whom it asks at the start. */
  endpoints: readonly number[] = NOBODY;
  /** How many answers the round was told. */
  fedCount = 0;
  /** When it was told the last one, or began. */
  lastMs = 0;
  /** Of each answer, in the order in which they were asked for: when it comes. */
  #times: Float64Array;
  /** And when it was asked (D-13); null where all were asked at the start. */
  #asked: Float64Array | null = null;
  /** The {@link LISTS}. In the order those that the round was told are at its front, those to come at its end. */
  #words: Int32Array;
  /** Where its room begins, in answers, and for how many it is. */
  #first: number;
  #room: number;
  /** The first to come, in the order, and how many there are in all; so many of them are in order. */
  #next = 0;
  #count = 0;
  #sorted = 0;
  /** The place of the answer whose node is known to be up then. */
  #up = -1;
  /** Whether the next answer waits for its own instant. */
  waits = false;
  /** The instant of the last answer that did, before which all is known; at first when it began. */
  knownMs = 0;
  /** Hears the answers that have come by now. */
  readonly hear: () => void;

  /**
   * @param slot its place among all
   * @param times room for as many answers as it may have; it gets larger by itself
   * @param words as much room for its lists
   * @param first where its room begins, in answers
   * @param room for how many answers
   * @param hear what {@link hear} does
   */
  constructor(
    slot: number,
    times = NO_NUMBERS,
    words = NO_WORDS,
    first = 0,
    room = 0,
    hear: (refresh: Refresh) => void = () => {},
  ) {
    this.slot = slot;
    this.hear = () => hear(this);
    this.#times = times;
    this.#words = words;
    this.#first = first;
    this.#room = room;
  }

  /** A discovery begins. */
  begin(startMs: number): void {
    this.startMs = this.lastMs = this.knownMs = startMs;
    this.#count = this.#next = this.#sorted = this.fedCount = 0;
    this.#asked = null;
    this.#up = -1;
    this.waits = false;
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
    words.set(own.subarray(0, before));
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
    words[LISTS * this.#first + at] = at;
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
    return this.#words[LISTS * this.#first + index] as number;
  }

  /** The next answer; −1 when there is none any more. */
  next(): number {
    if (this.#sorted < this.#count) this.#sort();
    if (this.#next === this.#count) return -1;
    return this.#words[LISTS * this.#first + this.#next] as number;
  }

  /** Who gives an answer to come, the next one first; −1 where there are not so many, as of who is unreachable. */
  toCome(index: number): number {
    const place = this.#next + index;
    if (place >= this.#count) return -1;
    return this.nodeAt(this.#words[LISTS * this.#first + place] as number);
  }

  /** When it comes, ms, if its node is up then; Infinity where there are not so many. */
  toComeMs(index: number): number {
    const place = this.#next + index;
    if (place >= this.#count) return NEVER_MS;
    return this.timeAt(this.#words[LISTS * this.#first + place] as number);
  }

  /** The round is told the answer that {@link next} said. */
  feed(): void {
    this.waits = false;
    const order = LISTS * this.#first;
    const at = this.#words[order + this.#next++] as number;
    this.lastMs = this.timeAt(at);
    this.#words[order + this.fedCount++] = at;
  }

  /** The answer that {@link next} said will never come. */
  drop(): void {
    this.#next++;
  }

  /**
   * Instead of the answer that {@link next} said it comes out later that somebody could not be reached.
   *
   * @param afterMs the question
   * @param node who
   */
  fail(afterMs: number, node: number): void {
    const words = this.#words;
    const order = LISTS * this.#first;
    const at = words[order + this.#next] as number;
    this.#times[this.#first + at] = this.askedAt(at) + afterMs;
    words[this.#ownAt(at) + 1] = node;
    // Nearly always it is the last one then.
    let place = this.#count - 1;
    while (place > this.#next && this.#isBefore(at, words[order + place] as number)) place--;
    for (let to = this.#next; to < place; to++) words[order + to] = words[order + to + 1] as number;
    words[order + place] = at;
  }

  /** Where it is said who was asked, and after it who answers. */
  #ownAt(at: number): number {
    return LISTS * this.#first + this.#room + 2 * at;
  }

  /** Whether one comes before another; of equal ones the earlier in the list. */
  #isBefore(one: number, other: number): boolean {
    const time = this.timeAt(one);
    const otherTime = this.timeAt(other);
    return time < otherTime || (time === otherTime && one < other);
  }

  /** Puts those to come in order. */
  #sort(): void {
    this.#sorted = this.#count;
    const from = LISTS * this.#first + this.#next;
    sortByTime(this.#words, from, this.#count - this.#next, this.#times, this.#first);
  }
}

/**
 * All discoveries under way, by slot.
 *
 * @param room how many answers most have at most
 * @param hear has one hear the answers that have come by now
 */
export function refreshes(
  room: number,
  hear: (refresh: Refresh) => void = () => {},
): Slots<Refresh> {
  let times = NO_NUMBERS;
  let words = NO_WORDS;
  return new Slots((slot) => {
    const first = (slot % ROOMS) * room;
    if (first === 0) {
      times = new Float64Array(ROOMS * room);
      words = new Int32Array(LISTS * ROOMS * room);
    }
    return new Refresh(slot, times, words, first, room, hear);
  });
}
