/** The grammar of the AI families and of today's discovery, and what holds of their outcomes. */
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import type { GeneratedFamily } from "./families.js";
import { count, float, int64, integer, list, maybe, name, oddText, rational } from "./grammar.js";

const uri = fc.constantFrom("o0", "o1", "o2", "__proto__", "constructor", "");
const id = fc
  .tuple(uri, fc.integer({ min: 1, max: 4 }))
  .map(([where, number]) => `${where}.${number}`);
const ids = fc.array(id, { maxLength: 4 }).map((all) => all.join(" "));
const picks = maybe(fc.array(fc.integer({ min: -3, max: 50 }), { maxLength: 22 }));
const ms = fc.oneof(fc.nat(1_000), fc.constantFrom(0, 2 ** 40, 600_000, 0.25));

/** `selector|in use|map`, each ids with blanks between. */
function parts(pool: string): readonly string[][] {
  return pool.split("|").map((part) => (part === "" ? [] : part.split(" ")));
}

/** Each URI is mapped once. */
function expectOneEach(pool: string): void {
  const uris = (parts(pool)[2] ?? []).map((one) => one.slice(0, one.lastIndexOf(".")));
  expect(new Set(uris).size).toBe(uris.length);
}

const pool: GeneratedFamily = {
  inputs: fc.record({
    group: fc.constant("generated"),
    selector: fc.constantFrom("latencyScore", "initialLatency"),
    penalty: count,
    ops: list(
      fc.oneof(
        fc.record({ op: fc.constant("add"), sessions: list(fc.record({ id, ms }), 5) }),
        fc.record({ op: fc.constant("clear"), ids: maybe(ids) }),
        { weight: 4, arbitrary: fc.record({ op: fc.constant("select"), picks }) },
        fc.record({ op: fc.constant("complete"), id, latencyScore: maybe(float) }),
        fc.record({ op: fc.constant("remove"), id }),
        fc.record({ op: fc.constant("signalRefresh"), n: maybe(fc.integer({ min: -1, max: 9 })) }),
        fc.record({ op: fc.constant("suspended"), uri }),
      ),
      30,
    ),
  }),
  law: "who is selected has its URI in the map and is in use; each URI has one entry",
  holds: (
    _given,
    { steps }: { steps: readonly { selected?: string | null; state?: { pool: string } }[] },
  ) => {
    for (const { selected, state } of steps) {
      if (state === undefined) continue;
      expectOneEach(state.pool);
      const [, inUse = [], mapped = []] = parts(state.pool);
      if (!selected) continue;
      expect(inUse).toContain(selected);
      const where = selected.slice(0, selected.lastIndexOf("."));
      expect(mapped.map((one) => one.slice(0, one.lastIndexOf(".")))).toContain(where);
    }
  },
};

const answer = fc.record({
  uri,
  ms,
  model: fc.constantFrom("warm", "warm", "cold", "otherModel", "noCapability", "noConstraints"),
  noAuthToken: maybe(fc.boolean()),
  recipient: maybe(fc.integer({ min: 1, max: 4 })),
  price: maybe(fc.tuple(fc.integer({ min: -2, max: 60 }), fc.integer({ min: -1, max: 3 }))),
});
const plainAnswer = fc.record({ uri, ms, model: fc.constantFrom("warm", "warm", "cold") });
const answers = (one: Arbitrary<unknown>) => maybe(fc.array(one, { maxLength: 6 }));

const selector: GeneratedFamily = {
  inputs: fc.record({
    group: fc.constant("generated"),
    live: fc.boolean(),
    onchain: fc.boolean(),
    poolSize: count,
    ttlMs: ms,
    first: answers(plainAnswer),
    maxPrice: maybe(rational),
    modelMaxPrice: maybe(rational),
    capabilityDefaultMaxPrice: maybe(rational),
    ignoreMaxPriceIfNeeded: maybe(fc.boolean()),
    ops: list(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            op: fc.constant("select"),
            discovery: answers(answer),
            picks,
            prefer: maybe(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })),
          }),
        },
        fc.record({
          op: fc.constantFrom("complete", "remove"),
          id,
          warm: fc.boolean(),
          latencyScore: maybe(float),
        }),
        fc.record({
          op: fc.constant("removeMany"),
          sessions: maybe(fc.constantFrom("", "o0.1/warm", "o1.1/cold o0.2/warm")),
        }),
        fc.record({ op: fc.constant("refresh"), discovery: answers(answer) }),
        fc.record({ op: fc.constant("advance"), ms }),
        fc.record({ op: fc.constant("poolSize"), n: count }),
      ),
      20,
    ),
  }),
  law: "the number of refreshes never falls; each URI has one entry in each pool",
  holds: (
    _given,
    out: {
      state?: { count: number };
      steps?: readonly { state?: { warm: string; cold: string; count: number } }[];
    },
  ) => {
    let before = out.state?.count ?? 0;
    for (const { state } of out.steps ?? []) {
      if (state === undefined) continue;
      expect(state.count).toBeGreaterThanOrEqual(before);
      before = state.count;
      expectOneEach(state.warm);
      expectOneEach(state.cold);
    }
  },
};

