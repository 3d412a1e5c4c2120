import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import {
  clampInt64,
  fixedToPrice,
  jobMaxPrice,
  pricePerPixel,
  priceToFixed,
  tokensToFixed,
  wholePrice,
} from "../../src/discovery/price.js";

describe("R-1: the price of an answer", () => {
  it("is exact, may be negative, may be missing", () => {
    expect(pricePerPixel({ pricePerUnit: -7n, pixelsPerUnit: 21n })).toEqual(Rational.of(-1n, 3n));
    expect(pricePerPixel(null)).toBeNull();
  });

  it("needs pixels", () => {
    expect(() => pricePerPixel({ pricePerUnit: 1n, pixelsPerUnit: 0n })).toThrow(/0 pixels/);
  });
});

describe("B-9: fixed point", () => {
  it("cuts toward zero and stays within 64 bits", () => {
    expect(priceToFixed(Rational.of(1999n, 1_000_000n))).toBe(1n);
    expect(priceToFixed(Rational.of(-1999n, 1_000_000n))).toBe(-1n);
    expect(priceToFixed(Rational.of(2n ** 63n))).toBe(2n ** 63n - 1n);
    expect(priceToFixed(Rational.of(-(2n ** 63n)))).toBe(-(2n ** 63n));
    expect(tokensToFixed(1_234_567_890_000_000_000n)).toBe(123_456n);
  });

  it("needs an amount", () => {
    expect(() => priceToFixed(null)).toThrow(/no amount/);
    expect(() => tokensToFixed(null)).toThrow(/no amount/);
  });

  it("loses less than a thousandth", () => {
    const price = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.bigInt({ min: 1n, max: 10n ** 9n }))
      .map(([num, den]) => Rational.of(num, den));
    fc.assert(
      fc.property(price, (value) => {
        const lost = value.sub(fixedToPrice(priceToFixed(value)));
        expect(lost.sign()).toBeGreaterThanOrEqual(0);
        expect(lost.compare(Rational.of(1n, 1000n))).toBe(-1);
      }),
    );
  });
});

describe("64-bit forms", () => {
  it("a whole price is rounded down, and must fit", () => {
    expect(wholePrice(Rational.of(-7n, 2n))).toBe(-4n);
    expect(() => wholePrice(Rational.of(2n ** 63n))).toThrow(/64 bits/);
  });

  it("B-7: what is above 64 bits becomes the largest, what is below them wraps around [Q]", () => {
    expect(clampInt64(2n ** 63n)).toBe(2n ** 63n - 1n);
    expect(clampInt64(2n ** 256n - 1n)).toBe(2n ** 63n - 1n);
    expect(clampInt64(-(2n ** 63n))).toBe(-(2n ** 63n));
    expect(clampInt64(-(2n ** 63n) - 1n)).toBe(2n ** 63n - 1n);
    expect(clampInt64(-(2n ** 64n) - 7n)).toBe(-7n);
    expect(clampInt64(-5n)).toBe(-5n);
  });
});

describe("R-3: the highest price of a job", () => {
  const model = { warm: false, capacity: 0, runnerVersion: "" };
  const job = new Map([
    [
      27,
      new Map([
        ["a", model],
        ["b", model],
        ["c", model],
      ]),
    ],
  ]);
  const maxPrice = Rational.of(100n);

  it("sums the models' own prices, or their capability's default", () => {
    const prices = new Map([
      ["a", Rational.of(5n)],
      ["default", Rational.of(1n, 2n)],
    ]);
    const capabilityMaxPrices = new Map([[27, prices]]);
    expect(jobMaxPrice({ job, capabilityMaxPrices, maxPrice })).toEqual(Rational.of(6n));
  });

  it("is the gateway's where nothing is set for the models, and for video", () => {
    expect(jobMaxPrice({ job, capabilityMaxPrices: new Map(), maxPrice })).toBe(maxPrice);
    expect(jobMaxPrice({ job: null, capabilityMaxPrices: new Map(), maxPrice: null })).toBeNull();
  });
});
