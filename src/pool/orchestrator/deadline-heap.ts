/**
 * A binary heap of small integers by deadline, in typed arrays: which session's time runs out
 * first. A key may lie before the true deadline (it is then moved on when it comes up), so that a
 * deadline that is put off at every segment costs nothing per segment.
 */

/** Heaps without items share these: a big network has thousands that never get any. */
const NO_ITEMS = new Int32Array(0);
const NO_KEYS = new Float64Array(0);
const LEAST = 16;

/** Items by deadline. */
export class DeadlineHeap {
  #size = 0;
  #items = NO_ITEMS;
  #keys = NO_KEYS;
  #position = NO_ITEMS;

  get size(): number {
    return this.#size;
  }

  /** The item with the smallest key, −1 when empty. */
  get top(): number {
    return this.#size === 0 ? -1 : (this.#items[0] ?? -1);
  }

  /** The smallest key, Infinity when empty. */
  get topKey(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#keys[0] ?? 0);
  }

  /** Adds an item that is not in the heap. */
  push(item: number, key: number): void {
    if (this.#size === this.#items.length) {
      const length = Math.max(LEAST, this.#size * 2);
      this.#items = grown(this.#items, new Int32Array(length));
      this.#keys = grown(this.#keys, new Float64Array(length));
    }
    if (item >= this.#position.length) {
      const length = Math.max(LEAST, item + 1, this.#position.length * 2);
      this.#position = grown(this.#position, new Int32Array(length).fill(-1));
    }
    this.#siftUp(this.#size++, item, key);
  }

  /** Gives the top item a later key. */
  rekeyTop(key: number): void {
    this.#siftDown(0, this.top, key);
  }

  /** Removes an item; a no-op if it is not in the heap. */
  remove(item: number): void {
    const at = this.#position[item] ?? -1;
    if (at < 0) return;
    this.#position[item] = -1;
    const last = --this.#size;
    if (at === last) return;
    const moved = this.#items[last] ?? -1;
    const key = this.#keys[last] ?? 0;
    this.#siftDown(at, moved, key);
    if (this.#items[at] === moved) this.#siftUp(at, moved, key);
  }

  #siftUp(from: number, item: number, key: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#keys[parent] ?? 0) <= key) break;
      this.#put(at, this.#items[parent] ?? -1, this.#keys[parent] ?? 0);
      at = parent;
    }
    this.#put(at, item, key);
  }

  #siftDown(from: number, item: number, key: number): void {
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && (this.#keys[right] ?? 0) < (this.#keys[child] ?? 0)) child = right;
      if ((this.#keys[child] ?? 0) >= key) break;
      this.#put(at, this.#items[child] ?? -1, this.#keys[child] ?? 0);
      at = child;
    }
    this.#put(at, item, key);
  }

  #put(at: number, item: number, key: number): void {
    this.#items[at] = item;
    this.#keys[at] = key;
    this.#position[item] = at;
  }
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
