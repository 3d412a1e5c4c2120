import fc from "fast-check";
import { expect, it } from "vitest";
import { Interner } from "../../src/core/interner.js";

it("gives equal strings equal handles, counted up from 0, and the strings back", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 })), (texts) => {
      const interner = new Interner();
      const handles = texts.map((text) => interner.handle(text));
      expect(handles.map((handle) => interner.text(handle))).toEqual(texts);
      expect(interner.size).toBe(new Set(texts).size);
      expect([...new Set(handles)]).toEqual(Array.from({ length: interner.size }, (_, i) => i));
    }),
  );
});

it("D-17: case and a trailing slash make another string", () => {
  const interner = new Interner();
  const texts = ["https://o:8935", "https://O:8935", "https://o:8935/"];
  expect(texts.map((text) => interner.handle(text))).toEqual([0, 1, 2]);
});

it("knows no handle that it did not give", () => {
  expect(() => new Interner().text(0)).toThrow(/not a handle/);
});
