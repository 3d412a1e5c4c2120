/** The grammar of today's discovery, maximum prices and runners, and what holds of their outcomes. */
import fc from "fast-check";
import { expect } from "vitest";
import type { GeneratedFamily } from "./families.js";
import { count, int64, integer, list, maybe, name, oddText, rational } from "./grammar.js";

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
        fc.record({ op: fc.constant("advance"), ms: fc.nat(2_000_000) }),
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

/** The families of max_price_per_capability.json and remote_discovery.json. */
export const TODAY_FAMILIES: Readonly<Record<string, GeneratedFamily>> = {
  max_price_per_capability: prices,
  remote_discovery: remote,
};
