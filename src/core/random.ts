/**
 * Counter-based random numbers. A draw is a pure function of (key, index), and a key of (seed,
 * replication, entity, purpose): two variants of a scenario that ask for the same quantity get
 * the same number, whatever either drew before (common random numbers). A sequential generator,
 * which is all that the registry offers, cannot do that.
 *
 * A key is two 32-bit words, mixed with the index by C. Wellons' "lowbias32" permutation
 * (public domain constants). Not for secrets.
 */

/** Two 32-bit words. Made by {@link makeKey}, used with {@link uniform}. */
export interface RandomKey {
  readonly k0: number;
  readonly k1: number;
}

const GOLDEN = 0x9e3779b9;

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

/**
 * Derives a key.
 *
 * @param parts whole numbers that name what is drawn, e.g. seed, replication, entity, purpose
 */
export function makeKey(...parts: readonly number[]): RandomKey {
  let k0 = 0x243f6a88;
  let k1 = 0x85a308d3;
  for (const part of parts) {
    const low = part | 0;
    const high = Math.floor(part / 4294967296) | 0;
    k0 = mix((k0 ^ low) + GOLDEN);
    k1 = mix((k1 + k0) ^ high);
    k0 = mix(k0 ^ k1);
  }
  return { k0, k1 };
}

/** First word of the key made of `key` and `entity`; see {@link childK1}. */
export function childK0(key: RandomKey, entity: number): number {
  return mix((key.k0 ^ entity) + GOLDEN);
}

/**
 * Second word of the key made of `key` and `entity`: with {@link childK0} the way to derive keys
 * in a hot loop without making an object.
 */
export function childK1(key: RandomKey, entity: number): number {
  return mix(key.k1 + Math.imul(entity, 0x632be5ab));
}

/** The largest number that {@link uniform} gives. */
export const MOST_UNIFORM = 1 - 2 ** -53;

/**
 * A number in (0, 1): never 0 and never 1, multiples of 2^-53 shifted by half a step.
 *
 * @param k0 first word of the key
 * @param k1 second word of the key
 * @param index which draw, 32 bits
 */
export function uniform(k0: number, k1: number, index: number): number {
  const low = mix(Math.imul(index, GOLDEN) + k0);
  const high = mix(low ^ k1);
  return ((high >>> 6) * 67108864 + (low >>> 6) + 0.5) / 4503599627370496;
}

/**
 * The standard normal quantile (Wichura's AS 241, PPND16): relative error about 1e-16.
 *
 * @param p probability in (0, 1)
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  return isCentral(q) ? centralQuantile(q) : tailQuantile(p, q);
}

/**
 * {@link normalQuantile} of several numbers, each of which it takes the place of.
 *
 * @param values probabilities in (0, 1)
 * @param count how many of them, from the first on
 */
export function normalQuantiles(values: Float64Array, count: number): void {
  for (let at = 0; at < count; at++) {
    const q = (values[at] as number) - 0.5;
    // Numbers that go through calls are objects: the rare ones alone do.
    if (isCentral(q)) values[at] = centralQuantile(q);
    else replaceByTail(values, at);
  }
}

function replaceByTail(values: Float64Array, at: number): void {
  const p = values[at] as number;
  values[at] = tailQuantile(p, p - 0.5);
}

function isCentral(q: number): boolean {
  return q <= 0.425 && q >= -0.425;
}

function centralQuantile(q: number): number {
  const r = 0.180625 - q * q;
  return (
    (q *
      (((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r +
        45921.95393154987) *
        r +
        13731.69376550946) *
        r +
        1971.5909503065513) *
        r +
        133.14166789178438) *
        r +
        3.3871328727963665)) /
    (((((((5226.495278852546 * r + 28729.085735721943) * r + 39307.89580009271) * r +
      21213.794301586597) *
      r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
      1)
  );
}

function tailQuantile(p: number, q: number): number {
  const tail = q < 0 ? p : 1 - p;
  let r = Math.sqrt(-Math.log(tail));
  let value: number;
  if (r <= 5) {
    r -= 1.6;
    value =
      (((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r +
        1.2704582524523684) *
        r +
        3.6478483247632045) *
        r +
        5.769497221460691) *
        r +
        4.630337846156546) *
        r +
        1.4234371107496835) /
      (((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r +
        0.14810397642748008) *
        r +
        0.6897673349851) *
        r +
        1.6763848301838038) *
        r +
        2.053191626637759) *
        r +
        1);
  } else {
    r -= 5;
    value =
      (((((((2.0103343992922881e-7 * r + 0.000027115555687434876) * r + 0.0012426609473880784) * r +
        0.026532189526576124) *
        r +
        0.29656057182850487) *
        r +
        1.7848265399172913) *
        r +
        5.463784911164114) *
        r +
        6.657904643501103) /
      (((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 0.000018463183175100548) * r +
        0.0007868691311456133) *
        r +
        0.014875361290850615) *
        r +
        0.1369298809227358) *
        r +
        0.599832206555888) *
        r +
        1);
  }
  return q < 0 ? -value : value;
}
