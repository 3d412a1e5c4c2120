/** The grammar of the AI families, and what holds of their outcomes. */
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import type { GeneratedFamily } from "./families.js";
import { count, float, int64, list, maybe, oddText, rational } from "./grammar.js";

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

/** The families about AI jobs. */
export const AI_FAMILIES: Readonly<Record<string, GeneratedFamily>> = {
  ai_session_pool: pool,
  ai_session_selector: selector,
  ai_request_loop: loop,
  ai_latency_score: latency,
  ai_worker_manager: workers,
};
