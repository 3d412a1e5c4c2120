/**
 * A discovery under way: the answers to come, the next one by time first. A round ends before many of
 * them are there, so that they are not sorted, but lie in a heap, from which one is taken at a time.
 */
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { SessionPool } from "../../../selection/index.js";
import type { SessionInfo, Stream } from "../entities.js";

/** So many numbers and words of each answer; the first number is its time, the first word its URI. */
const NUMBERS = 2;
const WORDS = 5;
const ASKED = 1;
const NODE = 1;
const UP = 2;
const HEAP = 3;
const FED = 4;
const NO_NUMBERS = new Float64Array(0);
const NO_WORDS = new Int32Array(0);

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
  /** Of each answer, in the order in which they were asked for: when it comes, and when it was asked (D-13). */
  #numbers = NO_NUMBERS;
  /**
   * Of each answer: who was asked, who answers (a node, or `unreachable` of one that could not be reached), and
   * whether it is known that its node is up then. And two lists: those to come, a heap by time, and where
   * times are equal by place; and those that the round was told, in order of time.
   */
  #words = NO_WORDS;
  #waiting = 0;
  #count = 0;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** A discovery begins. */
  begin(startMs: number): void {
    this.startMs = this.lastMs = startMs;
    this.#count = this.#waiting = this.fedCount = 0;
  }

  /** Makes room for so many more answers. */
  expect(more: number): void {
    const needed = this.#count + more;
    if (needed * NUMBERS <= this.#numbers.length) return;
    const [numbers, words] = [new Float64Array(needed * NUMBERS), new Int32Array(needed * WORDS)];
    numbers.set(this.#numbers);
    words.set(this.#words);
    this.#numbers = numbers;
    this.#words = words;
  }

  /**
   * Adds an answer to come.
   *
   * @param node who answers
   */
  put(time: number, asked: number, uri: number, node: number): void {
    const words = this.#words;
    const at = this.#count++;
    this.#numbers[at * NUMBERS] = time;
    this.#numbers[at * NUMBERS + ASKED] = asked;
    words[at * WORDS] = uri;
    words[at * WORDS + NODE] = node;
    words[at * WORDS + UP] = 0;
    let hole = this.#waiting++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = words[parent * WORDS + HEAP] as number;
      // Of equal ones the earlier is in front.
      if (this.timeAt(above) <= time) break;
      words[hole * WORDS + HEAP] = above;
      hole = parent;
    }
    words[hole * WORDS + HEAP] = at;
  }

  /** When an answer comes, ms. */
  timeAt(at: number): number {
    return this.#numbers[at * NUMBERS] as number;
  }

  /** When it was asked, ms. */
  askedAt(at: number): number {
    return this.#numbers[at * NUMBERS + ASKED] as number;
  }

  /** Who was asked. */
  uriAt(at: number): number {
    return this.#words[at * WORDS] as number;
  }

  /** Who answers: a node, or `unreachable` of one that could not be reached. */
  nodeAt(at: number): number {
    return this.#words[at * WORDS + NODE] as number;
  }

  /** Whether it is known that its node is up then. */
  isUpAt(at: number): boolean {
    return this.#words[at * WORDS + UP] === 1;
  }

  /** Its node is up then. */
  setUp(at: number): void {
    this.#words[at * WORDS + UP] = 1;
  }

  /** The place of an answer that the round was told, in order of time. */
  fedAt(index: number): number {
    return this.#words[index * WORDS + FED] as number;
  }

  /** The next answer; −1 when there is none any more. */
  next(): number {
    return this.#waiting === 0 ? -1 : (this.#words[HEAP] as number);
  }

  /** The round is told the next answer. */
  feed(): void {
    const at = this.#words[HEAP] as number;
    this.#words[this.fedCount++ * WORDS + FED] = at;
    this.lastMs = this.timeAt(at);
    this.drop();
  }

  /** The next answer will never come. */
  drop(): void {
    const last = --this.#waiting;
    if (last > 0) this.#sink(this.#words[last * WORDS + HEAP] as number);
  }

  /**
   * Instead of the next answer it comes out later that somebody could not be reached.
   *
   * @param afterMs the question
   * @param node who
   */
  fail(afterMs: number, node: number): void {
    const at = this.#words[HEAP] as number;
    this.#numbers[at * NUMBERS] = this.askedAt(at) + afterMs;
    this.#words[at * WORDS + NODE] = node;
    this.#sink(at);
  }

  /** Lets one sink from the top to its place. */
  #sink(at: number): void {
    const words = this.#words;
    const time = this.timeAt(at);
    const size = this.#waiting;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let below = words[child * WORDS + HEAP] as number;
      if (child + 1 < size) {
        const right = words[(child + 1) * WORDS + HEAP] as number;
        const leftTime = this.timeAt(below);
        const rightTime = this.timeAt(right);
        if (rightTime < leftTime || (rightTime === leftTime && right < below)) {
          child++;
          below = right;
        }
      }
      const belowTime = this.timeAt(below);
      if (time < belowTime || (time === belowTime && at < below)) break;
      words[hole * WORDS + HEAP] = below;
      hole = child;
    }
    words[hole * WORDS + HEAP] = at;
  }

  /** The lists are not needed any more. */
  shrink(): void {
    this.#numbers = NO_NUMBERS;
    this.#words = NO_WORDS;
  }
}