const submit = fc.record({
  ms: maybe(fc.oneof(fc.nat(900), fc.constantFrom(0, 2_000, 1e7))),
  error: maybe(
    fc.oneof(
      fc.constantFrom(
        "TICKETPARAMS EXPIRED",
        "x Invalid Ticket SenderNonce",
        "\u0130nsufficient capacity",
        "returned 400",
        "returned 400 \u0085",
        "boom",
      ),
      oddText,
    ),
  ),
  kind: maybe(fc.constantFrom("audioDuration", "badRequest")),
});

const loop: GeneratedFamily = {
  inputs: fc.record({
    group: fc.constant("generated"),
    live: fc.boolean(),
    discovery: answers(answer),
    poolSize: count,
    retryTimeoutMs: fc.constantFrom(2_000, 0, -1, 1, 90_061_500),
    refreshFails: maybe(fc.constantFrom("", "o0", "o1 o2")),
    requests: list(
      fc.record({
        results: maybe(
          fc.dictionary(uri, maybe(fc.array(submit, { maxLength: 3 })), { noNullPrototype: true }),
        ),
        orchestrator: maybe(fc.constantFrom("o", "o1", "", "nope")),
        picks,
      }),
      4,
    ),
  }),
  law: "a request ends, after at most 20 tries, with an answer that says how",
  holds: (
    _given,
    { requests }: { requests: readonly { submitted: string; result: string; nowMs: number }[] },
  ) => {
    let before = 0;
    for (const { submitted, result, nowMs } of requests) {
      expect(result).not.toBe("pending");
      expect(submitted.split(" ").length).toBeLessThanOrEqual(20);
      expect(nowMs).toBeGreaterThanOrEqual(before);
      before = nowMs;
    }
  },
};

const pipeline = fc.constantFrom(
  "text-to-image",
  "image-to-image",
  "image-to-video",
  "upscale",
  "audio-to-text",
  "llm",
  "live-video-to-video",
  "no-such",
  "__proto__",
  "",
);
const lightning = fc
  .tuple(
    fc.constantFrom("ByteDance/SDXL-Lightning", "ByteDance/SDXL-Lightnin", "x"),
    fc.constantFrom(
      "",
      "_4step",
      "_0step",
      "_99999999999999999999step",
      "_9223372036854775808step",
    ),
  )
  .map((all) => all.join(""));

const latency: GeneratedFamily = {
  inputs: fc.record({
    pipeline,
    tookNs: maybe(int64),
    units: maybe(int64),
    model: maybe(fc.oneof(lightning, oddText)),
    steps: maybe(count),
  }),
  law: "no units score 0; a time above 0 scores no less than 0",
  holds: (
    { units, tookNs }: { units: string | null; tookNs: string | null },
    { score }: { score: number },
  ) => {
    if (BigInt(units ?? 0) <= 0n) expect(score).toBe(0);
    else if (BigInt(tookNs ?? 0) >= 0n) expect(score).toBeGreaterThanOrEqual(0);
    expect(score).not.toBeNaN();
  },
};

