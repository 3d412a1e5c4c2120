import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { price } from "../support/sim/sessions.js";

describe("a price", () => {
  it("weighs exp(−price ÷ factor), for each factor that is asked for (L-12)", () => {
    const one = price("50");
    expect(one.weight(100)).toBe(Math.exp(-0.5));
    expect(one.weight(10)).toBe(Math.exp(-5));
    expect(one.weight(100)).toBe(Math.exp(-0.5));
    expect(price("746").weight(1)).toBe(0);
  });

  it("is compared with a maximum exactly and inclusively, for each maximum (L-10)", () => {
    const one = price("1/3");
    const justBelow = Rational.of(10n ** 30n - 1n, 3n * 10n ** 30n);
    expect(one.isWithin(Rational.of(1n, 3n))).toBe(true);
    expect(one.isWithin(justBelow)).toBe(false);
    expect(one.isWithin(null)).toBe(true);
    expect(one.isWithin(justBelow)).toBe(false);
  });
});
