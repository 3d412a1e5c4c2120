import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonPiece } from "../../../../src/pool/books/events/json-piece.js";
import { JsonSplitter } from "../../../../src/pool/books/events/json-splitter.js";

/** What is in a stream of chunks: bytes, place, and value where it was parsed on the way. */
function split(chunks: readonly Uint8Array[], isParsing: boolean) {
  const splitter = new JsonSplitter({ isParsing });
  const pieces: JsonPiece[] = [];
  for (const chunk of chunks) pieces.push(...splitter.push(chunk));
  pieces.push(...splitter.end());
  const parsed = pieces.filter(({ takeValue }) => takeValue !== undefined).length;
  const found = pieces.map((piece) => {
    const { position, problem } = piece;
    const raw = Buffer.from(piece.raw).toString("latin1");
    return { raw, position, problem, value: piece.takeValue?.() };
  });
  return { found, parsed };
}

function chunksOf(bytes: Buffer, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Texts made to be mistaken: separators in strings, objects in arrays, breaks, odd numbers. */
const trap = fc.constantFrom("},{", '"', "\\", "[{},{}]", "}\n,\n{", "é", "\uFFFD", "1e3");
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(trap, fc.string(), fc.integer(), fc.constantFrom(null, true, 2 ** 60)),
  node: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(trap, fc.string()), tie("node"), { maxKeys: 3 }),
  ),
})).node;
const array = fc
  .tuple(fc.array(value, { maxLength: 12 }), fc.constantFrom(0, 2))
  .map(([elements, indent]) => JSON.stringify(elements, null, indent));
/** Nearly all broken somewhere, or cut off. */
const damaged = fc
  .tuple(array, fc.nat(), fc.constantFrom("", "x", ",", "]", "}", '"', "\u0000", " "))
  .map(([text, at, inserted]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + inserted + text.slice(place + 1);
  });
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 });

describe("Parsing many elements at once", () => {
  it("finds the same elements at the same places as looking at every byte", () => {
    let parsed = 0;
    fc.assert(
      fc.property(fc.oneof(array, damaged), sizes, (text, cut) => {
        const chunks = chunksOf(Buffer.from(text), cut);
        const fast = split(chunks, true);
        const slow = split(chunks, false);
        parsed += fast.parsed;
        const bare = (pieces: typeof fast.found) =>
          pieces.map(({ raw, position, problem }) => ({ raw, position, problem }));
        expect(bare(fast.found)).toEqual(bare(slow.found));
        for (const { raw, value: taken } of fast.found) {
          if (taken === undefined) continue;
          expect(taken).toEqual(JSON.parse(Buffer.from(raw, "latin1").toString("utf8")));
        }
      }),
      { numRuns: 1000 },
    );
    expect(parsed).toBeGreaterThan(100);
  });

  it("leaves alone what needs care: long numbers, exponents, bytes that are no UTF-8", () => {
    const values = (text: string | Buffer) =>
      split([Buffer.from(text)], true).found.map(({ value: taken }) => taken);
    expect(values('[{"a":1},{"a":2}]')).toEqual([{ a: 1 }, undefined]);
    expect(values('[{"a":1234567890123456},{"a":2}]')).toEqual([undefined, undefined]);
    expect(values('[{"a":1e3},{"a":2}]')).toEqual([undefined, undefined]);
    expect(values(Buffer.from('[{"a":"\xff"},{"a":2}]', "latin1"))).toEqual([undefined, undefined]);
  });

  it("gives a value once and its bytes for ever", () => {
    const [piece] = new JsonSplitter().push(Buffer.from('[{"a":1} ,{"a":2}]'));
    expect(piece?.takeValue?.()).toEqual({ a: 1 });
    expect(piece?.takeValue?.()).toBeUndefined();
    expect(Buffer.from(piece?.raw ?? []).toString()).toBe('{"a":1}');
  });
});
