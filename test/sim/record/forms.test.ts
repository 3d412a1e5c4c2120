/** What is written is what nodes write, and is read again as what happened. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../../src/pool/books/events/decode.js";
import type { JobProcessed, PoolEvent } from "../../../src/pool/books/events/event.js";
import { JsonSplitter } from "../../../src/pool/books/events/json-splitter.js";
import { FORMS, type Form } from "../../../src/sim/record/form-names.js";
import { type NumberedEvent, numbered, textOf } from "../../../src/sim/record/forms.js";
import { goJson } from "../../../src/sim/record/go-json.js";
import type { PoolSource } from "../../../src/sim/record/recorded-event.js";
import { FEW_DAYS, recorded } from "../../support/books/recorded-month.js";

const SOURCE: PoolSource = { name: "fra", nodeType: "transcode", region: "eu-central" };
const JOB: JobProcessed = {
  identity: { form: "caller", id: "sim-7" },
  atMs: Date.UTC(2026, 1, 1, 10, 0, 7, 999),
  nodeType: "transcode",
  region: "eu-central",
  type: "job-processed",
  job: "transcode",
  address: "0x52908400098527886e0f7030069857d2e4169ee7",
  requestId: null,
  pipeline: "",
  modelId: "",
  computeUnits: 69_120_000n,
  pricePerComputeUnitWei: 500n,
  feesWei: 34_560_000_000n,
  durationMs: 2000n,
  responseTimeNs: 480_000_000n,
  realTimeRatio: 4n,
  renditions: null,
  round: null,
};

function one(event: PoolEvent): NumberedEvent {
  return { source: SOURCE, event, number: 12 };
}

describe("JSON as nodes write it", () => {
  it("is what JSON.stringify makes of sorted keys", () => {
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(sorted)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([key, member]) => [key, sorted(member)]),
            )
          : value;
    // Keys that are numbers come first in objects, whatever their order.
    const key = fc.string().filter((text) => !/^\d+$/.test(text) && text !== "__proto__");
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(key, key), (tree, texts) => {
        for (const [value, indent] of [
          [texts, 2],
          [[tree, texts], 0],
        ] as const) {
          if (/"\d+":|__proto__/.test(JSON.stringify(value))) continue;
          expect(JSON.parse(goJson(value, indent))).toEqual(JSON.parse(JSON.stringify(value)));
          const plain = JSON.stringify(sorted(value), null, indent);
          if (!/[<>&\u2028\u2029]/.test(plain)) expect(goJson(value, indent)).toBe(plain);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has whole numbers of any length, and no character that HTML minds", () => {
    expect(goJson({ b: 2n ** 255n, a: "<&>" })).toBe(
      `{"a":"\\u003c\\u0026\\u003e","b":${2n ** 255n}}`,
    );
  });
});

describe("A file", () => {
  it("of a bucket is indented by two, with sorted keys and whole seconds (E-7)", () => {
    expect(textOf("bucket", [one(JOB)])).toBe(`[
  {
    "DT": "2026-02-01T10:00:07Z",
    "EventType": "job-processed",
    "ID": "8fd3205f-e71b-4ffa-b347-046e457f3219",
    "NodeType": "transcode",
    "Payload": {
      "computeUnits": 69120000,
      "duration": 2000,
      "ethAddress": "0x52908400098527886E0F7030069857D2E4169EE7",
      "fees": 34560000000,
      "pricePerComputeUnit": 500,
      "realTimeRatio": 4,
      "responseTime": 480
    },
    "Region": "eu-central",
    "Version": 1
  }
]`);
  });

  it("of an answer has the event as a text, and no labels (E-20, E-22)", () => {
    const text = textOf("api", [one({ ...JOB, type: "reset", node: "orchestrator" } as PoolEvent)]);
    expect(text).toBe(
      String.raw`[{"ID":12,"Payload":"{\n  \"event_type\": \"orchestrator-reset\",\n  \"payload\": {}\n}","Version":1,"DT":"2026-02-01T10:00:07Z"}]`,
    );
  });

  it("has fees that wrapped in 64 bits, which are read as what they were (E-12)", () => {
    const computeUnits = 2n ** 60n;
    const job = { ...JOB, computeUnits, feesWei: 500n * computeUnits };
    expect(textOf("bucket", [one(job)])).toContain('"fees": 4611686018427387904,');
    expect(decoded("bucket", [one(job)])).toMatchObject([{ feesWei: 500n * computeUnits }]);
  });

  it.each(FORMS)("in the form %s is read again as what happened", (form) => {
    const events = numbered(recorded(FEW_DAYS, { aiPerDay: 40, restarts: 1 }).events);
    expect(new Set(events.map(({ event }) => event.type)).size).toBe(6);
    const again = decoded(form, events);
    const due = events.map(({ event }) => {
      const atMs = form === "poolsim" ? event.atMs : Math.floor(event.atMs / 1000) * 1000;
      return { ...event, identity: null, atMs };
    });
    expect(again.map((event) => ({ ...event, identity: null }))).toEqual(due);
    const ids = again.map(({ identity }) => identity.id);
    if (form !== "api") expect(new Set(ids).size).toBe(ids.length);
  });
});

it("IDs of a node's database begin with 1 whenever it starts", () => {
  const reset: PoolEvent = { ...JOB, type: "reset", node: "orchestrator" };
  const other = { ...SOURCE, name: "nyc" };
  const events = [reset, JOB, JOB, reset, JOB].map((event) => ({ source: SOURCE, event }));
  const counted = numbered([
    ...events.slice(0, 2),
    { source: other, event: reset },
    ...events.slice(2),
  ]);
  expect(counted.map(({ number }) => number)).toEqual([1, 2, 1, 3, 1, 2]);
});

function decoded(form: Form, events: readonly NumberedEvent[]): PoolEvent[] {
  return events.flatMap((one) => {
    const splitter = new JsonSplitter();
    const pieces = [...splitter.push(Buffer.from(textOf(form, [one]))), ...splitter.end()];
    const { nodeType, region } = one.source;
    return pieces.map(({ raw }) => decodeEvent(raw, form === "api" ? { nodeType, region } : {}));
  });
}
