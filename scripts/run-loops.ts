/**
 * Which of a stream's next segments can be known ahead, as WebAssembly text: the loop of
 * `src/sim/model/at-once/plain-run-loops.ts` for two segments at a time, with its very operations in their order.
 */
import { SESSION_IDLE_MS } from "../src/pool/index.js";
import {
  AUTH_TOKEN_REFRESH_WINDOW_MS,
  latencyScore,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  uploadTimeoutMs,
  wholeTimeoutMs,
} from "../src/selection/index.js";
import {
  BLOCK,
  DRAWN,
  KNOWN,
  type KnownName,
  LIST_STEP,
  LISTS,
  type ListName,
  TERMS_KEPT_MS,
  TERMS_SPARE_MS,
} from "../src/sim/model/at-once/run-lists.js";
import { DRAW, PER_SEGMENT } from "../src/sim/model/draws.js";
import { CONNECTION_IDLE_MS } from "../src/sim/model/segment/connections.js";
import {
  add,
  bits,
  type Code,
  f1,
  f2,
  get,
  i1,
  middle,
  mul,
  one,
  set,
  sub,
  TAILS_AT,
  two,
  word,
} from "./wasm-text.js";

/** The duration up to which a segment's time is judged by a least one (T-22). */
const LEAST_DURATION_MS = 3_000 / latencyScore(3_000, 0);
const MS_PER_S = 1_000;
/** A duration so long that no least limit counts. */
const LONG_MS = 2 ** 30;

/** A limit of at least so much, and so much for each ms of the segment (T-15). */
const limit = (limitMs: (durationMs: number) => number): Code =>
  f2("pmax", two(limitMs(0)), mul(two(limitMs(LONG_MS) / LONG_MS), get("duration")));

const seconds = (ms: Code): Code => f2("div", ms, two(MS_PER_S));
const both = (name: KnownName): Code =>
  `(v128.load64_splat offset=${8 * KNOWN[name]} ${get("known")})`;
const known = (name: KnownName): Code => `(f64.load offset=${8 * KNOWN[name]} ${get("known")})`;
/** Where a list is, from the first one on. */
const offset = (list: ListName, further = 0): string =>
  `offset=${LIST_STEP * LISTS[list] + 8 * further}`;
const load = (list: ListName): Code => `(v128.load ${offset(list)} ${get("at")})`;
const store = (list: ListName, value: Code): Code =>
  `(v128.store ${offset(list)} ${get("at")} ${value})`;
const pair = (a: Code, b: Code): Code => `(f64x2.replace_lane 1 ${f2("splat", a)} ${b})`;

/** The address of a list's numbers of the block's segments. */
const block = (list: ListName, further = 0): Code =>
  i1("add", get("at"), word(LIST_STEP * LISTS[list] + 8 * further));
/** The index of a draw of the block's first segment. */
const drawOf = (quantity: Code): Code =>
  i1("add", i1("add", get("attempts"), quantity), i1("mul", get("first"), word(PER_SEGMENT)));
const isDrawn = (what: number): Code => i1("and", get("drawn"), word(what));

/** A quantity that is drawn for each segment of a block. */
interface Drawn {
  /** Its list from the block's first segment on. */
  readonly at: Code;
  readonly mu: Code;
  readonly sigma: Code;
  /** Index of the first draw, and from one to the next. */
  readonly index: Code;
  readonly step: number;
  /** Whether it is drawn for this stream; it always is without. */
  readonly isDrawn?: Code;
}

/** The lognormal ones. */
const DRAWN_QUANTITIES: readonly Drawn[] = [
  {
    at: block("durations", 1),
    mu: known("durationMu"),
    sigma: known("durationSigma"),
    index: i1("add", get("durations"), get("first")),
    step: 1,
  },
  {
    at: block("networks"),
    mu: known("networkMu"),
    sigma: known("networkSigma"),
    index: drawOf(word(DRAW.network)),
    step: PER_SEGMENT,
  },
  {
    at: block("prepares"),
    mu: known("prepareMu"),
    sigma: known("prepareSigma"),
    index: drawOf(word(DRAW.prepare)),
    step: PER_SEGMENT,
    isDrawn: isDrawn(DRAWN.prepares),
  },
  {
    at: block("works"),
    mu: known("workMu"),
    sigma: known("workSigma"),
    index: drawOf(word(DRAW.work)),
    step: PER_SEGMENT,
    isDrawn: isDrawn(DRAWN.works),
  },
];

