import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainLoops, vectorLoops } from "../../../src/sim/engine/draw-loops.js";
import { Histogram } from "../../../src/sim/engine/histogram.js";

/** Half of a bucket's width of 2^-7 of its lower bound. */
const ERROR_MAX = 2 ** -8;

const values = fc.array(fc.double({ min: 1e-5, max: 1e8, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
});

function histogramOf(list: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of list) histogram.record(value);
  return histogram;
}

test("a quantile is within 0.4 % of the value of that rank", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, p) => {
      const sorted = [...list].sort((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(p * list.length)) - 1] ?? 0;
      const found = histogramOf(list).quantile(p) ?? 0;
      return Math.abs(found / exact - 1) <= ERROR_MAX;
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("quantiles never fall", () => {
  fc.assert(
    fc.property(values, (list) => {
      const histogram = histogramOf(list);
      const found = [0, 0.1, 0.5, 0.9, 0.99, 1].map((p) => histogram.quantile(p) ?? 0);
      return found.every((value, index) => value >= (found[index - 1] ?? 0));
    }),
    { seed: 2 },
  );
});

test("merging is as recording everything in one", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const merged = histogramOf(a);
      merged.merge(histogramOf(b));
      const one = histogramOf([...a, ...b]);
      expect(merged.total).toBe(one.total);
      for (const p of [0, 0.25, 0.5, 0.99, 1]) expect(merged.quantile(p)).toBe(one.quantile(p));
    }),
    { seed: 3, numRuns: 20 },
  );
});

test("empty, zero and beyond the ends", () => {
  expect(new Histogram().quantile(0.5)).toBeUndefined();
  expect(histogramOf([0]).quantile(0.5)).toBe(0);
  expect(histogramOf([1e-30]).quantile(1)).toBe(0);
  expect(histogramOf([1e300]).quantile(1)).toBeGreaterThan(1e9);
});

test.each([
  ["the vector unit", vectorLoops() ?? new PlainLoops()],
  ["plain loops", new PlainLoops()],
])("several values at once are each of them, by %s", (_, loops) => {
  const numbers = loops.numbers(40);
  const any = fc.oneof(
    fc.double({ min: 1e-5, max: 1e8, noNaN: true }),
    fc.constantFrom(0, 1e-30, 1e300, Number.POSITIVE_INFINITY),
  );
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), fc.nat(), (list, count) => {
      const first = 1 + (count % list.length);
      const histogram = new Histogram();
      numbers.values.set(list);
      histogram.recordAll(numbers, first, loops);
      const one = histogramOf(list.slice(0, first));
      expect(histogram.filled()).toEqual(one.filled());
      expect(histogram.total).toBe(one.total);
    }),
    { seed: 3 },
  );
});
