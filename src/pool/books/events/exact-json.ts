/**
 * JSON whose numbers keep their digits: wei and probabilities have up to 256 bits, and a double
 * has 53. Short whole numbers, nearly all, go the fast way.
 */
import { InputError } from "../../../core/errors.js";
import { Rational } from "../../../core/rational.js";

/** A number that a double might not hold: whole as bigint, otherwise as fraction. */
export type ExactNumber = number | bigint | Rational;

const MAX_DEPTH = 16;

/** Every number begins after one of these; texts may look the same, which costs only time. */
const MAYBE_INEXACT = /(?:^|[:,[\s])-?(?:\d{16}|\d+[.eE])/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses.
 *
 * @returns what `JSON.parse` does, with {@link ExactNumber} for numbers
 * @throws InputError (`JSON`) if it is no JSON, has numbers with exponents beyond ±400, or is
 *   nested deeper than 16
 */
export function parseExact(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (!MAYBE_INEXACT.test(text)) return value;
    // Each string gets an s before it and each number becomes a string with an n before it.
    const marked = text.replace(TOKEN, (token) =>
      token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
    );
    return unmarked(JSON.parse(marked), 0);
  } catch (cause) {
    throw new InputError(reasonOf(cause), { code: "JSON", cause });
  }
}

/**
 * Parses what needs no care.
 *
 * @returns undefined if it is no JSON, or if a number or a byte in it may not be what it seems
 */
export function parsePlain(text: string): unknown {
  if (mayBeInexact(text) || text.includes("\uFFFD")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether an object in a text may have a number that a double does not hold. Where there are no lists in it, each
 * stands behind a colon, and looking there takes half of the time that the expression takes.
 */
function mayBeInexact(text: string): boolean {
  if (text.includes("[", 1)) return MAYBE_INEXACT.test(text);
  for (let colon = text.indexOf(":"); colon !== -1; colon = text.indexOf(":", colon + 1)) {
    let at = colon + 1;
    while (isSpace(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) === MINUS) at++;
    const first = at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === first) continue;
    if (at - first >= DIGITS_END || isInexact(text.charCodeAt(at))) return true;
  }
  return false;
}

const MINUS = 0x2d;
/** A double holds all whole numbers of fewer digits. */
const DIGITS_END = 16;

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** `.`, `e` or `E` behind digits. */
function isInexact(unit: number): boolean {
  return unit === 0x2e || unit === 0x65 || unit === 0x45;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/**
 * Why a text is no JSON. Only the position is taken from the parser's message, because the rest of
 * that message may quote the text, which can hold anything.
 */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof SyntaxError)) return cause instanceof Error ? cause.message : "no JSON";
  const [place] = / at position \d+/.exec(cause.message) ?? [""];
  return `it is no JSON${place}`;
}

function unmarked(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH}`);
  if (typeof value === "string") {
    return value.startsWith("s") ? value.slice(1) : exactNumber(value.slice(1));
  }
  if (Array.isArray(value)) return value.map((element) => unmarked(element, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.slice(1), unmarked(member, depth + 1)]),
  );
}

function exactNumber(digits: string): ExactNumber {
  if (/[.eE]/.test(digits)) {
    const fraction = Rational.parse(digits);
    return fraction.den === 1n ? narrowed(fraction.num) : fraction;
  }
  return narrowed(BigInt(digits));
}

function narrowed(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