const model = fc.constantFrom("m1", "m2", "__proto__", "");
const request = fc.constantFrom("r1", "r2", "r3", "__proto__");
const worker = fc.constantFrom("w0", "w1", "w2", "w9");
const workers: GeneratedFamily = {
  inputs: fc
    .record({
      group: fc.constant("generated"),
      ops: fc.array(
        fc.oneof(
          {
            weight: 2,
            arbitrary: fc.record({
              op: fc.constant("register"),
              addr: maybe(fc.constantFrom("10.0.0.1", "10.0.0.2")),
              caps: list(fc.tuple(pipeline, model, count), 4),
            }),
          },
          fc.record({ op: fc.constant("disconnect"), id: worker }),
          {
            weight: 3,
            arbitrary: fc.record({
              op: fc.constantFrom("select", "select", "complete"),
              request,
              pipeline,
              model,
            }),
          },
          fc.record({ op: fc.constant("hasCapacity"), pipeline, model }),
          fc.record({
            op: fc.constant("check"),
            id: request,
            pipeline,
            model,
            localWorker: fc.boolean(),
          }),
          fc.record({ op: fc.constant("release"), check: request }),
        ),
        { maxLength: 25 },
      ),
    })
    .map(({ group, ops }) => {
      let registered = 0;
      const numbered = ops.map((one) =>
        one.op === "register" ? { ...one, id: `w${registered++}` } : one,
      );
      return { group, ops: numbered };
    }),
  law: "who gets a request is live and holds it; no such worker, no request",
  holds: (
    _given,
    {
      steps,
    }: {
      steps: readonly {
        worker?: string | null;
        error?: string;
        state?: { live: string; requests: string };
      }[];
    },
  ) => {
    for (const { worker: chosen, error, state } of steps) {
      if (chosen === undefined || state === undefined) continue;
      if (chosen === null) expect(error).toMatch(/^no workers /);
      else {
        expect(state.live.split(" ")).toContain(chosen);
        expect(state.requests).toContain(`=${chosen}`);
      }
    }
  },
};

const currency = fc.constantFrom("", "wei", "ETH", "usd", "USD", "eur", "stra\u00dfe", "W\u0130");
const feed = maybe(
  fc.record({
    base: fc.constantFrom("ETH", "eth", "USD", "STRASSE", ""),
    quote: fc.constantFrom("ETH", "usd", "BTC", ""),
    price: rational,
    descriptionError: maybe(fc.constant("no")),
    currentError: maybe(fc.constant("no")),
  }),
);
const number = fc.oneof(
  fc.constantFrom("0", "-0", "1e3", "1E-400", "1e1000001", "01", "1.", "null", '"1"', "{}", "1_0"),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$/),
);
const field = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "price_per_unit",
        "PIXELS_PER_UNIT",
        "price_per_un\u0131t",
        "pixel\u017f_per_unit",
      ),
      number,
    )
    .map(([key, text]) => `"${key}":${text}`),
  fc
    .tuple(
      fc.constantFrom("pipeline", "model_id", "currency", "Pipeline", "extra"),
      fc.constantFrom('"text-to-image"', '"llm"', '"m1"', '"usd"', '""', "null", "7", '"unused"'),
    )
    .map(([key, text]) => `"${key}":${text}`),
);
const entry = fc.oneof(
  { weight: 8, arbitrary: fc.array(field, { maxLength: 6 }).map((all) => `{${all.join(",")}}`) },
  { weight: 1, arbitrary: fc.constantFrom("null", "[]", "1") },
);
const entries = fc
  .tuple(
    fc.constantFrom("capabilities_prices", "CAPABILITIES_PRICES", "other"),
    fc.array(entry, { maxLength: 3 }).map((all) => `[${all.join(",")}]`),
  )
  .map(([key, all]) => `"${key}":${all}`);
const prices: GeneratedFamily = {
  inputs: fc.oneof(
    fc.record({
      fn: fc.constant("parsePricePerUnit"),
      text: maybe(fc.oneof(oddText, fc.stringMatching(/^[0-9]{0,3}\.?[0-9]{0,3}[A-z]{0,3}$/))),
    }),
    fc.record({
      fn: fc.constant("autoConvertedPrice"),
      currency: maybe(currency),
      basePrice: maybe(rational),
      feed,
      updates: maybe(fc.array(rational, { maxLength: 3 })),
    }),
    fc.record({
      fn: fc.constant("computePriceData"),
      answer: maybe(integer),
      decimals: fc.oneof(count, fc.constantFrom(18, 255, 256, 0.5)),
    }),
    fc.record({
      fn: fc.constant("startup"),
      maxPricePerCapability: maybe(
        fc.oneof(
          fc.array(entries, { maxLength: 2 }).map((all) => `{${all.join(",")}}`),
          fc.constantFrom("null", "[]", "{", "1"),
        ),
      ),
      maxPricePerUnit: maybe(fc.constantFrom("0", "25", "1.5eth", "5usd", "-1", "1e3")),
      pixelsPerUnit: maybe(
        fc.constantFrom("1", "1e3", "0x10", "4/2", "1_000", "0", "-1", "1.5", "", "1e-1", "0b1p3"),
      ),
      feed,
    }),
  ),
  law: "a fraction is in lowest terms; what is fatal leaves no prices",
  holds: (
    _given,
    out: { price?: string; value?: string; fatal?: string | null; maxPrices?: object },
  ) => {
    for (const text of [out.price, out.value]) {
      if (text !== undefined) expect(text).toMatch(/^-?\d+\/[1-9]\d*$/);
    }
    if ("fatal" in out) expect(out.maxPrices === undefined).toBe(out.fatal !== null);
  },
};

