/** Means, spreads and shares with intervals of 95 %. */
import { normalQuantile } from "../../../core/random.js";
import { gammaQuantile } from "../../experiment/statistics/gamma-quantile.js";
import { studentTCritical } from "../../experiment/statistics/student-t.js";
import type { Figure } from "../worker-fit.js";

const CONFIDENCE = 0.95;
const TAIL = (1 - CONFIDENCE) / 2;
const NORMAL = normalQuantile(1 - TAIL);

/** Sum of numbers. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Their mean; NaN for none. */
export function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

/** Sum of squared distances from the mean. */
export function squaresOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** An interval that reaches so many times up and down says nothing. */
const REACH_MAX = 1000;

/** A positive figure that may be so many times larger, or smaller. */
export function within(value: number, reach: number): Figure {
  return reach < REACH_MAX
    ? { value, low: value / reach, high: value * reach }
    : { value, low: 0, high: Number.POSITIVE_INFINITY };
}

/**
 * A positive figure whose logarithm has a standard error.
 *
 * @param freedom degrees of freedom that the error rests on
 */
export function logFigure(value: number, logError: number, freedom: number): Figure {
  const degreesOfFreedom = Math.max(1, Math.floor(freedom));
  return within(value, Math.exp(studentTCritical({ degreesOfFreedom }) * logError));
}

/** The first of two ways to find a figure, with what either of them allows. */
export function eitherOf(first: Figure, second: Figure): Figure {
  const { value } = first;
  return {
    value,
    low: Math.min(first.low, second.low),
    high: Math.max(first.high, second.high),
  };
}

/** The coefficient of variation of a lognormal whose logarithm has a variance. */
export function cvOf(logVariance: number): number {
  return Math.sqrt(Math.expm1(Math.max(0, logVariance)));
}

/**
 * A coefficient of variation from squares of normal residuals of the logarithm.
 *
 * @param freedom degrees of freedom
 */
export function cvFigure(squares: number, freedom: number): Figure {
  const at = (probability: number) => 2 * gammaQuantile(probability, freedom / 2);
  return {
    value: cvOf(squares / freedom),
    low: cvOf(squares / at(1 - TAIL)),
    high: cvOf(squares / at(TAIL)),
  };
}

/** A share, with Wilson's interval. */
export function shareFigure(count: number, of: number): Figure {
  const share = count / of;
  const z2 = NORMAL ** 2;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const reach =
    (NORMAL / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return {
    value: share,
    low: count === 0 ? 0 : Math.max(0, middle - reach),
    high: Math.min(1, middle + reach),
  };
}

/**
 * The mean of exponential times, exactly.
 *
 * @param total of all of them, the one that is not over included
 * @param count of those that are over, at least 1
 */
export function exponentialFigure(total: number, count: number): Figure {
  return {
    value: total / count,
    low: total / gammaQuantile(1 - TAIL, count + 0.5),
    high: total / gammaQuantile(TAIL, count),
  };
}

/** A rate of events in a span of time, exactly; `count` may be 0. */
export function rateFigure(count: number, span: number): Figure {
  return {
    value: count / span,
    low: count === 0 ? 0 : gammaQuantile(TAIL, count) / span,
    high: gammaQuantile(1 - TAIL, count + 1) / span,
  };
}

/**
 * Does a normal distribution describe these values? Lilliefors' test at 5 %; of thousands of values
 * it would see what no simulation minds, so that a distance of 0.03 is always near enough.
 */
export function isNormal(values: readonly number[]): boolean {
  const count = values.length;
  if (count < 8) return true;
  const mean = meanOf(values);
  const deviation = Math.sqrt(squaresOf(values) / (count - 1));
  if (deviation === 0) return true;
  const sorted = Float64Array.from(values, (value) => (value - mean) / deviation).sort();
  let distance = 0;
  for (const [index, value] of sorted.entries()) {
    const share = normalShare(value);
    distance = Math.max(distance, (index + 1) / count - share, share - index / count);
  }
  return distance <= Math.max(0.03, 0.886 / Math.sqrt(count));
}

/** The standard normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? 1 - above : above;
}

/** Quantiles that are told of an empirical distribution. */
const TOLD = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999] as const;

/** Quantiles by nearest rank, as far as there are values for them. */
export function toldQuantiles(factors: readonly number[]): { q: number; factor: number }[] {
  const sorted = Float64Array.from(factors).sort();
  return TOLD.filter((q) => Math.min(q, 1 - q) * sorted.length >= 1).map((q) => ({
    q,
    factor: sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN,
  }));
}
