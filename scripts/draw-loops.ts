/**
 * The loops over draws for a processor's vector unit, as WebAssembly text: two or four draws at a time,
 * each with the very operations of `src/core/random.ts` and `src/sim/engine/distributions.ts` in their
 * order, so that results are theirs to the last bit. `scripts/draw-loops-code.ts` writes the module into
 * `src/sim/engine/draw-loops-code.ts`; a test compares the two.
 *
 * `exp` is fdlibm's (Sun Microsystems 1993, freely granted), which V8's `Math.exp` is, too.
 */
import wabt from "wabt";
import { BUCKET_SHIFT, BUCKETS, FIRST_BUCKET } from "../src/sim/engine/buckets.js";
import { DECIDE } from "./run-loops.js";
import { SUMS } from "./sum-loops.js";
import { LN2_HIGH, LN2_LOW, TAIL, TAIL_LOCALS, TAIL_PAIR } from "./tail-loops.js";
import {
  add,
  bits,
  type Code,
  constantsData,
  END,
  f1,
  f2,
  four,
  get,
  i2,
  i4,
  LIST,
  long,
  mul,
  one,
  overList,
  polynomial,
  rounded,
  set,
  sub,
  TAIL_BYTES,
  TAILS_AT,
  two,
} from "./wasm-text.js";

