/** Random quantities as functions of a uniform number, so that draws stay counter-based. */
import { normalQuantile, normalQuantiles, type RandomKey, uniform } from "../../core/random.js";

/** A lognormal quantity, prepared for drawing. */
export interface Lognormal {
  readonly mu: number;
  readonly sigma: number;
}

/**
 * @param mean mean, above 0
 * @param cv standard deviation ÷ mean, at least 0
 */
export function lognormal(mean: number, cv: number): Lognormal {
  const variance = Math.log1p(cv * cv);
  return { mu: Math.log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}

/** @param u uniform in (0, 1) */
export function drawLognormal({ mu, sigma }: Lognormal, u: number): number {
  return sigma === 0 ? Math.exp(mu) : Math.exp(mu + sigma * normalQuantile(u));
}

/**
 * Draws of one quantity, one after the other: the same as {@link drawLognormal} of each, several times
 * as fast as one here and one there.
 *
 * @param into where they are put, from the first place on
 * @param count how many
 * @param first index of the first draw; those of the others are `step` apart
 */
export function drawLognormals(
  into: Float64Array,
  count: number,
  { mu, sigma }: Lognormal,
  { k0, k1 }: RandomKey,
  first: number,
  step: number,
): void {
  // Loops of one step each: a processor is at several draws of a short loop at the same time.
  for (let at = 0; at < count; at++) into[at] = uniform(k0, k1, first + at * step);
  if (sigma !== 0) normalQuantiles(into, count);
  for (let at = 0; at < count; at++) into[at] = Math.exp(mu + sigma * (into[at] as number));
}

/**
 * @param mean mean
 * @param u uniform in (0, 1)
 */
export function drawExponential(mean: number, u: number): number {
  return -mean * Math.log(u);
}

/**
 * A Poisson count by adding up exponential gaps; `draw(i)` gives the i-th uniform number.
 *
 * @param mean mean, at least 0
 */
export function drawPoisson(mean: number, draw: (index: number) => number): number {
  let count = 0;
  let reached = -Math.log(draw(0));
  while (reached <= mean) {
    count++;
    reached -= Math.log(draw(count));
  }
  return count;
}

/**
 * A time in whole 1/1024 ms: sums of such times do not depend on their order, as long as they are
 * below 280 years.
 */
export function exactMs(ms: number): number {
  return Math.round(ms * 1024) / 1024;
}

/** A stable 31-bit number for a name, so that draws do not depend on positions in lists. */
export function hashName(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
