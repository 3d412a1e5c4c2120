/**
 * Pieces of WebAssembly text for the vector unit: two doubles or four words at a time. Their constants are
 * in memory: to load one is a third of the work that V8 has to make it of a number in the code.
 */
import { LIST_MAX } from "../src/sim/engine/draw-lists.js";

/** A piece of text. */
export type Code = string;

/** Where the numbers of tails wait: an address, and the number, of each. */
export const TAILS_AT = 0;
/** Each in so many bytes. */
export const TAIL_BYTES = 16;
/** Constants lie behind them, and lists behind these. */
const CONSTANTS_AT = TAILS_AT + TAIL_BYTES * (LIST_MAX + 4);
const constants: string[] = [];

/** A constant of 16 bytes, wherever it is used. */
function constant(write: (view: DataView) => void): Code {
  const view = new DataView(new ArrayBuffer(16));
  write(view);
  const text = Array.from(
    new Uint8Array(view.buffer),
    (byte) => `\\${byte.toString(16).padStart(2, "0")}`,
  );
  const bytes = text.join("");
  if (!constants.includes(bytes)) constants.push(bytes);
  return `(v128.load offset=${CONSTANTS_AT + 16 * constants.indexOf(bytes)} (i32.const 0))`;
}

/** The data of all constants, and where memory is free behind them, once all text is there. */
export function constantsData(): { readonly data: Code; readonly endAt: number } {
  return {
    data: `(data (i32.const ${CONSTANTS_AT}) "${constants.join("")}")`,
    endAt: CONSTANTS_AT + 16 * constants.length,
  };
}

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
export const two = (value: number): Code =>
  constant((view) => {
    view.setFloat64(0, value, true);
    view.setFloat64(8, value, true);
  });
export const one = (value: number): Code => `(f64.const ${value})`;
export const four = (value: number): Code =>
  constant((view) => {
    for (let at = 0; at < 16; at += 4) view.setUint32(at, value, true);
  });
/** Two words of 64 bits. */
export const long = (value: bigint): Code =>
  constant((view) => {
    view.setBigUint64(0, value, true);
    view.setBigUint64(8, value, true);
  });
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

/** As `Math.round` does: halves up. */
export function rounded(name: string): Code {
  const isAbove = f2("gt", sub(f2("ceil", get(name)), two(0.5)), get(name));
  return sub(f2("ceil", get(name)), bits("and", isAbove, two(1)));
}
