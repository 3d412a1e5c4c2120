/**
 * Inputs as README.md allows them, far beyond what was recorded: absent, null, empty, repeated,
 * negative, beyond 64 and 256 bits, of any length, with names that objects have already.
 */
import fc, { type Arbitrary } from "fast-check";

/** Names that trip objects used as tables, and URIs. */
export const oddText: Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "a", "b", "__proto__", "constructor", "toString", "https://o:8935", "\u0000"),
  fc.string({ unit: "binary", maxLength: 12 }),
);

/** Few names, so that they meet again. */
export const name: Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "d", "__proto__", "constructor", "") },
  { weight: 1, arbitrary: oddText },
);

const LIMITS = [8n, 31n, 32n, 53n, 63n, 64n, 128n, 255n, 256n, 300n].map((bits) => 2n ** bits);

/** A whole number near a limit of some width, or anything. */
export const bigWhole: Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -3n, max: 200n }),
  fc
    .tuple(fc.constantFrom(...LIMITS), fc.bigInt({ min: -3n, max: 200n }), fc.boolean())
    .map(([limit, offset, negative]) => (negative ? -(limit + offset) : limit + offset)),
  fc.bigInt({ min: -(2n ** 260n), max: 2n ** 260n }),
);

/** The text of one. */
export const integer: Arbitrary<string> = bigWhole.map(String);

/** What Go holds in 64 bits, with a sign. */
export const int64: Arbitrary<string> = bigWhole.map((value) => String(BigInt.asIntN(64, value)));

/** A word of a bit string. */
export const uint64: Arbitrary<string> = bigWhole.map((value) => String(BigInt.asUintN(64, value)));

/** A small count, now and then a silly one. */
export const count: Arbitrary<number> = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -2, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), 2 ** 52) },
);

/** A rational in lowest terms. */
export const rational: Arbitrary<string> = fc
  .tuple(bigWhole, bigWhole)
  .map(([num, den]) => lowest(num, den === 0n ? 1n : den));

function lowest(num: bigint, den: bigint): string {
  let [a, b] = [num < 0n ? -num : num, den < 0n ? -den : den];
  while (b !== 0n) [a, b] = [b, a % b];
  const sign = den < 0n ? -1n : 1n;
  return `${(sign * num) / a}/${(sign * den) / a}`;
}

/** A float in its recorded form. */
export const float: Arbitrary<number | string> = fc.oneof(
  fc.constantFrom<number | string>(0, 1, 0.5, 2, "NaN", "+Inf", "-Inf"),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 2, noNaN: true }),
);

/** Null or absent now and then; an absent member is left out of its object. */
export function maybe<T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> {
  return fc.option(arbitrary, { freq: 6 });
}

/** An object whose members may each be absent, where README.md has them null. */
export function loose(members: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<unknown> {
  const optional = Object.entries(members).map(([key, arbitrary]) => [
    key,
    fc.option(arbitrary, { freq: 20, nil: undefined }),
  ]);
  return fc.record(Object.fromEntries(optional));
}

/** A list that may be null. */
export function list(
  arbitrary: Arbitrary<unknown>,
  maxLength = 8,
): Arbitrary<readonly unknown[] | null> {
  return fc.option(fc.array(arbitrary, { maxLength }), { freq: 15 });
}

/** An object by name that may be null. */
export function tableOf(
  key: Arbitrary<string>,
  value: Arbitrary<unknown>,
  maxKeys = 5,
): Arbitrary<unknown> {
  return maybe(fc.dictionary(key, value, { maxKeys, noNullPrototype: true }));
}

/** Hex bytes of any length. */
export function bytes(maxLength = 70): Arbitrary<string> {
  return fc
    .oneof(
      fc.constantFrom(new Uint8Array(), new Uint8Array(20), new Uint8Array(3).fill(255)),
      fc.uint8Array({ maxLength }),
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
    )
    .map((value) => `0x${Buffer.from(value).toString("hex")}`);
}

/** Few addresses, so that they repeat; the zero address is among them. */
export const address: Arbitrary<string> = fc
  .integer({ min: 0, max: 5 })
  .map((digit) => `0x${String(digit).repeat(40)}`);
