/** Numbers in sentences: how many of what, and figures that never read `−0`. */

/**
 * `1 node`, `2 nodes`, `1.5 hours`.
 *
 * @param one the noun for one of them
 * @param many for any other number. @default `one` with an s
 */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${Number(count) === 1 ? one : many}`;
}

/**
 * `1234567` → `1,234,567`, the text of `toLocaleString("en")`. Whole numbers do without that: the
 * tables of languages that it loads first take longer than a short command.
 */
export function grouped(value: number | bigint): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return value.toLocaleString("en");
  if (Object.is(value, -0)) return "-0";
  return withCommas(String(value));
}

function withCommas(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Digits beyond the usual ones that tell a figure apart from a limit. */
const MORE_DIGITS_MAX = 6;

/**
 * A figure beside a limit: with as many digits as it takes not to read like the limit that it is above or below.
 *
 * @param write writes a value with so many digits more than usual
 */
export function apartFrom(
  limit: number,
  value: number,
  write: (value: number, more: number) => string,
): string {
  let more = 0;
  while (value !== limit && more < MORE_DIGITS_MAX && write(value, more) === write(limit, more)) {
    more += 1;
  }
  return write(value, more);
}

/** `-1234.5` → `−1,234.5`, with a true minus and never a minus zero. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole = "0", fraction] = text.split(".");
  const sign = value < 0 && Number(text) !== 0 ? "−" : "";
  return `${sign}${withCommas(whole)}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** The same with a plus before what is above zero: `+0.5`, `−0.5`, `0.0`. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}
