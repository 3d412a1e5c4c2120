import { expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";

it.each([
  [1075n, 0],
  [1076n, 0],
  [2200n, 0],
  [1074n, Number.MIN_VALUE],
])("2^-%s is the double %d: ties to even, and nothing below", (power, double) => {
  const tiny = Rational.of(1n, 1n << power);
  expect(tiny.toNumber()).toBe(double);
  expect(Rational.of(-1n, 1n << power).toNumber()).toBe(-double);
});

it("more than half of the smallest double is that double", () => {
  expect(Rational.of(3n, 1n << 1076n).toNumber()).toBe(Number.MIN_VALUE);
  expect(Rational.of((1n << 1100n) + 1n, 1n << 2175n).toNumber()).toBe(Number.MIN_VALUE);
  expect(Rational.of((1n << 1100n) - 1n, 1n << 2175n).toNumber()).toBe(0);
});
