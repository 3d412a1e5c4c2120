import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFloat32 } from "../../../../src/discovery/sources/webhook/float32.js";
import { parseWebhookList } from "../../../../src/discovery/sources/webhook/webhook-list.js";

const scores = (body: string | Uint8Array) =>
  parseWebhookList(body).endpoints.map(({ host, score }) => [host, score]);
const refused = expect.objectContaining({ code: "WEBHOOK_JSON" });

describe("W-17: JSON as Go decodes it", () => {
  it.each([
    ['[{"ADDRE\\u0053S":"https://a","ſcore":1}]', [["a", 1]]],
    ['[{"address":"https://a","Address":"https://b"}]', [["b", 0]]],
    ['[{"address":"https://a","address":null,"score":1,"score":null}]', [["a", 1]]],
    ['[{"address":"https://a","scores":"x","x":{"address":[1e999]}}]', [["a", 0]]],
    ['[ null , {"address" : "https://a" , "score" : -0.5 } ] ', [["a", -0.5]]],
    ['[{"address":"https://a\\ud800"}]', [["a\uFFFD", 0]]],
    ['[{"address":"https://\\ud83d\\ude00"}]', [["\u{1F600}", 0]]],
    ['[{"x":"]}\\"","address":"https://a"}]', [["a", 0]]],
  ])("%s", (body, expected) => {
    expect(scores(body)).toEqual(expected);
  });

  it.each([
    "[{}]]",
    "{}",
    '[{"address":{}}]',
    '[{"address":"https://a","score":"1"}]',
    '[{"address":1,"address":"https://a"}]',
    '[{"score":1e39}]',
    '[{"score":-3.40282357e38}]',
    '[{"score":01}]',
    '[{"address":"\u0001"}]',
    "\uFEFF[]",
    `${"[".repeat(10_001)}${"]".repeat(10_001)}`,
  ])("refuses %.40s", (body) => {
    expect(() => parseWebhookList(body)).toThrow(refused);
  });

  it("allows unknown values down to 10,000 levels", () => {
    const deep = `[{"address":"https://a","x":${"[".repeat(9_998)}${"]".repeat(9_998)}}]`;
    expect(scores(deep)).toEqual([["a", 0]]);
  });

  it("replaces every byte that is not UTF-8 by U+FFFD of its own", () => {
    const around = (bytes: number[]) =>
      Buffer.concat([
        Buffer.from('[{"address":"https://a'),
        Buffer.from(bytes),
        Buffer.from('"}]'),
      ]);
    expect(scores(around([0xe2, 0x82]))).toEqual([["a\uFFFD\uFFFD", 0]]);
    expect(scores(around([0xed, 0xa0, 0x80]))).toEqual([["a\uFFFD\uFFFD\uFFFD", 0]]);
    expect(scores(around([0xe2, 0x82, 0xac, 0xc0]))).toEqual([["a€\uFFFD", 0]]);
    expect(scores(around([0xf0, 0x9f, 0x98, 0x80, 0xf5]))).toEqual([["a\u{1F600}\uFFFD", 0]]);
  });
});

describe("32-bit floats from decimals", () => {
  it("rounds once where two roundings differ", () => {
    // Halfway between 1 and the next float, and a trace more: a double forgets the trace.
    const tie = "1.000000059604644775390625";
    expect(parseFloat32(tie)).toBe(1);
    expect(parseFloat32(`${tie}0000000001`)).toBe(1 + 2 ** -23);
    expect(parseFloat32("1.0000000596046447753906249999999999")).toBe(1);
    expect(parseFloat32(`-${tie}0000000001e0`)).toBe(-1 - 2 ** -23);
    const above = "1.000000178813934326171875";
    expect(parseFloat32(above)).toBe(1 + 2 ** -22);
    expect(parseFloat32("1.00000017881393432617187499999999999")).toBe(1 + 2 ** -23);
  });

  it("ends where floats end", () => {
    expect(parseFloat32("3.40282356779733662e38")).toBeNull();
    expect(parseFloat32("340282356779733661637539395458142568447")).toBe(2 ** 128 - 2 ** 104);
    expect(parseFloat32("340282356779733661637539395458142568448")).toBeNull();
    expect(parseFloat32("-1e400")).toBeNull();
    expect(parseFloat32("1e-400")).toBe(0);
    expect(parseFloat32("-0")).toBe(-0);
    expect(parseFloat32("7.006492321624085e-46")).toBe(0);
    expect(parseFloat32("7.0064923216240853546186479164495807e-46")).toBe(2 ** -149);
  });

  it("is what one rounding of the double gives, wherever the double is exact", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseFloat32(Object.is(value, -0) ? "-0" : String(value))).toBe(value);
      }),
    );
  });
});
