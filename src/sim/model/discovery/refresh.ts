/**
 * A discovery under way: the answers to come, the next one by time first. A round ends before many of
 * them are there, so that they are not sorted, but lie in a heap, from which one is taken at a time.
 */
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { SessionPool } from "../../../selection/index.js";
import type { SessionInfo, Stream } from "../entities.js";

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
  /** Answers in the order in which they were asked for: parallel lists. */
  times = new Float64Array(0);
  /** When each was asked (D-13). */
  asked = new Float64Array(0);
  uris = new Int32Array(0);
  /** Who answers: a node, or `unreachable` of one that could not be reached. */
  nodes = new Int32Array(0);
  /** Whether it is known that its node is up then. */
  isUp = new Uint8Array(0);
  /** Those that the round was told, in order of time. */
  fed = new Int32Array(0);
  fedCount = 0;
  /** When it was told the last one, or began. */
  lastMs = 0;
  /** A heap of those to come: by time, and where times are equal in the order of their lists. */
  #heap = new Int32Array(0);
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
    if (needed <= this.times.length) return;
    this.times = grown(this.times, new Float64Array(needed));
    this.asked = grown(this.asked, new Float64Array(needed));
    this.uris = grown(this.uris, new Int32Array(needed));
    this.nodes = grown(this.nodes, new Int32Array(needed));
    this.isUp = grown(this.isUp, new Uint8Array(needed));
    this.fed = grown(this.fed, new Int32Array(needed));
    this.#heap = grown(this.#heap, new Int32Array(needed));
  }

  /**
   * Adds an answer to come.
   *
   * @param node who answers
   */
  put(time: number, asked: number, uri: number, node: number): void {
    const at = this.#count++;
    this.times[at] = time;
    this.asked[at] = asked;
    this.uris[at] = uri;
    this.nodes[at] = node;
    this.isUp[at] = 0;
    const heap = this.#heap;
    let hole = this.#waiting++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as number;
      // Of equal ones the earlier is in front.
      if ((this.times[above] as number) <= time) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = at;
  }

  /** The next answer; −1 when there is none any more. */
  next(): number {
    return this.#waiting === 0 ? -1 : (this.#heap[0] as number);
  }

  /** The round is told the next answer. */
  feed(): void {
    const at = this.#heap[0] as number;
    this.fed[this.fedCount++] = at;
    this.lastMs = this.times[at] as number;
    this.drop();
  }

  /** The next answer will never come. */
  drop(): void {
    const last = --this.#waiting;
    if (last > 0) this.#sink(this.#heap[last] as number);
  }

  /**
   * Instead of the next answer it comes out later that somebody could not be reached.
   *
   * @param afterMs the question
   * @param node who
   */
  fail(afterMs: number, node: number): void {
    const at = this.#heap[0] as number;
    this.times[at] = (this.asked[at] as number) + afterMs;
    this.nodes[at] = node;
    this.#sink(at);
  }

  /** Lets one sink from the top to its place. */
  #sink(at: number): void {
    const heap = this.#heap;
    const { times } = this;
    const time = times[at] as number;
    const size = this.#waiting;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let below = heap[child] as number;
      if (child + 1 < size) {
        const right = heap[child + 1] as number;
        const leftTime = times[below] as number;
        const rightTime = times[right] as number;
        if (rightTime < leftTime || (rightTime === leftTime && right < below)) {
          child++;
          below = right;
        }
      }
      const belowTime = times[below] as number;
      if (time < belowTime || (time === belowTime && at < below)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = at;
  }

  /** The lists are not needed any more. */
  shrink(): void {
    this.times = this.asked = new Float64Array(0);
    this.uris = this.nodes = this.fed = this.#heap = new Int32Array(0);
    this.isUp = new Uint8Array(0);
  }
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
