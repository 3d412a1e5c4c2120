/**
 * Exact fractions on bigint. Prices, expected values and shares of money are rationals; only
 * weights of a random choice ever become a float, by {@link Rational.toNumber}.
 */
import { checkWhole } from "./checks.js";
import { InputError, invariant } from "./errors.js";

/** An immutable fraction in lowest terms with a positive denominator. */
export class Rational {
  /** The numerator, which carries the sign. */
  readonly num: bigint;
  /** The denominator, always above 0; numerator and denominator have no common divisor. */
  readonly den: bigint;

  /** 0. */
  static readonly ZERO = Rational.of(0n);
  /** 1. */
  static readonly ONE = Rational.of(1n);

  private constructor(num: bigint, den: bigint) {
    this.num = num;
    this.den = den;
  }

  /**
   * Makes a fraction and reduces it.
   *
   * @param num numerator
   * @param den denominator, not zero (default 1)
   * @throws InputError (`RATIONAL_DIVISION_BY_ZERO`) for a zero denominator
   */
  static of(num: bigint, den = 1n): Rational {
    if (den === 0n) {
      throw new InputError("a fraction needs a denominator other than 0", {
        code: "RATIONAL_DIVISION_BY_ZERO",
      });
    }
    if (den < 0n) return Rational.of(-num, -den);
    const divisor = gcd(num < 0n ? -num : num, den);
    return divisor === 1n ? new Rational(num, den) : new Rational(num / divisor, den / divisor);
  }

  /**
   * Reads `12`, `-3/4`, `0.25` or `1.5e-3` exactly.
   *
   * @throws InputError (`RATIONAL_SYNTAX`) for anything else, or an exponent beyond ±400
   */
  static parse(text: string): Rational {
    const fraction = /^([+-]?\d+)\/(\d+)$/.exec(text);
    if (fraction) return Rational.of(BigInt(fraction[1] as string), BigInt(fraction[2] as string));
    const decimal = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
    const exponent = Number(decimal?.[4] ?? 0);
    if (!decimal || Math.abs(exponent) > 400) {
      throw new InputError(`"${text.slice(0, 40)}" is not a number or fraction`, {
        code: "RATIONAL_SYNTAX",
      });
    }
    const digits = decimal[3] ?? "";
    const scale = exponent - digits.length;
    const whole = BigInt(`${decimal[1] === "-" ? "-" : ""}${decimal[2]}${digits}`);
    return scale >= 0
      ? Rational.of(whole * 10n ** BigInt(scale))
      : Rational.of(whole, 10n ** BigInt(-scale));
  }

  /**
   * The exact value of a double.
   *
   * @throws InputError (`RATIONAL_SYNTAX`) for NaN and infinities
   */
  static fromNumber(value: number): Rational {
    if (!Number.isFinite(value)) {
      throw new InputError(`${value} is not a finite number`, { code: "RATIONAL_SYNTAX" });
    }
    let scaled = value;
    let den = 1n;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      den *= 2n;
    }
    return Rational.of(BigInt(scaled), den);
  }

  /** The exact sum. */
  add(other: Rational): Rational {
    return Rational.of(this.num * other.den + other.num * this.den, this.den * other.den);
  }

  /** The exact difference. */
  sub(other: Rational): Rational {
    return Rational.of(this.num * other.den - other.num * this.den, this.den * other.den);
  }

  /** The exact product. */
  mul(other: Rational): Rational {
    return Rational.of(this.num * other.num, this.den * other.den);
  }

  /**
   * The exact quotient.
   *
   * @throws InputError (`RATIONAL_DIVISION_BY_ZERO`) when `other` is zero
   */
  div(other: Rational): Rational {
    return Rational.of(this.num * other.den, this.den * other.num);
  }

  /** −1, 0 or 1. */
  compare(other: Rational): -1 | 0 | 1 {
    const difference = this.num * other.den - other.num * this.den;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /** −1, 0 or 1. */
  sign(): -1 | 0 | 1 {
    return this.num < 0n ? -1 : this.num > 0n ? 1 : 0;
  }

  /** The largest whole number that is not above the value. */
  floor(): bigint {
    const quotient = this.num / this.den;
    return this.num < 0n && quotient * this.den !== this.num ? quotient - 1n : quotient;
  }

  /** The smallest whole number that is not below the value. */
  ceil(): bigint {
    return -Rational.of(-this.num, this.den).floor();
  }

  /** The whole part, cut toward zero. */
  trunc(): bigint {
    return this.num / this.den;
  }

  /** The nearest double (ties to even); overflows to ±Infinity, and is 0 below half of the smallest. */
  toNumber(): number {
    const negative = this.num < 0n;
    const num = negative ? -this.num : this.num;
    if (num === 0n) return 0;
    // Enough bits that what is cut off only matters as "more than nothing" (the sticky bit).
    const shift = 1100 - bits(num) + bits(this.den);
    const scaled = shift > 0 ? num << BigInt(shift) : num;
    const den = shift > 0 ? this.den : this.den << BigInt(-shift);
    let quotient = scaled / den;
    if (quotient * den !== scaled) quotient |= 1n;
    const magnitude = scaleDown(quotient, shift);
    return negative ? -magnitude : magnitude;
  }

  /**
   * Decimal text, the last digit rounded with halves away from zero; a negative value keeps its
   * sign even where it rounds to zero.
   *
   * @param digits after the point, 1 … 10,000
   * @throws InputError (`OPTION_INVALID`) for another number of digits
   */
  toFixed(digits: number): string {
    checkWhole({ digits }, [1, 10_000]);
    const scale = 10n ** BigInt(digits);
    const magnitude = this.num < 0n ? -this.num : this.num;
    const rounded = (2n * magnitude * scale + this.den) / (2n * this.den);
    const fraction = String(rounded % scale).padStart(digits, "0");
    return `${this.num < 0n ? "-" : ""}${rounded / scale}.${fraction}`;
  }

  /** `num/den`, also for whole numbers (`3/1`). */
  toString(): string {
    return `${this.num}/${this.den}`;
  }
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function bits(value: bigint): number {
  return value.toString(2).length;
}

/** quotient ÷ 2^shift, rounded once. `quotient` has about 1,100 bits, its lowest is sticky. */
function scaleDown(quotient: bigint, shift: number): number {
  const length = bits(quotient);
  const exponent = length - 1 - shift;
  if (exponent > 1023) return Number.POSITIVE_INFINITY;
  // Less than half of the smallest double.
  if (exponent < -1075) return 0;
  // 53 bits for normal numbers, fewer for subnormal ones.
  const kept = Math.max(0, Math.min(53, exponent + 1075));
  const dropped = BigInt(length - kept);
  let mantissa = quotient >> dropped;
  const rest = quotient - (mantissa << dropped);
  const half = 1n << (dropped - 1n);
  if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n;
  const power = exponent - kept + 1;
  invariant(power >= -1074, "a double is never finer than 2^-1074");
  // Two steps, because 2^power itself may be out of range while the product is not.
  const firstStep = Math.max(power, -1022);
  return Number(mantissa) * 2 ** firstStep * 2 ** (power - firstStep);
}
