/**
 * Normal quantiles in the tails as WebAssembly text, two at a time: `tailQuantile` of
 * `src/core/random.ts`, with its very operations in their order.
 *
 * `log` is fdlibm's (Sun Microsystems 1993, freely granted), which V8's `Math.log` is, too. What it
 * treats in ways of its own, and what lies farther out than one number in 10^11, goes one by one.
 */
import {
  add,
  bits,
  type Code,
  f2,
  get,
  i2,
  long,
  mul,
  polynomial,
  set,
  sub,
  two,
} from "./wasm-text.js";

/** Coefficients of AS 241 for tails, from the highest power down. */
export const TAIL = {
  over: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
    3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  under: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
    0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
  ],
};

/** ln 2 in two parts, as fdlibm has it. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;

/** Coefficients of fdlibm's `log`: those of even and of odd powers, from the highest down. */
const EVEN = [0.15313837699209373, 0.22222198432149784, 0.3999999999940942, 0];
const ODD = [0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735];

/** A high word of a double. */
const high = (word: number): string => long(BigInt(word) << 32n);

const SIGN = long(1n << 63n);

/** What {@link TAIL_PAIR} needs. */
export const TAIL_LOCALS: Code = "p isLow x part half k f s z w rest square inner r"
  .split(" ")
  .map((name) => `(local $${name} v128)`)
  .join(" ");

/** The numbers of two tails, which wait at `$tail`; see `draw-loops.ts`. */
export const TAIL_PAIR: Code = `
  ${set("p", `(v128.load64_lane offset=24 1 ${get("tail")} (v128.load64_splat offset=8 ${get("tail")}))`)}
  ${set("isLow", f2("lt", sub(get("p"), two(0.5)), two(0)))}
  ${set("x", bits("bitselect", get("p"), sub(two(1), get("p")), get("isLow")))}
  ${set("part", bits("and", get("x"), long(0x000fffffffffffffn)))}
  ${set("half", bits("and", i2("add", get("part"), high(0x95f64)), high(0x100000)))}
  ${set("k", i2("sub", i2("add", i2("shr_u", get("x"), "(i32.const 52)"), i2("shr_u", get("half"), "(i32.const 52)")), long(1023n)))}
  ${set("k", f2("convert_low_i32x4_s", `(i8x16.shuffle 0 1 2 3 8 9 10 11 0 1 2 3 8 9 10 11 ${get("k")} ${get("k")})`))}
  ${set("f", sub(bits("or", get("part"), bits("xor", get("half"), high(0x3ff00000))), two(1)))}
  ${set("s", f2("div", get("f"), add(two(2), get("f"))))}
  ${set("z", mul(get("s"), get("s")))}
  ${set("w", mul(get("z"), get("z")))}
  ${set("rest", add(mul(get("z"), polynomial(ODD, get("w"), 2)), polynomial(EVEN, get("w"), 2)))}
  ${set("square", mul(mul(two(0.5), get("f")), get("f")))}
  ${set(
    "inner",
    bits(
      "bitselect",
      sub(
        get("square"),
        add(mul(get("s"), add(get("square"), get("rest"))), mul(get("k"), two(LN2_LOW))),
      ),
      sub(mul(get("s"), sub(get("f"), get("rest"))), mul(get("k"), two(LN2_LOW))),
      bits(
        "and",
        i2("gt_s", get("part"), long((0x6147an << 32n) - 1n)),
        i2("lt_s", get("part"), high(0x6b852)),
      ),
    ),
  )}
  ${set("r", f2("sqrt", f2("neg", sub(mul(get("k"), two(LN2_HIGH)), sub(get("inner"), get("f"))))))}
  (if (v128.any_true ${bits(
    "or",
    f2("gt", get("r"), two(5)),
    i2("lt_s", bits("and", i2("add", get("part"), high(2)), high(0xfffff)), high(3)),
  )})
    (then
      (f64.store (i32.load ${get("tail")}) (call $tailQuantile (f64.load offset=8 ${get("tail")})))
      (f64.store (i32.load offset=16 ${get("tail")}) (call $tailQuantile (f64.load offset=24 ${get("tail")}))))
    (else
  ${set("r", sub(get("r"), two(1.6)))}
  ${set(
    "r",
    bits(
      "xor",
      f2("div", polynomial(TAIL.over, get("r"), 2), polynomial(TAIL.under, get("r"), 2)),
      bits("and", get("isLow"), SIGN),
    ),
  )}
  (v128.store64_lane 0 (i32.load ${get("tail")}) ${get("r")})
  (v128.store64_lane 1 (i32.load offset=16 ${get("tail")}) ${get("r")})))`;
