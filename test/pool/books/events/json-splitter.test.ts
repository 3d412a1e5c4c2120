/** What is no event is a piece with its reason, and keeps no event from being one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonSplitter } from "../../../../src/pool/books/events/json-splitter.js";

/** Elements as their texts, what is none in angle brackets; cut after every `size` bytes. */
function piecesOf(text: string, size = 1 << 20): string[] {
  const bytes = Buffer.from(text);
  const splitter = new JsonSplitter();
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(...splitter.push(bytes.subarray(at, at + size)));
  }
  pieces.push(...splitter.end());
  for (const { raw, position } of pieces) {
    const isThere = bytes.subarray(position, position + raw.length).equals(raw);
    expect(isThere || Buffer.from(raw).toString() === "[").toBe(true);
  }
  return pieces.map(({ raw, problem }) => {
    const shown = Buffer.from(raw).toString();
    return problem === null ? shown : `<${shown}>`;
  });
}

describe("The pieces of", () => {
  it.each([
    ["an array", '[{"a":1}, {"b":[2]}]', ['{"a":1}', '{"b":[2]}']],
    ["values one after another", '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ["answers one after another", '[{"a":1}]\nnull\n[]\n[{"b":2}]', ['{"a":1}', '{"b":2}']],
    ["an array and values", '[{"a":1}]{"b":2}[{"c":3}]', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ["nothing", " \n", []],
    ["an empty answer", "null", []],
    ["text before an array", 'HTTP/1.1 200 OK\n[{"a":1}]', ["<HTTP/1.1 200 OK>", '{"a":1}']],
    ["text between values", '{"a":1} oops {"b":2} 3', ['{"a":1}', "<oops>", '{"b":2}', "<3>"]],
    ["text only", "once upon a time", ["<once upon a time>"]],
    ["brackets that close nothing", '}{"a":1}]', ["<}>", '{"a":1}', "<]>"]],
    ["an array that ends early", '[{"a":1},{"b"', ['{"a":1}', '<{"b">']],
    ["an array that ends after a comma", '[{"a":1},', ['{"a":1}', "<[>"]],
  ])("%s", (_, text, pieces) => {
    expect(piecesOf(text)).toEqual(pieces);
  });
});

it("No byte is lost but white space, brackets and commas of arrays, and null, however it is cut", () => {
  const part = fc.constantFrom('{"a":[1]}', "[", "]", ",", " ", "null", "x", '"]"', "}", "{");
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, size) => {
        const text = parts.join("");
        const pieces = piecesOf(text);
        expect(piecesOf(text, size)).toEqual(pieces);
        const bare = (all: string) => all.replaceAll(/[\s[\],<>]|null/g, "");
        expect(bare(pieces.join(""))).toBe(bare(text));
      },
    ),
    { numRuns: 300 },
  );
});
