/**
 * Quantiles of positive numbers in constant memory: buckets of equal relative width, read from
 * the bits of the double, so that recording costs a few nanoseconds and merging is exact.
 */

const MANTISSA_BITS = 7;
const BUCKETS_PER_OCTAVE = 1 << MANTISSA_BITS;
const SHIFT = 20 - MANTISSA_BITS;
/** Exponents from 2^-20 to 2^30 are told apart; what lies outside counts as the end bucket. */
const LOWEST_EXPONENT = 1023 - 20;
const OCTAVES = 50;
const BUCKETS = OCTAVES * BUCKETS_PER_OCTAVE;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Index of the word with sign and exponent: machines differ in byte order. */
double[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;

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
   */
  recordAll(values: Float64Array, count: number): void {
    if (this.#total === 0) this.#counts = new Uint32Array(BUCKETS);
    const counts = this.#counts;
    for (let at = 0; at < count; at++) {
      const index = bucketOf(values[at] as number);
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
      if (seen >= rank) return middle(index);
    }
    return middle(BUCKETS - 1);
  }
}

function bucketOf(value: number): number {
  double[0] = value;
  const bucket = ((words[HIGH] as number) >>> SHIFT) - LOWEST_EXPONENT * BUCKETS_PER_OCTAVE;
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

function middle(index: number): number {
  if (index === 0) return 0;
  const octave = Math.floor(index / BUCKETS_PER_OCTAVE);
  const step = index % BUCKETS_PER_OCTAVE;
  return 2 ** (octave - 20) * (1 + (step + 0.5) / BUCKETS_PER_OCTAVE);
}