const where = fc.constantFrom(
  "https://a:1",
  "https://a:1/",
  "http://b",
  "/c",
  "not a url",
  "",
  "d:1",
);
const runner = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        url: fc.constantFrom("https://r1", "https://r2", ""),
        app: fc.constantFrom("x", "llm/m1", " ", "é"),
        metadata: fc.constantFrom("", "\ufffd", "m".repeat(1025), "ok"),
        capacity: fc.integer({ min: -1, max: 3 }),
        price_info: fc.record({
          price: fc.constantFrom<unknown>(1, "2", 0.5, -1, null, 1e300, "1e999"),
          currency: fc.constantFrom("wei", " WEI ", "usd"),
          unit: fc.constantFrom("seconds", "Fixed", "hour"),
        }),
        gpu: fc.constantFrom(null, { id: "0", vram_mb: 1 }),
      })
      .map((one) => one as unknown),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1, { url: 5 }, { capacity: 1.5 }) },
);
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.record({ address: where, runners: fc.array(runner, { maxLength: 3 }) }), {
        maxLength: 3,
      })
      .map((all) => JSON.stringify(all)),
  },
  { weight: 1, arbitrary: fc.oneof(oddText, fc.constantFrom("null", "[null]", "[1]", "{}")) },
);
const small = fc.integer({ min: -1, max: 40 });
const remote: GeneratedFamily = {
  inputs: fc.record({
    group: fc.constant("generated"),
    intervalMs: count,
    maxPrice: maybe(rational),
    capabilityMaxPrices: maybe(
      fc.dictionary(fc.constantFrom("27/m1", "33/default", "35/m1"), rational, {
        noNullPrototype: true,
      }),
    ),
    ops: list(
      fc.oneof(
        fc.record({
          op: fc.constant("polled"),
          orchs: list(
            fc.record({
              uri: maybe(where),
              models: maybe(
                fc.array(fc.tuple(fc.constantFrom(27, 33, 35, 99, -1, 0), name), { maxLength: 4 }),
              ),
              priceInfo: maybe(fc.tuple(int64, small.map(String))),
              capabilitiesPrices: maybe(
                fc.array(fc.tuple(fc.constantFrom(27, 33), name, small, small), { maxLength: 3 }),
              ),
              discovery: maybe(body),
            }),
            3,
          ),
        }),
        fc.record({ op: fc.constant("advance"), ms }),
        fc.record({
          op: fc.constant("query"),
          caps: list(fc.constantFrom("text-to-image/a", "x", "", "__proto__", "llm/m1"), 3),
        }),
      ),
      8,
    ),
  }),
  law: "each orchestrator once, with keys in order, among them those of a runner that is shown",
  holds: (
    _given,
    {
      steps,
    }: {
      steps: readonly {
        entries?: readonly { address: string; capabilities: string[]; runners?: string[] }[];
      }[];
    },
  ) => {
    for (const { entries: told = [] } of steps) {
      expect(new Set(told.map(({ address }) => address)).size).toBe(told.length);
      for (const { capabilities, runners = [] } of told) {
        expect(capabilities.length).toBeGreaterThan(0);
        for (const shown of runners) {
          const app = shown.slice(shown.indexOf(" ") + 1).replace(/ -?\d+\/-?\d+ v.*$/, "");
          expect(capabilities).toContain(app);
        }
      }
    }
  },
};

/** The families about AI jobs and today's discovery. */
export const AI_FAMILIES: Readonly<Record<string, GeneratedFamily>> = {
  ai_session_pool: pool,
  ai_session_selector: selector,
  ai_request_loop: loop,
  ai_latency_score: latency,
  ai_worker_manager: workers,
  max_price_per_capability: prices,
  remote_discovery: remote,
};
