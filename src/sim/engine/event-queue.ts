/**
 * The queue of future events: a 4-ary heap in typed arrays. Events of equal time come out in the
 * order in which they were scheduled, so that a run never depends on the heap's shape.
 */
import { InvariantError } from "../../core/errors.js";

const INITIAL_CAPACITY = 1024;

/** Events ordered by (time, order of scheduling). An event is a kind and an id. */
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
   * @param kind what, 0 to 255
   * @param id of what, 32 bits
   */
  schedule(time: number, kind: number, id: number): void {
    if (!(time >= this.now)) {
      throw new InvariantError(`an event lies in the past: ${time} < ${this.now}`);
    }
    if (this.#size === this.#times.length) this.#grow();
    const order = this.#scheduled++;
    const times = this.#times;
    const orders = this.#orders;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      // A later order never passes an equal time, so times alone decide on the way up.
      if ((times[parent] as number) <= time) break;
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
      const end = Math.min(first + 4, last);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (
          childTime < bestTime ||
          (childTime === bestTime && (orders[child] as number) < (orders[best] as number))
        ) {
          best = child;
          bestTime = childTime;
        }
      }
      if (bestTime > time || (bestTime === time && (orders[best] as number) > order)) break;
      this.#move(best, hole);
      hole = best;
    }
    this.#move(last, hole);
    return true;
  }

  /** Time of the next event, or undefined. */
  peek(): number | undefined {
    return this.#size === 0 ? undefined : this.#times[0];
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

function copyInto<T extends { set(source: ArrayLike<number>): void }>(
  target: T,
  source: ArrayLike<number>,
): T {
  target.set(source);
  return target;
}
