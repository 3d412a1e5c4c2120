/**
 * What a run of segments comes to, as WebAssembly text: sums, which do not depend on their order, of
 * whole numbers and exact times; the largest number; how many are late; and the loop `certainTickets`
 * of `src/selection/certain-tickets.ts`, with its very operations in their order.
 */
import {
  BALANCE_IDLE_LIMIT_MS,
  ERROR_PER_MAGNITUDE,
  FOLD_PIXELS,
  FOLD_TICKETS,
} from "../src/selection/certain-tickets.js";
import { PIXEL_ESTIMATE_MULTIPLIER } from "../src/selection/index.js";
import {
  KNOWN,
  type KnownName,
  LIST_STEP,
  LISTS,
  type ListName,
} from "../src/sim/model/at-once/run-lists.js";
import {
  add,
  type Code,
  END,
  f1,
  f2,
  get,
  i1,
  LIST,
  mul,
  one,
  overList,
  rounded,
  set,
  sub,
  two,
  word,
} from "./wasm-text.js";

const offset = (list: ListName): string => `offset=${LIST_STEP * LISTS[list]}`;
const load = (list: ListName): Code => `(f64.load ${offset(list)} ${get("at")})`;
const both = (list: ListName): Code => `(v128.load ${offset(list)} ${get("at")})`;

/** A loop over a list two at a time, and what is done with a single one at its end. */
const inPairs = (pairs: Code, single: Code): Code => `
  ${END}
  (if ${i1("ge_u", get("count"), word(2))} (then
    ${set("end", i1("sub", get("end"), word(8)))}
    ${overList(16, pairs)}
    ${set("end", i1("add", get("end"), word(8)))}))
  (if ${i1("lt_u", get("at"), get("end"))} (then ${single}))`;

const LANES = (name: string, operation: string): Code =>
  f1(operation, `(f64x2.extract_lane 0 ${get(name)})`, `(f64x2.extract_lane 1 ${get(name)})`);
const NUMBER = `(f64.load ${get("at")})`;
const PAIR = `(v128.load ${get("at")})`;

const SUM = `
(func (export "sum") ${LIST} (result f64)
  (local $end i32) (local $all v128) (local $last f64)
  ${inPairs(set("all", add(get("all"), PAIR)), set("last", NUMBER))}
  ${f1("add", LANES("all", "add"), get("last"))})`;

const MOST = `
(func (export "most") ${LIST} (result f64)
  (local $end i32) (local $all v128) (local $last f64)
  ${inPairs(set("all", f2("pmax", get("all"), PAIR)), set("last", NUMBER))}
  ${f1("max", LANES("all", "max"), get("last"))})`;

/** How many of a run's segments are there only after their own time. */
const LATE = `
(func (export "late") ${LIST} (result i32)
  (local $end i32) (local $late i32)
  ${inPairs(
    set(
      "late",
      i1(
        "add",
        get("late"),
        i1(
          "popcnt",
          `(i64x2.bitmask ${f2("gt", sub(both("over"), both("ready")), both("durations"))})`,
        ),
      ),
    ),
    set(
      "late",
      i1("add", get("late"), f1("gt", f1("sub", load("over"), load("ready")), load("durations"))),
    ),
  )}
  ${get("late")})`;

/** The pixels that a run's segments are estimated to have (P-19), of so many in a second. */
const ESTIMATES = `
(func (export "estimates") ${LIST} (param $each f64)
  (local $end i32)
  ${END}
  ${overList(
    16,
    `(v128.store ${offset("estimates")} ${get("at")}
      ${mul(f2("splat", get("each")), f2("ceil", f2("div", both("durations"), two(1000))))})`,
  )})`;

const store = (list: ListName, value: Code): Code =>
  `(v128.store ${offset(list)} ${get("at")} ${value})`;

/** What is counted of each segment of the pool under study: see `RunLoops.compare`. */
const COMPARE = `
(func (export "compare") ${LIST}
  (local $end i32) (local $trip v128) (local $ticks v128)
  ${END}
  ${overList(
    16,
    `
    ${set("trip", both("roundTrips"))}
    ${store("margins", f2("div", get("trip"), both("durations")))}
    ${store("sides", f2("pmax", two(0), sub(get("trip"), both("works"))))}
    ${set("ticks", mul(get("trip"), two(1024)))}
    ${store("exact", mul(rounded("ticks"), two(1 / 1024)))}`,
  )})`;

const known = (name: KnownName): Code => `(f64.load offset=${8 * KNOWN[name]} ${get("known")})`;
const keep = (name: KnownName, value: Code): Code =>
  `(f64.store offset=${8 * KNOWN[name]} ${get("known")} ${value})`;
const out = (condition: Code): Code => `(br_if $out ${condition})`;

const CERTAIN = `
(func (export "certain") ${LIST} (param $known i32) (param $ratio f64) (result i32)
  (local $end i32) (local $begin i32) (local $tickets f64) (local $pixels f64) (local $lastUsed f64)
  (local $owed f64) (local $missing f64) (local $error f64) (local $bought f64)
  ${END}
  ${set("begin", get("at"))}
  ${set("tickets", known("ownTickets"))}
  ${set("pixels", known("ownPixels"))}
  ${set("lastUsed", known("lastUsedMs"))}
  (block $out
    (loop $next
      ${out(i1("ge_u", get("at"), get("end")))}
      ${out(f1("gt", f1("sub", load("sent"), get("lastUsed")), one(BALANCE_IDLE_LIMIT_MS)))}
      ${out(i1("or", f1("gt", get("tickets"), one(FOLD_TICKETS)), f1("gt", get("pixels"), one(FOLD_PIXELS))))}
      ${set(
        "owed",
        f1(
          "add",
          f1(
            "max",
            f1("mul", f1("mul", load("estimates"), one(PIXEL_ESTIMATE_MULTIPLIER)), get("ratio")),
            one(1),
          ),
          f1("mul", get("pixels"), get("ratio")),
        ),
      )}
      ${set("missing", f1("sub", get("owed"), get("tickets")))}
      ${set("error", f1("mul", f1("add", get("owed"), get("tickets")), one(ERROR_PER_MAGNITUDE)))}
      ${out(
        `(i32.eqz ${i1(
          "or",
          f1("lt", get("missing"), f1("neg", get("error"))),
          f1(
            "gt",
            f1("abs", f1("sub", get("missing"), f1("nearest", get("missing")))),
            get("error"),
          ),
        )})`,
      )}
      ${set("bought", f1("max", f1("ceil", get("missing")), one(0)))}
      (f64.store ${offset("tickets")} ${get("at")} ${get("bought")})
      ${set("tickets", f1("add", get("tickets"), get("bought")))}
      ${set("pixels", f1("add", get("pixels"), load("pixels")))}
      ${set("lastUsed", load("end"))}
      ${set("at", i1("add", get("at"), word(8)))}
      (br $next)))
  ${keep("ownTickets", get("tickets"))}
  ${keep("ownPixels", get("pixels"))}
  ${keep("lastUsedMs", get("lastUsed"))}
  ${i1("shr_u", i1("sub", get("at"), get("begin")), word(3))})`;

/** All of them. */
export const SUMS = `${SUM}${MOST}${LATE}${ESTIMATES}${COMPARE}${CERTAIN}`;
