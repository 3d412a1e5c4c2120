/**
 * A price in both of its forms, with the two things that selection derives from it remembered:
 * thousands of selections look at the same few prices, and rationals are slow.
 */
import type { Rational } from "../core/rational.js";

/** An immutable price. Share one object between the sessions that have the price. */
export class SessionPrice {
  /** Wei per pixel, exact: what maximum prices are compared with. */
  readonly rational: Rational;
  /** Wei per pixel as the nearest double: what selection weights are made of (L-12). */
  readonly perPixel: number;
  #factor = Number.NaN;
  #weight = Number.NaN;
  #limit: Rational | null = null;
  #withinLimit = true;

  /** @param rational wei per pixel */
  constructor(rational: Rational) {
    this.rational = rational;
    this.perPixel = rational.toNumber();
  }

  /**
   * The unscaled price weight of L-12: exp(−price ÷ factor).
   *
   * @param priceExpFactor wei per pixel
   */
  weight(priceExpFactor: number): number {
    if (this.#factor !== priceExpFactor) {
      this.#factor = priceExpFactor;
      this.#weight = Math.exp(-this.perPixel / priceExpFactor);
    }
    return this.#weight;
  }

  /**
   * Whether the price is at most `maxPrice`, exactly (L-10).
   *
   * @param maxPrice wei per pixel; null = no limit. Pass the same object for the same limit.
   */
  isWithin(maxPrice: Rational | null): boolean {
    if (this.#limit !== maxPrice) {
      this.#limit = maxPrice;
      this.#withinLimit = maxPrice === null || this.rational.compare(maxPrice) <= 0;
    }
    return this.#withinLimit;
  }
}
