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
  if (q <= 0.425 && q >= -0.425) {
    const r = 0.180625 - q * q;
    return (
      (q *
        (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
          45921.953931549871457) *
          r +
          13731.693765509461125) *
          r +
          1971.5909503065514427) *
          r +
          133.14166789178437745) *
          r +
          3.387132872796366608)) /
      (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
        21213.794301586595867) *
        r +
        5394.1960214247511077) *
        r +
        687.1870074920579083) *
        r +
        42.313330701600911252) *
        r +
        1)
    );
  }
  const tail = q < 0 ? p : 1 - p;
  let r = Math.sqrt(-Math.log(tail));
  let value: number;
  if (r <= 5) {
    r -= 1.6;
    value =
      (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r +
        0.24178072517745061177) *
        r +
        1.27045825245236838258) *
        r +
        3.64784832476320460504) *
        r +
        5.7694972214606914055) *
        r +
        4.6303378461565452959) *
        r +
        1.42343711074968357734) /
      (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r +
        0.0151986665636164571966) *
        r +
        0.14810397642748007459) *
        r +
        0.68976733498510000455) *
        r +
        1.6763848301838038494) *
        r +
        2.05319162663775882187) *
        r +
        1);
  } else {
    r -= 5;
    value =
      (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
        0.0012426609473880784386) *
        r +
        0.026532189526576123093) *
        r +
        0.29656057182850489123) *
        r +
        1.7848265399172913358) *
        r +
        5.4637849111641143699) *
        r +
        6.6579046435011037772) /
      (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
        1.8463183175100546818e-5) *
        r +
        7.868691311456132591e-4) *
        r +
        0.0148753612908506148525) *
        r +
        0.13692988092273580531) *
        r +
        0.59983220655588793769) *
        r +
        1);
  }
  return q < 0 ? -value : value;
}
