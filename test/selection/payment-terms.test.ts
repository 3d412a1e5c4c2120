import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import {
  estimateFee,
  estimatePixels,
  isPriceAcceptable,
  PIXEL_ESTIMATE_MULTIPLIER,
  paymentTerms,
  TicketNonces,
} from "../../src/selection/payment-terms.js";

const P720 = { width: 1280, height: 720, fps: 30, fpsDen: 1 };
const P360 = { width: 640, height: 360, fps: 30, fpsDen: 1 };

describe("fee estimate (P-19)", () => {
  it("adds width × height × ceil(fps ÷ den) × ceil(seconds) over the profiles (P-27)", () => {
    expect(estimatePixels([P720, P360], 2_000)).toBe(69_120_000);
  });

  it.each([
    ["pass-through counts as 60 frames a second", 0, 1, 2_000, 60 * 2],
    ["denominator 0 counts as 1", 25, 0, 2_000, 25 * 2],
    ["29.97 frames count as 30", 30_000, 1_001, 2_000, 30 * 2],
    ["a second begun is a second", 30, 1, 2_280, 30 * 3],
    ["a whole second is not two", 30, 1, 1_000, 30],
    ["a pass-through rate of 60 is divided by the denominator, too", 0, 7, 1_000, 9],
  ])("%s", (_, fps, fpsDen, durationMs, frames) => {
    expect(estimatePixels([{ width: 10, height: 10, fps, fpsDen }], durationMs)).toBe(100 * frames);
  });

  it("multiplies by exactly the double 1.02", () => {
    const factor = estimateFee(1, Rational.ONE);
    expect(factor.toString()).toBe(`${2296835809958953n}/${2n ** 51n}`);
    expect(factor.compare(Rational.fromNumber(PIXEL_ESTIMATE_MULTIPLIER))).toBe(0);
    expect(factor.compare(Rational.parse("1.02"))).not.toBe(0);
  });

  it("gives about 3.52512 × 10^10 wei for the worked example (P-27)", () => {
    expect(estimateFee(69_120_000, Rational.of(500n)).toNumber()).toBeCloseTo(3.52512e10, -1);
  });
});

describe("price limit during a session (R-10)", () => {
  const initial = Rational.of(500n, 3n);

  it.each([
    ["the same", "500/3", true],
    ["lower", "1", true],
    ["exactly twice", "1000/3", true],
    ["a hair above twice", "1000000000001/3000000000", false],
  ])("%s", (_, price, ok) => {
    expect(isPriceAcceptable(initial, Rational.parse(price))).toBe(ok);
  });

  it("does not let a free session become a paid one", () => {
    expect(isPriceAcceptable(Rational.ZERO, Rational.parse("1/1000"))).toBe(false);
    expect(isPriceAcceptable(Rational.ZERO, Rational.ZERO)).toBe(true);
  });

  it("has nothing to compare without a price", () => {
    expect(isPriceAcceptable(null, initial)).toBe(true);
    expect(isPriceAcceptable(initial, null)).toBe(true);
  });
});

describe("ticket nonces (P-5)", () => {
  it("count 1, 2, 3, … per parameter set, and start over with new parameters", () => {
    const nonces = new TicketNonces();
    expect(nonces.take(5)).toBe(1);
    expect(nonces.take(1)).toBe(6);
    expect(nonces.take(0)).toBe(7);
    nonces.restart();
    expect(nonces.take(2)).toBe(1);
  });
});

describe("payment terms", () => {
  it("express price and EV in one unit", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        fc.bigInt({ min: 1n, max: 10n ** 18n }),
        fc.bigInt({ min: 1n, max: 2n ** 256n }),
        (num, den, evNum, evDen) => {
          const price = Rational.of(num, den);
          const ev = Rational.of(evNum, evDen);
          const terms = paymentTerms(price, ev);
          expect(Rational.of(terms.priceUnits, terms.unitsPerWei).compare(price)).toBe(0);
          expect(Rational.of(terms.evUnits, terms.unitsPerWei).compare(ev)).toBe(0);
          expect(terms.sellsTickets).toBe(true);
        },
      ),
    );
  });

  it("sell no tickets where these are worth nothing (P-21)", () => {
    expect(paymentTerms(Rational.ONE, null).sellsTickets).toBe(false);
    expect(paymentTerms(Rational.ONE, Rational.ZERO).sellsTickets).toBe(false);
    expect(paymentTerms(Rational.ONE, Rational.of(-1n)).sellsTickets).toBe(false);
  });
});
