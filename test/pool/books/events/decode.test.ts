/** One event that can't be read is a reason, never a failure that holds the others back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/core/errors.js";
import { decodeEvent } from "../../../../src/pool/books/events/decode.js";
import {
  ALICE,
  api,
  bucket,
  list,
  received,
  redeemed,
  transcode,
} from "../../../support/books/events.js";

/** Why a text is no event; undefined if it is one. */
function reasonOf(text: string | Uint8Array): string | undefined {
  try {
    decodeEvent(Buffer.from(text));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof Error ? error.message : undefined;
  }
}

/** Why a job is no event whose envelope is so. */
const reasonOfJob = (envelope: object) =>
  reasonOf(list({ ...transcode(ALICE, 8n), ...envelope }).slice(1, -1));

/** The text of a job with something else in place of its fees. */
const withFees = (fees: string) => {
  return list(transcode(ALICE, 8n)).slice(1, -1).replace('"fees":8', `"fees":${fees}`);
};

describe("The reason says what was found", () => {
  it.each([
    ["1.5", "found 1.5"],
    ['"1,000"', 'found "1,000"'],
    ["1e90", `found 1${"0".repeat(79)}`],
    ["[1.5, 12345678901234567890]", "found a list"],
    ['{"wei": 12345678901234567890}', "found an object"],
    ["true", "found true"],
    ["null", "found null"],
  ])("for fees of %s", (fees, found) => {
    const reason = reasonOf(withFees(fees));
    expect(reason).toMatch(/^fees: expected a whole number of -2\^63 … 2\^256 - 1, /);
    expect(reason?.endsWith(found)).toBe(true);
  });

  it("for values nested deeper than any stack", () => {
    const deep = "[".repeat(400_000) + "]".repeat(400_000);
    expect(reasonOf(withFees(deep))).toMatch(/found a list$/);
    expect(reasonOf(`{"EventType": "x", "Version": ${deep}}`)).toBe(
      "version a list is unknown, expected 1",
    );
  });

  it("in one line without control characters, and without the words of the JSON parser", () => {
    expect(reasonOf("{\0\0")).toMatch(/^it is no JSON(?: at position 1)?$/);
    expect(reasonOf(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe("it is not UTF-8");
  });
});

describe("Text that a database or a terminal would change is refused", () => {
  it.each([
    ["half a surrogate pair", "eu\ud800"],
    ["a zero byte", "eu\0"],
    ["an escape sequence", "eu\x1b[2J"],
    ["letters that turn the line around", "eu\u202e"],
    ["letters that nobody sees", "eu\u200b"],
    ["a separator of lines", "eu\u2028west"],
    ["nothing but a space", " "],
    ["a colon, which parts accounts' names", "eu:west"],
  ])("as a region: %s", (_, Region) => {
    expect(reasonOfJob({ Region })).toMatch(/^Region: expected /);
  });

  it("but letters of any language are a region", () => {
    expect(reasonOfJob({ Region: "東京 é" })).toBeUndefined();
  });

  it.each(["r\ud800", "r\0"])("as a request: %j", (id) => {
    expect(reasonOf(JSON.stringify(received(id, ALICE)))).toMatch(/^requestID: expected text/);
  });
});

describe("A time is a real one", () => {
  it.each([
    "2026-02-29T10:00:00Z",
    "2026-02-31T10:00:00Z",
    "2026-04-31T23:59:59+02:00",
    "2026-13-01T10:00:00Z",
    "2026-02-01T25:00:00Z",
    "2026-02-01T10:00:00",
    "1969-12-31T23:59:59Z",
  ])("not %s", (DT) => {
    expect(reasonOfJob({ DT })).toBe(`DT: expected a time as RFC 3339, found "${DT}"`);
  });

  it.each(["2024-02-29T10:00:00Z", "2026-01-31T23:30:00-05:00", "2026-12-31T23:59:59.999999999Z"])(
    "but %s",
    (DT) => expect(reasonOfJob({ DT })).toBeUndefined(),
  );
});

it("Whatever stands in place of a value, it is an event or a reason", () => {
  const events = [
    transcode(ALICE, 8n),
    received("r", ALICE),
    JSON.parse(redeemed("50", `0x${"1".repeat(64)}`)),
    bucket("worker-connected", { ethAddress: ALICE, connection: "10.0.0.1:1" }),
    api(1, transcode(ALICE, 8n)),
    { id: "a", atMs: 1, type: "reset", node: "node", region: "eu" },
  ].map((event) => JSON.stringify(event));
  const odd = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.bigInt().map(String),
    fc.constantFrom(
      '{"toString": 1}',
      '{"__proto__": 1.5}',
      "[[1e400]]",
      "1e-399",
      "1.5e-399",
      "-0",
      '"\\u0000"',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...events), fc.nat(), odd, (text, nth, value) => {
      const places = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|[\d.]+)/g)];
      const place = places[nth % places.length];
      const [at, length] = [(place?.index ?? 0) + 1, (place?.[1] ?? "").length];
      reasonOf(text.slice(0, at) + value + text.slice(at + length));
    }),
    { numRuns: 500 },
  );
});
