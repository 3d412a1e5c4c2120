import fc from "fast-check";
import { expect, test } from "vitest";
import { sortByTime } from "../../../src/sim/engine/sort-by-time.js";

/** Times that are equal, that differ in their last bits only, that never come, and any. */
const time = fc.oneof(
  fc.constantFrom(0, -0, 1, Number.POSITIVE_INFINITY, Number.MIN_VALUE),
  fc.integer({ min: 0, max: 200 }).map((steps) => 1_000_000 * (1 + steps * Number.EPSILON)),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
);

test("items come by time, those of one time by item, wherever they lie in their list", () => {
  const lists = fc.oneof(
    fc.array(time, { maxLength: 300 }),
    fc.array(
      fc.integer({ min: 0, max: 3 }).map((steps) => 1e6 * (1 + steps * Number.EPSILON)),
      {
        maxLength: 80,
      },
    ),
    // Nearly all far below the mean.
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 90, maxLength: 300 })
      .map((near) => [1e12, ...near]),
  );
  fc.assert(
    fc.property(lists, fc.nat(5), fc.nat(5), (of, from, first) => {
      const items = Int32Array.from({ length: from + of.length + 1 }, () => -1);
      const own = of.map((_, item) => item);
      // Any order before: every third first.
      const before = own.toSorted((one, other) => (one % 3) - (other % 3));
      items.set(before, from);
      const times = Float64Array.from([...Array.from({ length: first }, () => 7), ...of]);
      sortByTime(items, from, of.length, times, first);
      const expected = own.toSorted((a, b) => {
        const [one, other] = [of[a] ?? 0, of[b] ?? 0];
        return one < other ? -1 : one > other ? 1 : a - b;
      });
      expect([...items.subarray(from, from + of.length)]).toEqual(expected);
      expect(items.at(-1)).toBe(-1);
      expect([...items.subarray(0, from)].every((item) => item === -1)).toBe(true);
    }),
  );
});
