/** The suspended answers of one discovery, lowest penalty first (D-39, D-40). */

/** What {@link SuspensionQueue.pop} gives. */
export interface SuspendedEntry {
  /** The caller's handle of the answer. */
  readonly id: number;
  /** How much it is suspended; the lowest, who is released soonest, comes out first (D-39, S-9). */
  readonly penalty: number;
}

/**
 * A binary heap that orders equal penalties as Go's does, which is not by insertion: four equal
 * ones pushed a, b, c, d come out a, d, c, b (D-40).
 */
export class SuspensionQueue {
  readonly #entries: SuspendedEntry[] = [];

  /** How many are in it. */
  get size(): number {
    return this.#entries.length;
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.length = 0;
  }

  /**
   * Adds an entry.
   *
   * @param id anything of the caller's
   * @param penalty the suspender's value
   */
  push(id: number, penalty: number): void {
    const entries = this.#entries;
    let index = entries.push({ id, penalty }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#less(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Takes the entry with the lowest penalty, undefined when it is empty. */
  pop(): SuspendedEntry | undefined {
    const entries = this.#entries;
    const last = entries.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    for (let index = 0; ; ) {
      let child = 2 * index + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#less(child + 1, child)) child += 1;
      if (!this.#less(child, index)) break;
      this.#swap(index, child);
      index = child;
    }
    return entries.pop();
  }

  #less(a: number, b: number): boolean {
    return (this.#entries[a]?.penalty ?? 0) < (this.#entries[b]?.penalty ?? 0);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#entries[a], this.#entries[b]];
    if (first === undefined || second === undefined) return;
    this.#entries[a] = second;
    this.#entries[b] = first;
  }
}
