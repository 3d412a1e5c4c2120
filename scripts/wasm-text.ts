/** Pieces of WebAssembly text for the vector unit: two doubles or four words at a time. */

/** A piece of text. */
export type Code = string;

export const get = (name: string): Code => `(local.get $${name})`;
export const set = (name: string, value: Code): Code => `(local.set $${name} ${value})`;
/** An operation on two doubles at a time. */
export const f2 = (name: string, ...of: readonly Code[]): Code => `(f64x2.${name} ${of.join(" ")})`;
export const f1 = (name: string, ...of: readonly Code[]): Code => `(f64.${name} ${of.join(" ")})`;
export const i4 = (name: string, ...of: readonly Code[]): Code => `(i32x4.${name} ${of.join(" ")})`;
/** An operation on two words of 64 bits. */
export const i2 = (name: string, ...of: readonly Code[]): Code => `(i64x2.${name} ${of.join(" ")})`;
export const i1 = (name: string, ...of: readonly Code[]): Code => `(i32.${name} ${of.join(" ")})`;
export const bits = (name: string, ...of: readonly Code[]): Code =>
  `(v128.${name} ${of.join(" ")})`;
export const two = (value: number): Code => `(v128.const f64x2 ${value} ${value})`;
export const one = (value: number): Code => `(f64.const ${value})`;
export const four = (value: number): Code =>
  `(v128.const i32x4 ${value} ${value} ${value} ${value})`;
/** Two words of 64 bits. */
export const long = (value: bigint): Code => `(v128.const i64x2 ${value} ${value})`;
export const word = (value: number): Code => `(i32.const ${value})`;
export const add = (a: Code, b: Code): Code => f2("add", a, b);
export const sub = (a: Code, b: Code): Code => f2("sub", a, b);
export const mul = (a: Code, b: Code): Code => f2("mul", a, b);

/** By Horner's rule, of two doubles at a time or of one. */
export function polynomial(coefficients: readonly number[], of: Code, width: 1 | 2): Code {
  const [constant, operation] = width === 2 ? ([two, f2] as const) : ([one, f1] as const);
  const [first = 0, ...others] = coefficients;
  return others.reduce(
    (sum, coefficient) => operation("add", operation("mul", sum, of), constant(coefficient)),
    constant(first),
  );
}

/** The parameters of a function that goes over a list. */
export const LIST = "(param $at i32) (param $count i32)";
export const END = set("end", i1("add", get("at"), i1("shl", get("count"), word(3))));

/** A loop over a list, so many bytes at a time; a list is never empty. */
export const overList = (bytes: number, body: Code, at = "at"): Code => `
  (loop $next
    ${body}
    ${set(at, i1("add", get(at), word(bytes)))}
    (br_if $next ${i1("lt_u", get(at), get("end"))}))`;

/** Of two pairs of doubles one after the other: those in the middle. */
export const middle = (before: Code, after: Code): Code =>
  `(i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 ${before} ${after})`;
