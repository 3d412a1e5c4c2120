/**
 * The queue of future events: a 4-ary heap in typed arrays. Events of equal time come out by their
 * kind and then by a key of whatever they happen to, so that a run depends neither on the heap's
 * shape nor on the order in which events were scheduled. The latter would be another one where a step
 * is done without an event.
 */
import { InvariantError } from "../../core/errors.js";
import { copyInto } from "../../core/typed-lists.js";

/** Room for a few thousand streams: with more V8 makes the code of the queue anew. */
const INITIAL_CAPACITY = 8192;
/** Kinds of events, 0 to this − 1. */
export const KINDS = 32;
/** Keys lie below it: a kind and a key together are exact in a double. */
export const EVENT_KEYS = 2 ** 53 / KINDS;

/** Events ordered by (time, kind, key). An event is a kind and an id. */
export class EventQueue {
  #times = new Float64Array(INITIAL_CAPACITY);
  #orders = new Float64Array(INITIAL_CAPACITY);
  #kinds = new Uint8Array(INITIAL_CAPACITY);
  #ids = new Int32Array(INITIAL_CAPACITY);
  #size = 0;
  #scheduled = 0;

  /** Time of the event taken last, ms. */
  now = 0;
  /** Kind of the event taken last. */
  kind = 0;
  /** Id of the event taken last. */
  id = 0;

  /** Events that are waiting. */
  get size(): number {
    return this.#size;
  }

  /** Events scheduled so far. */
  get scheduled(): number {
    return this.#scheduled;
  }

  /**
   * Schedules an event.
   *
   * @param time when, ms; not before the event taken last
   * @param kind what, 0 to 31
   * @param id of what, 32 bits
   * @param key of what, as it is called whatever else happens: a whole number from 0, below
   *   {@link EVENT_KEYS}. Two events of one time, kind and key come out in no particular order
   */
  schedule(time: number, kind: number, id: number, key: number): void {
    if (!(time >= this.now)) {
      throw new InvariantError(`an event lies in the past: ${time} < ${this.now}`);
    }
    if (this.#size === this.#times.length) this.#grow();
    this.#scheduled++;
    const order = kind * EVENT_KEYS + key;
    const times = this.#times;
    const orders = this.#orders;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < time || (parentTime === time && (orders[parent] as number) <= order)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    this.#kinds[hole] = kind;
    this.#ids[hole] = id;
  }

  /** Takes the next event into `now`, `kind` and `id`; false when there is none. */
  next(): boolean {
    if (this.#size === 0) return false;
    const times = this.#times;
    const orders = this.#orders;
    this.now = times[0] as number;
    this.kind = this.#kinds[0] as number;
    this.id = this.#ids[0] as number;
    const last = --this.#size;
    if (last === 0) return true;
    const time = times[last] as number;
    const order = orders[last] as number;
    let hole = 0;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= last) break;
      let best = first;
      let bestTime = times[first] as number;
      let bestOrder = orders[first] as number;
      const end = Math.min(first + 4, last);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        const childOrder = orders[child] as number;
        // Looked at before it matters: V8 would make all of this anew at the first two of one time.
        const isLower = childOrder < bestOrder;
        if (childTime < bestTime || (childTime === bestTime && isLower)) {
          best = child;
          bestTime = childTime;
          bestOrder = childOrder;
        }
      }
      const isAbove = bestOrder > order;
      if (bestTime > time || (bestTime === time && isAbove)) break;
      this.#move(best, hole);
      hole = best;
    }
    this.#move(last, hole);
    return true;
  }

  /** Time of the next event, ms; Infinity when there is none. */
  get nextMs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#kinds[to] = this.#kinds[from] as number;
    this.#ids[to] = this.#ids[from] as number;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    this.#times = copyInto(new Float64Array(capacity), this.#times);
    this.#orders = copyInto(new Float64Array(capacity), this.#orders);
    this.#kinds = copyInto(new Uint8Array(capacity), this.#kinds);
    this.#ids = copyInto(new Int32Array(capacity), this.#ids);
  }
}
