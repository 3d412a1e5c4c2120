/** Numbers as Go reads rationals: for options that take any spelling of one. */
import { Rational } from "../../core/rational.js";

/** Larger exponents of 5 and of 2 are refused, as in Go: digits behind the point count with them. */
const MAX_EXPONENT_OF_5 = 1_000_000n;
const MAX_EXPONENT_OF_2 = 10_000_000n;
const INT64_MAX = 2n ** 63n - 1n;
/** Bits of a digit. */
const BITS: Readonly<Record<string, bigint>> = { b: 1n, o: 3n, x: 4n };
const DIGITS: Readonly<Record<string, RegExp>> = {
  b: /^[01]*$/,
  o: /^[0-7]*$/,
  x: /^[0-9a-f]*$/,
};
/** Digits, digits behind the point, kind of exponent, its sign, its digits. */
const DECIMAL = /^([0-9_]*)(?:\.([0-9_]*))?(?:([ep])([+-]?)([0-9_]+))?$/;
const HEXADECIMAL = /^([^.p]*)(?:\.([^.p]*))?(?:(p)([+-]?)([0-9_]+))?$/;
const OCTAL_OR_BINARY = /^([^.ep]*)(?:\.([^.ep]*))?(?:([ep])([+-]?)([0-9_]+))?$/;

/**
 * Reads a number: a fraction `a/b` of whole numbers, each with a prefix (`0x`, `0o`, `0b`, or `0` for
 * octal) if it likes, or a decimal or hexadecimal number with an optional exponent; digits may be
 * grouped by underscores.
 *
 * @returns null if it is none
 */
export function parseGoRational(text: string): Rational | null {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const lower = rest.toLowerCase();
  if (!/^[0-9a-z._/+-]+$/.test(lower)) return null;
  const slash = lower.indexOf("/");
  const magnitude =
    slash < 0 ? parseFloating(lower) : parseFraction(lower.slice(0, slash), lower.slice(slash + 1));
  if (magnitude === null) return null;
  return sign === "-" ? Rational.ZERO.sub(magnitude) : magnitude;
}

function parseFraction(num: string, den: string): Rational | null {
  const [above, below] = [parseWhole(num), parseWhole(den)];
  return above === null || below === null || below === 0n ? null : Rational.of(above, below);
}

/** A whole number without sign. */
function parseWhole(text: string): bigint | null {
  const prefix = /^0([box])/.exec(text)?.[1] ?? (/^0[0-9_]/.test(text) ? "0" : "");
  const radix = prefix === "0" ? "o" : prefix;
  const digits = ungrouped(text.slice(prefix === "0" ? 1 : prefix === "" ? 0 : 2), prefix !== "");
  if (digits === null || digits === "") return null;
  if (radix === "") return /^[0-9]+$/.test(digits) ? BigInt(digits) : null;
  return DIGITS[radix]?.test(digits) ? BigInt(`0${radix}${digits}`) : null;
}

/** A number with an optional fractional part and exponent, without sign. */
function parseFloating(text: string): Rational | null {
  const prefix = /^0([box])/.exec(text)?.[1] ?? "";
  if (prefix !== "") return parsePrefixed(prefix, text.slice(2));
  const parts = partsOf(DECIMAL.exec(text), false);
  if (parts === null) return null;
  const shift = -BigInt(parts.fraction.length);
  return scaled(BigInt(parts.whole + parts.fraction), { of2: shift, of5: shift }, parts);
}

function parsePrefixed(prefix: string, text: string): Rational | null {
  const form = prefix === "x" ? HEXADECIMAL : OCTAL_OR_BINARY;
  const parts = partsOf(form.exec(text), true);
  if (parts === null) return null;
  const { whole, fraction } = parts;
  if (!DIGITS[prefix]?.test(whole + fraction)) return null;
  const shift = -BigInt(fraction.length) * (BITS[prefix] ?? 0n);
  return scaled(BigInt(`0${prefix}${whole}${fraction}`), { of2: shift, of5: 0n }, parts);
}

/** The parts of a number, without underscores. */
interface Parts {
  readonly whole: string;
  readonly fraction: string;
  readonly kind: string;
  readonly exponent: string;
}

/** Null where there is no digit, or an underscore that does not group digits. */
function partsOf(match: RegExpExecArray | null, hasPrefix: boolean): Parts | null {
  if (match === null) return null;
  const [, left = "", right = "", kind = "p", sign = "", power = "0"] = match;
  const [whole, fraction] = [ungrouped(left, hasPrefix), ungrouped(right, false)];
  const digits = ungrouped(power, false);
  if (whole === null || fraction === null || digits === null) return null;
  return whole + fraction === "" ? null : { whole, fraction, kind, exponent: `${sign}${digits}` };
}

/** The mantissa times powers of 2 and 5, to which an exponent adds: `e` to both, `p` to that of 2. */
function scaled(
  mantissa: bigint,
  shift: { readonly of2: bigint; readonly of5: bigint },
  { kind, exponent }: Parts,
): Rational | null {
  const power = BigInt(exponent.replace("+", ""));
  if (power > INT64_MAX || power < -INT64_MAX - 1n) return null;
  if (mantissa === 0n) return Rational.ZERO;
  const of2 = shift.of2 + power;
  const of5 = shift.of5 + (kind === "e" ? power : 0n);
  if (size(of5) > MAX_EXPONENT_OF_5 || size(of2) > MAX_EXPONENT_OF_2) return null;
  const above = mantissa * 2n ** positive(of2) * 5n ** positive(of5);
  return Rational.of(above, 2n ** positive(-of2) * 5n ** positive(-of5));
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

/** Without underscores, of which each stands between two digits, or after a prefix. */
function ungrouped(digits: string, hasPrefix: boolean): string | null {
  if (/__|_$/.test(digits) || (!hasPrefix && digits.startsWith("_"))) return null;
  return digits.replaceAll("_", "");
}
