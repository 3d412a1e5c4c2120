/**
 * Quantiles of positive numbers in constant memory: counts in buckets, so that recording costs a few
 * nanoseconds and merging is exact.
 */
import { BUCKETS, bucketOf, middleOf } from "./buckets.js";
import { drawLoops, type NumberList } from "./draw-loops.js";

/** Stands for the counts of a histogram that has none: most of a big pool's never get any. */
const NONE = new Uint32Array(0);

/** Counts of values in buckets of 0.8 % width. */
export class Histogram {
  #counts = NONE;
  #total = 0;

  /** Values recorded. */
  get total(): number {
    return this.#total;
  }

  /** @param value a number of at least 0 */
  record(value: number): void {
    if (this.#total === 0) this.#counts = new Uint32Array(BUCKETS);
    const index = bucketOf(value);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
  }

  /**
   * Records several values.
   *
   * @param values numbers of at least 0
   * @param count how many of them, from the first on; at least 1
   * @param loops in whose memory the values are
   */
  recordAll(values: NumberList, count: number, loops = drawLoops()): void {
    if (this.#total === 0) this.#counts = new Uint32Array(BUCKETS);
    const counts = this.#counts;
    const buckets = loops.buckets(values, count);
    for (let at = 0; at < count; at++) {
      const index = buckets[at] as number;
      counts[index] = (counts[index] as number) + 1;
    }
    this.#total += count;
  }

  /** The buckets that have counts, ascending, each with its count: all that it knows. */
  filled(): (readonly [bucket: number, count: number])[] {
    return Array.from(this.#counts, (count, bucket) => [bucket, count] as const).filter(
      ([, count]) => count > 0,
    );
  }

  /** Adds what another one counted. */
  merge(other: Histogram): void {
    if (other.#total === 0) return;
    if (this.#total === 0) this.#counts = new Uint32Array(BUCKETS);
    for (let index = 0; index < BUCKETS; index++) {
      this.#counts[index] = (this.#counts[index] as number) + (other.#counts[index] as number);
    }
    this.#total += other.#total;
  }

  /**
   * The value below which the share `p` lies (middle of its bucket), or undefined when empty.
   *
   * @param p share, 0 to 1
   */
  quantile(p: number): number | undefined {
    if (this.#total === 0) return undefined;
    const rank = Math.min(this.#total, Math.max(1, Math.ceil(p * this.#total)));
    let seen = 0;
    for (let index = 0; index < BUCKETS; index++) {
      seen += this.#counts[index] as number;
      if (seen >= rank) return middleOf(index);
    }
    return middleOf(BUCKETS - 1);
  }
}
