/** How long things took, counted by size: percentiles within 1 %, in little memory, that can be added up. */

/** Each bin ends at so many times the end of the one before. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);
/** Up to eleven days. */
const BINS_MAX = 1_050;
const GROWTH = 16;
const NOTHING = new Uint32Array(0);

/** Spans of time of 1 ms … 11 days; longer ones count as that, shorter ones as 1 ms. */
export class Histogram {
  #first = 0;
  #counts = NOTHING;
  #total = 0;

  /** How many spans there are. */
  get total(): number {
    return this.#total;
  }

  /** Adds a span, ms, or takes one away that was added (`count` −1). */
  add(ms: number, count = 1): void {
    const bin = Math.max(0, Math.min(BINS_MAX, Math.floor(Math.log(ms) / LOG_RATIO)));
    this.#addAt(bin, count);
  }

  /** Adds all of another one. */
  addAll(other: Histogram): void {
    for (let index = 0; index < other.#counts.length; index++) {
      const count = other.#counts[index] ?? 0;
      if (count > 0) this.#addAt(other.#first + index, count);
    }
  }

  /**
   * The nearest-rank quantile, ms, within 1 %; null: there is no span.
   *
   * @param q 0 … 1
   */
  quantile(q: number): number | null {
    let rank = Math.max(1, Math.ceil(q * this.#total));
    for (let index = 0; index < this.#counts.length; index++) {
      const count = this.#counts[index] ?? 0;
      rank -= count;
      if (count > 0 && rank <= 0) return RATIO ** (this.#first + index + 0.5);
    }
    return null;
  }

  #addAt(bin: number, count: number): void {
    this.#reach(bin);
    const index = bin - this.#first;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
  }

  #reach(bin: number): void {
    const { length } = this.#counts;
    if (length > 0 && bin >= this.#first && bin < this.#first + length) return;
    const first = length === 0 ? bin : Math.min(bin, this.#first);
    const last = length === 0 ? bin : Math.max(bin, this.#first + length - 1);
    const grown = new Uint32Array(Math.ceil((last - first + 1) / GROWTH) * GROWTH);
    if (length > 0) grown.set(this.#counts, this.#first - first);
    this.#first = first;
    this.#counts = grown;
  }
}
