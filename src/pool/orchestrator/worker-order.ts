/**
 * The list in which an orchestrator keeps its workers: by load factor, highest first, searched
 * from the end (O-15). When one key changes, one worker moves, to exactly where sorting the whole
 * list by insertion (stable: what go-livepeer does up to 12 workers, and our choice beyond) would
 * put it.
 */
export class WorkerOrder {
  #size = 0;
  #list = new Int32Array(16);
  #position = new Int32Array(16).fill(-1);
  #keys = new Float64Array(16);
  /** Set while the list may be out of order: a key changed without sorting, or is NaN (0 ÷ 0). */
  #disordered = false;

  get size(): number {
    return this.#size;
  }

  /** The worker at `index`, 0 = highest key. */
  at(index: number): number {
    return this.#list[index] ?? -1;
  }

  /** Whether the worker is in the list. */
  has(worker: number): boolean {
    return (this.#position[worker] ?? -1) >= 0;
  }

  /** Puts a worker at the end, then sorts. The worker must not be in the list. */
  append(worker: number, key: number): void {
    this.#reserve(worker);
    this.#keys[worker] = key;
    this.#list[this.#size] = worker;
    this.#position[worker] = this.#size;
    this.#size++;
    if (Number.isNaN(key)) this.#disordered = true;
    this.#settle(worker);
  }

  /** Changes a worker's key, then sorts. For a worker that is not in the list it only sorts. */
  update(worker: number, key: number): void {
    if (this.has(worker)) this.setKey(worker, key, false);
    this.#settle(worker);
  }

  /**
   * Changes a worker's key without sorting.
   *
   * @param disorder whether the list may be out of order until it is sorted next
   */
  setKey(worker: number, key: number, disorder = true): void {
    if (disorder || Number.isNaN(key) || Number.isNaN(this.#keys[worker] ?? 0)) {
      this.#disordered = true;
    }
    this.#keys[worker] = key;
  }

  /** Takes a worker out; the others keep their order. A no-op if it is not in the list. */
  remove(worker: number): void {
    const from = this.#position[worker] ?? -1;
    if (from < 0) return;
    this.#position[worker] = -1;
    this.#size--;
    for (let index = from; index < this.#size; index++) {
      const next = this.#list[index + 1] ?? -1;
      this.#list[index] = next;
      this.#position[next] = index;
    }
  }

  #settle(worker: number): void {
    if (this.#disordered) {
      this.#sortAll();
      return;
    }
    const from = this.#position[worker] ?? -1;
    if (from < 0) return;
    const key = this.#keys[worker] ?? 0;
    let index = this.#moveLeft(from, worker, key);
    while (index + 1 < this.#size) {
      const next = this.#list[index + 1] ?? -1;
      if (!((this.#keys[next] ?? 0) > key)) break;
      this.#list[index] = next;
      this.#position[next] = index;
      index++;
    }
    this.#list[index] = worker;
    this.#position[worker] = index;
  }

  /** Insertion sort, as go-livepeer's for up to 12 workers; a NaN key stops whoever meets it. */
  #sortAll(): void {
    let nan = false;
    for (let index = 0; index < this.#size; index++) {
      const worker = this.#list[index] ?? -1;
      const key = this.#keys[worker] ?? 0;
      nan ||= Number.isNaN(key);
      const to = this.#moveLeft(index, worker, key);
      this.#list[to] = worker;
      this.#position[worker] = to;
    }
    this.#disordered = nan;
  }

  /** Shifts smaller keys right of `from` away; returns where the worker belongs. */
  #moveLeft(from: number, worker: number, key: number): number {
    let index = from;
    while (index > 0) {
      const previous = this.#list[index - 1] ?? worker;
      if (!(key > (this.#keys[previous] ?? 0))) break;
      this.#list[index] = previous;
      this.#position[previous] = index;
      index--;
    }
    return index;
  }

  #reserve(worker: number): void {
    if (this.#size === this.#list.length) {
      this.#list = grown(this.#list, new Int32Array(this.#size * 2));
    }
    if (worker >= this.#position.length) {
      const length = Math.max(worker + 1, this.#position.length * 2);
      this.#position = grown(this.#position, new Int32Array(length).fill(-1));
      this.#keys = grown(this.#keys, new Float64Array(length));
    }
  }
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