const ofDrawn = (code: (drawn: Drawn) => Code): Code =>
  DRAWN_QUANTITIES.map((drawn) =>
    drawn.isDrawn === undefined ? code(drawn) : `(if ${drawn.isDrawn} (then ${code(drawn)}))`,
  ).join("\n    ");

/**
 * All draws of a block. The tails of all quantities wait together: of one there are two or three, and each
 * takes as long as a processor can look ahead.
 */
const DRAWS = `
    (call $uniforms ${block("failures")} ${get("size")}
      ${get("k0")} ${get("k1")} ${drawOf(get("failures"))} ${word(PER_SEGMENT)})
    ${set("tail", word(TAILS_AT))}
    ${ofDrawn(
      ({ at, sigma, index, step }) => `
      (call $uniforms ${at} ${get("size")} ${get("k0")} ${get("k1")} ${index} ${word(step)})
      (if ${f1("ne", sigma, one(0))} (then
        ${set("tail", `(call $centers ${at} ${get("size")} ${get("tail")})`)}))`,
    )}
    (call $tails ${get("tail")})
    ${ofDrawn(({ at, mu, sigma }) => `(call $exponentials ${at} ${get("size")} ${mu} ${sigma})`)}
    (call $exact ${block("durations", 1)} ${get("size")})`;

/** What is asked of the segment before each, too. */
const BEFORE = ["duration", "sent", "done", "end", "over"];

/** When two segments are where. */
const TIMES = `
      ${set("duration", load("durations"))}
      ${set("after", f1("add", get("next"), `(f64.load ${offset("durations", 1)} ${get("at")})`))}
      ${set("ready", pair(get("next"), get("after")))}
      ${set("next", f1("add", get("after"), `(f64.load ${offset("durations", 2)} ${get("at")})`))}
      ${set("following", pair(get("after"), get("next")))}
      ${set("exchange", mul(mul(both("factor"), load("networks")), both("slowness")))}
      ${set("headers", mul(both("upMs"), get("exchange")))}
      ${set("sent", get("ready"))}
      (if ${isDrawn(DRAWN.prepares)} (then ${set("sent", add(get("ready"), load("prepares")))}))
      ${set("arrived", add(get("sent"), get("headers")))}
      (if ${isDrawn(DRAWN.works)}
        (then ${set("done", mul(load("works"), both("workFactor")))})
        (else ${set("done", mul(both("workMs"), get("exchange")))}))
      ${set("done", add(get("arrived"), get("done")))}
      ${set("end", add(get("done"), mul(both("tailMs"), get("exchange"))))}
      ${set("download", mul(both("downMs"), get("exchange")))}
      ${set("over", add(get("end"), get("download")))}
      ${set("took", sub(get("end"), get("sent")))}
      ${set("score", f2("div", seconds(get("took")), seconds(f2("pmax", two(LEAST_DURATION_MS), get("duration")))))}
      ${BEFORE.map((name) => set(`${name}Before`, middle(get(`${name}Before`), get(name)))).join("\n      ")}`;

const all = (conditions: readonly Code[]): Code =>
  conditions.reduce((both, holds) => bits("and", both, holds));

/** What is asked of each segment for itself: the conditions of the plain loop, turned round. */
const ALONE = all([
  f2("lt", get("ready"), both("untilMs")),
  f2("lt", get("over"), both("untilMs")),
  f2("gt", get("score"), two(0)),
  f2("le", get("score"), two(1)),
  f2("lt", get("arrived"), add(get("doneBefore"), two(SESSION_IDLE_MS))),
  f2("le", get("headers"), limit(uploadTimeoutMs)),
  f2("le", get("end"), add(get("sent"), limit(wholeTimeoutMs))),
  f2("le", get("download"), two(RENDITION_DOWNLOAD_TIMEOUT_MS)),
  f2(
    "le",
    sub(get("sent"), f2("pmax", both("usedMs"), get("sentBefore"))),
    two(CONNECTION_IDLE_MS),
  ),
  f2("ge", load("failures"), both("failure")),
  f2("ge", sub(both("renewMs"), get("ready")), two(AUTH_TOKEN_REFRESH_WINDOW_MS)),
  f2("gt", f2("pmax", both("termsMs"), add(get("sentBefore"), two(TERMS_KEPT_MS))), get("ready")),
]);

