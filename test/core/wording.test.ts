/** Figures in sentences: the same text as the tables of languages give, without loading them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counted, grouped } from "../../src/core/wording.js";

describe("grouped", () => {
  it.each([0, -0, 1, 999, 1000, -1000, -999, 123_456, 1_234_567, 1234.5, 1e21, -1e300, Number.NaN])(
    "writes %d as English does",
    (value) => {
      expect(grouped(value)).toBe(value.toLocaleString("en"));
    },
  );

  it("writes any number, whole ones of any size, as English does", () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.bigInt());
    fc.assert(
      fc.property(whole, (value) => {
        expect(grouped(value)).toBe(value.toLocaleString("en"));
      }),
    );
  });
});

describe("counted", () => {
  it("has one, and many of all others", () => {
    expect([0, 1, 1500, 1n].map((count) => counted(count, "node"))).toEqual([
      "0 nodes",
      "1 node",
      "1,500 nodes",
      "1 node",
    ]);
  });
});
