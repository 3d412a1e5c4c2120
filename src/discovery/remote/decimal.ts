/**
 * Numbers of a JSON text that are compared, but not written out: `1e999999` is short for whoever sends
 * it, and a million digits for whoever takes it as a fraction.
 */
import type { Rational } from "../../core/rational.js";

/** Larger exponents are refused where numbers are read as fractions: digits behind the point count. */
const MAX_POWER = 1_000_000n;
const INT64_MAX = 2n ** 63n - 1n;

/** mantissa × 10^power. */
export interface Decimal {
  readonly mantissa: bigint;
  /** How many digits the mantissa has; 0 for 0. */
  readonly digits: number;
  readonly power: number;
}

/**
 * Takes a JSON number apart.
 *
 * @returns null for anything else, and for exponents that Go does not read as a fraction
 */
export function parseDecimal(text: string): Decimal | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]\+?(-?\d+))?$/.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const written = BigInt(exponent);
  if (written > INT64_MAX || written < -INT64_MAX - 1n) return null;
  const mantissa = BigInt(`${sign}${whole}${fraction}`);
  if (mantissa === 0n) return { mantissa, digits: 0, power: 0 };
  const power = written - BigInt(fraction.length);
  if (power > MAX_POWER || power < -MAX_POWER) return null;
  const digits = (whole + fraction).replace(/^0+/, "").length;
  return { mantissa, digits, power: Number(power) };
}

/**
 * Whether a number is above a limit. Digits are written out only where the two are of about the same
 * size, so that it takes as long as they are.
 *
 * @param value above 0
 */
export function isAbove({ mantissa, digits, power }: Decimal, limit: Rational): boolean {
  if (limit.sign() <= 0) return true;
  // 10^(size − 1) ≤ value < 10^size, and 10^(limitSize − 1) < limit < 10^(limitSize + 1).
  const size = digits + power;
  const limitSize = String(limit.num).length - String(limit.den).length;
  if (size > limitSize + 1) return true;
  if (size < limitSize) return false;
  return power < 0
    ? mantissa * limit.den > limit.num * 10n ** BigInt(-power)
    : mantissa * 10n ** BigInt(power) * limit.den > limit.num;
}
