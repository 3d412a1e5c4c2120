/**
 * Buckets of equal relative width for positive numbers, 0.8 %, read from the bits of the double: a few
 * nanoseconds each.
 */

const MANTISSA_BITS = 7;
const BUCKETS_PER_OCTAVE = 1 << MANTISSA_BITS;
/** From a double's high word to its bucket: shifted to the right by it, less the first bucket. */
export const BUCKET_SHIFT = 20 - MANTISSA_BITS;
/** Exponents from 2^-20 to 2^30 are told apart; what lies outside counts as the end bucket. */
const LOWEST_EXPONENT = 1023 - 20;
const OCTAVES = 50;
export const FIRST_BUCKET = LOWEST_EXPONENT * BUCKETS_PER_OCTAVE;
/** How many there are. */
export const BUCKETS = OCTAVES * BUCKETS_PER_OCTAVE;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Index of the word with sign and exponent: machines differ in byte order. */
double[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;

/** The bucket of a number of at least 0. */
export function bucketOf(value: number): number {
  double[0] = value;
  const bucket = ((words[HIGH] as number) >>> BUCKET_SHIFT) - FIRST_BUCKET;
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

/** The number in the middle of a bucket. */
export function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE);
  const step = bucket % BUCKETS_PER_OCTAVE;
  return 2 ** (octave - 20) * (1 + (step + 0.5) / BUCKETS_PER_OCTAVE);
}