/** Coefficients of AS 241: each polynomial from its highest power down. */
const CENTRAL = {
  over: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  under: [
    5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
};
const FAR_TAIL = {
  over: [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  under: [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
};
/** Coefficients of fdlibm's `exp`, from the highest power down. */
const EXP = [
  4.1381367970572385e-8, -0.0000016533902205465252, 0.00006613756321437934, -0.0027777777777015593,
  0.16666666666666602,
];
const INVERSE_LN2 = Math.LOG2E;
/** Added to a whole number, it leaves that in the lowest bits. */
const WHOLE = 1.5 * 2 ** 52;

/** `c1 + t (c2 + t …)`: fdlibm adds the other way round, which is the same, and multiplies so, too. */
const expPolynomial = (of: Code): Code => polynomial(EXP, of, 2);

/** A double by its high word, as fdlibm compares them. */
function highWord(word: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, word);
  return view.getFloat64(0);
}

/** lowbias32, of four words at a time. */
function mix(name: string): Code {
  const shifted = (by: number) =>
    bits("xor", get(name), i4("shr_u", get(name), `(i32.const ${by})`));
  return `
    ${set(name, i4("mul", shifted(16), four(0x21f0aaad)))}
    ${set(name, i4("mul", shifted(15), four(0x735a2d97)))}
    ${set(name, shifted(15))}`;
}

/** The doubles of the lower two of four high and low words. */
function doubles(high: string, low: string): Code {
  const converted = (name: string) => f2("convert_low_i32x4_s", get(name));
  const whole = add(mul(converted(high), two(67108864)), converted(low));
  return mul(add(whole, two(0.5)), two(2 ** -52));
}

const upper = (name: string): Code =>
  set(
    name,
    `(i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 ${get(name)} ${get(name)})`,
  );

/** Four uniform numbers of the words in `$low`, the second key in `$second`. */
const FOUR_UNIFORMS = `
    ${mix("low")}
    ${set("high", bits("xor", get("low"), get("second")))}
    ${mix("high")}
    ${set("low", i4("shr_u", get("low"), "(i32.const 6)"))}
    ${set("high", i4("shr_u", get("high"), "(i32.const 6)"))}
    (v128.store ${get("at")} ${doubles("high", "low")})
    ${upper("low")}
    ${upper("high")}
    (v128.store offset=16 ${get("at")} ${doubles("high", "low")})`;

const UNIFORMS = `
(func $uniforms (export "uniforms") ${LIST} (param $k0 i32) (param $k1 i32) (param $first i32) (param $step i32)
  (local $end i32) (local $from v128) (local $by v128) (local $second v128) (local $low v128) (local $high v128)
  ${END}
  ${set("second", i4("splat", get("k1")))}
  ${set("by", i4("mul", i4("splat", get("step")), four(0x9e3779b9)))}
  ${set(
    "from",
    i4(
      "add",
      i4("splat", `(i32.add ${get("k0")} (i32.mul ${get("first")} (i32.const 0x9e3779b9)))`),
      i4("mul", get("by"), "(v128.const i32x4 0 1 2 3)"),
    ),
  )}
  ${set("by", i4("shl", get("by"), "(i32.const 2)"))}
  ${overList(
    32,
    `
    ${set("low", get("from"))}
    ${set("from", i4("add", get("from"), get("by")))}
    ${FOUR_UNIFORMS}`,
  )})`;

/** Of one index each, the first keys in a list of words. */
const UNIFORMS_OF_KEYS = `
(func $uniformsOfKeys ${LIST} (param $keys i32) (param $k1 i32) (param $index i32)
  (local $end i32) (local $from v128) (local $second v128) (local $low v128) (local $high v128)
  ${END}
  ${set("second", i4("splat", get("k1")))}
  ${set("from", i4("splat", `(i32.mul ${get("index")} (i32.const 0x9e3779b9))`))}
  ${overList(
    32,
    `
    ${set("low", i4("add", get("from"), `(v128.load ${get("keys")})`))}
    ${set("keys", `(i32.add ${get("keys")} (i32.const 16))`)}
    ${FOUR_UNIFORMS}`,
  )})`;

/** Puts a number and its place aside; it is forgotten again where it is no tail. */
const aside = (offset: number, bit: Code): Code => `
    (i32.store ${get("tail")} (i32.add ${get("at")} (i32.const ${offset})))
    (f64.store offset=8 ${get("tail")} (f64.load offset=${offset} ${get("at")}))
    ${set("tail", `(i32.add ${get("tail")} (i32.shl ${bit} (i32.const 4)))`)}`;

/** \`normalQuantiles\` of a list but for its tails, which are put aside behind those that wait already. */
const CENTERS = `
(func $centers ${LIST} (param $tail i32) (result i32)
  (local $end i32) (local $q v128) (local $r v128) (local $far i32)
  ${END}
  ${overList(
    16,
    `
    ${set("q", sub(`(v128.load ${get("at")})`, two(0.5)))}
    ${set("far", `(i64x2.bitmask ${f2("gt", f2("abs", get("q")), two(0.425))})`)}
    ${aside(0, `(i32.and ${get("far")} (i32.const 1))`)}
    ${aside(8, `(i32.shr_u ${get("far")} (i32.const 1))`)}
    ${set("r", sub(two(0.180625), mul(get("q"), get("q"))))}
    (v128.store ${get("at")} ${f2(
      "div",
      mul(get("q"), polynomial(CENTRAL.over, get("r"), 2)),
      polynomial(CENTRAL.under, get("r"), 2),
    )})`,
  )}
  ${get("tail")})`;

/** Those of the tails that wait up to an address, two at a time; the last one twice if need be. */
const TAILS = `
(func $tails (param $end i32)
  (local $tail i32) ${TAIL_LOCALS}
  ${set("tail", `(i32.const ${TAILS_AT})`)}
  (if (i32.lt_u ${get("tail")} ${get("end")}) (then
    (v128.store ${get("end")} (v128.load (i32.sub ${get("end")} (i32.const ${TAIL_BYTES}))))
    ${overList(2 * TAIL_BYTES, TAIL_PAIR, "tail")})))
(func $normals (export "normals") ${LIST}
  (call $tails (call $centers ${get("at")} ${get("count")} (i32.const ${TAILS_AT}))))
(func $tailQuantile (param $p f64) (result f64)
  (local $q f64) (local $r f64) (local $value f64)
  ${set("q", f1("sub", get("p"), one(0.5)))}
  ${set(
    "r",
    f1(
      "sqrt",
      f1(
        "neg",
        `(call $log (select ${get("p")} ${f1("sub", one(1), get("p"))} ${f1("lt", get("q"), one(0))}))`,
      ),
    ),
  )}
  (if ${f1("le", get("r"), one(5))}
    (then
      ${set("r", f1("sub", get("r"), one(1.6)))}
      ${set("value", f1("div", polynomial(TAIL.over, get("r"), 1), polynomial(TAIL.under, get("r"), 1)))})
    (else
      ${set("r", f1("sub", get("r"), one(5)))}
      ${set("value", f1("div", polynomial(FAR_TAIL.over, get("r"), 1), polynomial(FAR_TAIL.under, get("r"), 1)))}))
  (select ${f1("neg", get("value"))} ${get("value")} ${f1("lt", get("q"), one(0))}))`;

const SIGN = long(1n << 63n);
const sign = (name: string): Code => bits("and", get(name), SIGN);
const lane = (index: 0 | 1): Code => `(call $exp (f64x2.extract_lane ${index} ${get("x")}))`;

/**
 * The exponential of `mu + sigma x` of each x. With k = x ÷ ln 2, rounded: e^x = 2^k e^(x − k ln 2), k = 0
 * where x is small. (For 1 and −1, fdlibm has a way of its own to the same k.) fdlibm treats 1 and what is tiny, huge or no number in ways of their own: those go to `Math.exp`.
 */
const EXPONENTIALS = `
(func $exponentials ${LIST} (param $mu f64) (param $sigma f64)
  (local $end i32) (local $x v128) (local $size v128) (local $k v128) (local $high v128) (local $low v128)
  (local $t v128) (local $c v128) (local $base v128) (local $spread v128)
  ${END}
  ${set("base", f2("splat", get("mu")))}
  ${set("spread", f2("splat", get("sigma")))}
  ${overList(
    16,
    `
    ${set("x", add(get("base"), mul(get("spread"), `(v128.load ${get("at")})`)))}
    ${set("size", f2("abs", get("x")))}
    (if (v128.any_true ${bits(
      "or",
      bits(
        "or",
        bits("not", f2("lt", get("size"), two(700))),
        f2("lt", get("size"), two(2 ** -28)),
      ),
      f2("eq", get("x"), two(1)),
    )})
      (then (v128.store ${get("at")} (f64x2.replace_lane 1 (f64x2.splat ${lane(0)}) ${lane(1)})))
      (else
        ${set("k", f2("trunc", add(mul(two(INVERSE_LN2), get("x")), bits("or", sign("x"), two(0.5)))))}
        ${set("k", bits("and", get("k"), f2("ge", get("size"), two(highWord(0x3fd62e43)))))}
        ${set("high", sub(get("x"), mul(get("k"), two(LN2_HIGH))))}
        ${set("low", mul(get("k"), two(LN2_LOW)))}
        ${set("x", sub(get("high"), get("low")))}
        ${set("t", mul(get("x"), get("x")))}
        ${set("c", sub(get("x"), mul(get("t"), expPolynomial(get("t")))))}
        (v128.store ${get("at")} ${mul(
          sub(
            two(1),
            sub(
              sub(get("low"), f2("div", mul(get("x"), get("c")), sub(two(2), get("c")))),
              get("high"),
            ),
          ),
          i2("add", i2("shl", add(get("k"), two(WHOLE)), "(i32.const 52)"), long(1023n << 52n)),
        )})))`,
  )})`;

/** Of uniform numbers in a list. */
const TO_LOGNORMALS = `
(func $toLognormals ${LIST} (param $mu f64) (param $sigma f64)
  (if ${f1("ne", get("sigma"), one(0))} (then (call $normals ${get("at")} ${get("count")})))
  (call $exponentials ${get("at")} ${get("count")} ${get("mu")} ${get("sigma")}))`;

const LOGNORMALS = `
(func $lognormals (export "lognormals") ${LIST} (param $mu f64) (param $sigma f64)
  (param $k0 i32) (param $k1 i32) (param $first i32) (param $step i32)
  (call $uniforms ${["at", "count", "k0", "k1", "first", "step"].map(get).join(" ")})
  (call $toLognormals ${["at", "count", "mu", "sigma"].map(get).join(" ")}))
(func (export "lognormalsOfKeys") ${LIST} (param $mu f64) (param $sigma f64)
  (param $keys i32) (param $k1 i32) (param $index i32)
  (call $uniformsOfKeys ${["at", "count", "keys", "k1", "index"].map(get).join(" ")})
  (call $toLognormals ${["at", "count", "mu", "sigma"].map(get).join(" ")}))`;

/** \`exactMs\` of each. */
const EXACT = `
(func $exact (export "exact") ${LIST}
  (local $end i32) (local $x v128)
  ${END}
  ${overList(
    16,
    `
    ${set("x", mul(`(v128.load ${get("at")})`, two(1024)))}
    (v128.store ${get("at")} ${mul(rounded("x"), two(1 / 1024))})`,
  )})`;

/** Adds pixels of whole frames to those of a list: \`area\` × frames in the durations of another. */
const FRAMES = `
(func (export "frames") ${LIST} (param $durations i32) (param $area f64) (param $fps f64)
  (local $end i32) (local $x v128) (local $each v128) (local $rate v128)
  ${END}
  ${set("each", f2("splat", get("area")))}
  ${set("rate", f2("splat", get("fps")))}
  ${overList(
    16,
    `
    ${set("x", f2("div", mul(get("rate"), `(v128.load ${get("durations")})`), two(1000)))}
    ${set("durations", `(i32.add ${get("durations")} (i32.const 16))`)}
    (v128.store ${get("at")} ${add(`(v128.load ${get("at")})`, mul(get("each"), rounded("x")))})`,
  )})`;

const HIGH_WORDS = `(i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (v128.load ${get("at")}) (v128.load offset=16 ${get("at")}))`;

/** `bucketOf` of each. */
const BUCKETS_OF = `
(func (export "buckets") ${LIST} (param $into i32)
  (local $end i32) (local $bucket v128)
  ${END}
  ${overList(
    32,
    `
    ${set(
      "bucket",
      i4("sub", i4("shr_u", HIGH_WORDS, `(i32.const ${BUCKET_SHIFT})`), four(FIRST_BUCKET)),
    )}
    (v128.store ${get("into")} ${i4("min_s", i4("max_s", get("bucket"), four(0)), four(BUCKETS - 1))})
    ${set("into", `(i32.add ${get("into")} (i32.const 16))`)}`,
  )})`;

const FUNCTIONS = `${UNIFORMS}${UNIFORMS_OF_KEYS}${CENTERS}${TAILS}${EXPONENTIALS}${TO_LOGNORMALS}${LOGNORMALS}${EXACT}${FRAMES}${BUCKETS_OF}${DECIDE}${SUMS}`;
const { data, endAt: LISTS_AT } = constantsData();

const MODULE = `(module
(import "math" "log" (func $log (param f64) (result f64)))
(import "math" "exp" (func $exp (param f64) (result f64)))
(memory (export "memory") 1 1)
${data}
${FUNCTIONS})`;

/** The module as `src/sim/engine/draw-loops-code.ts` has it. */
export async function drawLoopsCode(): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat("draw-loops.wat", MODULE, { simd: true });
  parsed.validate();
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  const text = Buffer.from(buffer).toString("base64");
  const lines = text.match(/.{1,92}/g) ?? [];
  return `/**
 * Written by \`npm run draw-loops\` from scripts/draw-loops.ts, which says what it does: loops over draws, as
 * WebAssembly in base64.
 */

/** Where its memory is free for lists. */
export const LISTS_AT = ${LISTS_AT};

/** The module. */
export const DRAW_LOOPS = [
${lines.map((line) => `  "${line}",`).join("\n")}
].join("");
`;
}