/** Of each: the one before is over when it is ready. */
const APART = f2("lt", get("overBefore"), get("ready"));

/** Of each: it goes the same way while the one before is being downloaded. */
const FOLLOWS = all([
  f2("lt", get("doneBefore"), get("arrived")),
  f2("lt", get("endBefore"), get("sent")),
  f2("lt", get("overBefore"), get("over")),
  f2("lt", get("overBefore"), get("following")),
  f2("lt", get("duration"), two(TERMS_SPARE_MS)),
  f2(
    "lt",
    sub(get("ready"), get("sentBefore")),
    bits("bitselect", two(1500), get("durationBefore"), f2("le", get("durationBefore"), two(1000))),
  ),
]);

const mask = (value: Code): Code => `(i64x2.bitmask ${value})`;
const isSet = (name: string, bit: 1 | 2): Code => i1("and", get(name), word(bit));
/** The place of the first of the two. */
const PLACE = i1("shr_u", i1("sub", get("at"), get("begin")), word(3));

/** Two of which some is not apart from its neighbours, or cannot be known ahead. */
const ONE_BY_ONE = `
        ${set("clear", mask(f2("lt", get("over"), get("following"))))}
        ${set("holds", mask(bits("and", get("alone"), bits("or", APART, FOLLOWS))))}
        (if (i32.eqz ${isSet("holds", 1)}) (then (return ${get("passed")})))
        (if ${isSet("clear", 1)} (then ${set("passed", i1("add", PLACE, word(1)))}))
        (if (i32.eqz ${isSet("holds", 2)}) (then (return ${get("passed")})))
        (if ${i1("lt_u", i1("add", PLACE, word(1)), get("count"))} (then
          (if ${isSet("clear", 2)} (then ${set("passed", i1("add", PLACE, word(2)))}))))`;

const RESULTS = `
      ${store("ready", get("ready"))}
      ${store("sent", get("sent"))}
      ${store("done", get("done"))}
      ${store("end", get("end"))}
      ${store("over", get("over"))}
      ${store("scores", get("score"))}
      ${store("roundTrips", add(get("took"), get("download")))}
      ${store("works", sub(get("done"), get("arrived")))}`;

const VECTORS = [
  ...["ready", "following", "exchange", "headers", "arrived", "download", "took", "score", "alone"],
  ...BEFORE.flatMap((name) => [name, `${name}Before`]),
];

/** Draws for a block of segments after the other and decides, until one cannot be known ahead. */
export const DECIDE = `
(func (export "decide") (param $at i32) (param $count i32) (param $known i32) (param $drawn i32)
  (param $k0 i32) (param $k1 i32) (param $durations i32) (param $attempts i32) (param $failures i32)
  (result i32)
  (local $first i32) (local $size i32) (local $stop i32) (local $begin i32) (local $holds i32) (local $clear i32)
  (local $passed i32) (local $tail i32) (local $next f64) (local $after f64)
  ${VECTORS.map((name) => `(local $${name} v128)`).join(" ")}
  ${set("begin", get("at"))}
  ${set("next", known("readyMs"))}
  ${BEFORE.map((name) => set(`${name}Before`, f2("splat", "(f64.const -inf)"))).join("\n  ")}
  ${set("doneBefore", both("lastEndMs"))}
  (loop $blocks
    ${set("size", i1("sub", get("count"), get("first")))}
    (if ${i1("gt_u", get("size"), word(BLOCK))} (then ${set("size", word(BLOCK))}))
    ${DRAWS}
    ${set("first", i1("add", get("first"), get("size")))}
    ${set("stop", i1("add", get("at"), i1("shl", get("size"), word(3))))}
    (loop $pairs
      ${TIMES}
      ${RESULTS}
      ${set("alone", ALONE)}
      (if ${i1("eq", mask(all([get("alone"), APART, f2("lt", get("over"), get("following"))])), word(3))}
        (then ${set("passed", i1("add", PLACE, word(2)))})
        (else ${ONE_BY_ONE}))
      ${BEFORE.map((name) => set(`${name}Before`, get(name))).join("\n      ")}
      ${set("at", i1("add", get("at"), word(16)))}
      (br_if $pairs ${i1("lt_u", get("at"), get("stop"))}))
    (br_if $blocks ${i1("lt_u", get("first"), get("count"))}))
  (select ${get("passed")} ${get("count")} ${i1("lt_u", get("passed"), get("count"))}))`;
