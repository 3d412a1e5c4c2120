/**
 * Decimal text to a 32-bit float, rounded once as Go does. Going by way of a double rounds twice,
 * which is wrong where the double falls exactly between two floats.
 */

/**
 * The nearest 32-bit float, ties to even; null if the text is beyond their range.
 *
 * @param text a JSON number
 */
export function parseFloat32(text: string): number | null {
  const double = Number(text);
  if (!Number.isFinite(double)) return null;
  const rounded = Math.fround(double);
  if (rounded === double) return rounded;
  const other = neighbourTowards(rounded, double);
  // The largest float's upper neighbour would be 2^128.
  const upper = Number.isFinite(rounded) ? rounded : Math.sign(double) * 2 ** 128;
  const isTie = double - upper === other - double;
  const float = isTie ? breakTie(text, double, upper, other) : rounded;
  return Math.abs(float) >= 2 ** 128 ? null : float;
}

/** The float next to `float` on the side of `double`. */
function neighbourTowards(float: number, double: number): number {
  const floats = new Float32Array([float]);
  const bits = new Int32Array(floats.buffer);
  const [word = 0] = bits;
  const away = Math.abs(double) > Math.abs(float);
  bits[0] = word + (away ? 1 : -1);
  return floats[0] ?? 0;
}

/** `double` lies halfway between two floats: the text decides, or their evenness. */
function breakTie(text: string, double: number, rounded: number, other: number): number {
  const order = compareMagnitudes(decimal(text), exactDecimal(Math.abs(double)));
  if (order === 0) return rounded;
  const [near, far] = Math.abs(rounded) < Math.abs(other) ? [rounded, other] : [other, rounded];
  return order < 0 ? near : far;
}

/** 0.digits × 10^point, without leading or trailing zeros among the digits. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function decimal(text: string): Decimal {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  const significant = all.replace(/^0+/, "");
  const leading = all.length - significant.length;
  return { digits: trimZeros(significant), point: whole.length - leading + Number(exponent) };
}

function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/** All digits of a positive double. */
function exactDecimal(double: number): Decimal {
  let mantissa = double;
  let halvings = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings++;
  }
  // mantissa ÷ 2^halvings = mantissa × 5^halvings ÷ 10^halvings
  const digits = (BigInt(mantissa) * 5n ** BigInt(halvings)).toString();
  return { digits: trimZeros(digits), point: digits.length - halvings };
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.point !== b.point) return a.point - b.point;
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
}
