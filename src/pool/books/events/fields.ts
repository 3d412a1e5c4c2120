/** Reads fields of a decoded record, each with the reason when it is not what it has to be. */
import { getAddress } from "ethers/address";
import { InputError } from "../../../core/errors.js";
import { instantOf } from "../../../core/instant.js";
import { Rational } from "../../../core/rational.js";

export type Fields = Readonly<Record<string, unknown>>;

export const UINT256_MAX = 2n ** 256n - 1n;
export const INT64_MAX = 2n ** 63n - 1n;
const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** What can't be read as an event; goes to quarantine with its code. */
export function unreadable(code: string, reason: string, cause?: unknown): InputError {
  return new InputError(reason, { code, cause });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  if (isFields(value)) return value;
  throw unreadable("FIELD", `${key}: expected an object, found ${shown(value)}`);
}

/** What a database gives back otherwise than it took it: halves of characters, and zero bytes. */
const UNKEPT = /[\p{Cs}\0]/u;

export function textAt(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === "string" && value.length <= 512 && !UNKEPT.test(value)) return value;
  throw unreadable("FIELD", `${key}: expected text, found ${shown(value)}`);
}

/** Text that may be missing. */
export function textOr(fields: Fields, key: string, missing: string): string {
  return fields[key] === undefined || fields[key] === null ? missing : textAt(fields, key);
}

/** Names seen: there are few, and looking is faster than judging. */
const names = new Set<unknown>();
const NAMES_MAX = 10_000;

/** Characters that nobody sees, or that move others; colons part accounts' names. */
const UNNAMED = /[:\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** A part of an account's name: something that can be seen, no colon. */
export function nameAt(fields: Fields, key: string, missing?: string): string {
  const found = fields[key];
  if (typeof found === "string" && names.has(found)) return found;
  const value = missing === undefined ? textAt(fields, key) : textOr(fields, key, missing);
  if (value.trim() !== "" && value.length <= 64 && !UNNAMED.test(value)) {
    if (names.size < NAMES_MAX) names.add(value);
    return value;
  }
  throw unreadable(
    "FIELD",
    `${key}: expected a name of 1 … 64 visible characters without colons, found ${shown(value)}`,
  );
}

/** Small numbers, which prices, ratios and durations nearly always are: made once. */
const SMALL = Array.from({ length: 10_000 }, (_, value) => BigInt(value));

/**
 * A small number as it is usually written, in digits without leading zeros. Nothing is looked up
 * beyond the end: that would make V8 compile its callers again and again.
 */
function smallOf(value: unknown): bigint | undefined {
  if (typeof value === "number")
    return value >= 0 && value < SMALL.length ? SMALL[value] : undefined;
  if (typeof value !== "string" || value.length > 4) return undefined;
  const number = Number(value);
  const small = number >= 0 && number < SMALL.length ? SMALL[number] : undefined;
  return small !== undefined && `${small}` === value ? small : undefined;
}

const NATURAL = { min: 0n, max: INT64_MAX };

/** A whole number of any size, as JSON number or decimal text. */
export function wholeAt(
  fields: Fields,
  key: string,
  { min = 0n, max = INT64_MAX }: { min?: bigint; max?: bigint } = NATURAL,
): bigint {
  const value = fields[key];
  const small = smallOf(value);
  if (small !== undefined && small >= min && small <= max) return small;
  const whole =
    typeof value === "bigint"
      ? value
      : typeof value === "number" && Number.isSafeInteger(value)
        ? BigInt(value)
        : typeof value === "string" && /^-?\d{1,80}$/.test(value)
          ? BigInt(value)
          : null;
  if (whole !== null && whole >= min && whole <= max) return whole;
  throw unreadable(
    "FIELD",
    `${key}: expected a whole number of ${bound(min)} … ${bound(max)}, found ${shown(value)}`,
  );
}

function bound(value: bigint): string {
  if (value === UINT256_MAX) return "2^256 - 1";
  if (value === INT64_MAX) return "2^63 - 1";
  return value === -INT64_MAX - 1n ? "-2^63" : `${value}`;
}

/** {@link wholeAt}, null if it is missing. */
export function wholeOrNull(
  fields: Fields,
  key: string,
  range: { min?: bigint; max?: bigint } = NATURAL,
): bigint | null {
  return fields[key] === undefined || fields[key] === null ? null : wholeAt(fields, key, range);
}

const known = new Map<string, string>();
const KNOWN_MAX = 100_000;

/**
 * An address, with or without 0x; lower case and with 0x. Mixed case must be the EIP-55 checksum (E-8), and nobody is the zero
 * address (EG-D4).
 */
export function addressAt(fields: Fields, key: string): string {
  const value = fields[key];
  const lower = typeof value === "string" ? known.get(value) : undefined;
  if (lower !== undefined) return lower;
  if (typeof value !== "string" || !/^(?:0[xX])?[0-9a-fA-F]{40}$/.test(value)) {
    throw unreadable("ADDRESS", `${key}: expected an address, found ${shown(value)}`);
  }
  const digits = value.slice(-40);
  const address = `0x${digits.toLowerCase()}`;
  if (address === ZERO_ADDRESS) throw unreadable("ADDRESS", `${key} is the zero address`);
  const isPlain = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  if (!isPlain && getAddress(address) !== `0x${digits}`) {
    throw unreadable("ADDRESS", `${key}: ${value} has a wrong checksum`);
  }
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(value, address);
  return address;
}

/** {@link addressAt}, null if it is missing or empty. */
export function addressOrNull(fields: Fields, key: string): string | null {
  const value = fields[key];
  return value === undefined || value === null || value === "" ? null : addressAt(fields, key);
}

const HASH = /^(?:0[xX])?[0-9a-fA-F]{64}(?:#(?:0|[1-9]\d{0,8}))?$/;

let lastTime: string | null = null;
let lastTimeMs = 0;

/** RFC 3339, in ms since 1970. */
export function timeAt(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === "string" && value === lastTime) return lastTimeMs;
  const ms = typeof value === "string" ? instantOf(value) : null;
  if (typeof value !== "string" || ms === null) {
    throw unreadable("FIELD", `${key}: expected a time as RFC 3339, found ${shown(value)}`);
  }
  lastTime = value;
  lastTimeMs = ms;
  return ms;
}

/**
 * A transaction's hash, lower case; null for zeros, which mean that it failed. Of a transaction that redeemed
 * several tickets, those after the first have `#` and the place of their event in the block behind it.
 */
export function hashAt(fields: Fields, key: string): string | null {
  const value = fields[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || !HASH.test(value)) {
    throw unreadable("FIELD", `${key}: expected a transaction's hash, found ${shown(value)}`);
  }
  const digits = value.replace(/^0x/i, "").toLowerCase();
  return /^0{64}/.test(digits) ? null : `0x${digits}`;
}

/** A value in a reason. Lists and objects are not looked into, however deep they are. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value instanceof Rational) return value.toFixed(18).replace(/0+$/, "").slice(0, 80);
  if (typeof value === "bigint") return `${value}`.slice(0, 80);
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
