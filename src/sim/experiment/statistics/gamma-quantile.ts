/**
 * Quantiles of the gamma distribution, of which simple-statistics has none: its distribution
 * function by series and continued fraction (Abramowitz and Stegun, 6.5.29 and 6.5.31), inverted
 * by bisection.
 */
import { gammaln } from "simple-statistics";
import { invariant } from "../../../core/errors.js";

const TERMS_MAX = 10_000;
const TINY = 1e-300;

/** P(X < x) of a gamma distribution with this shape and scale 1. */
function gammaProbability(shape: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(shape * Math.log(x) - x - gammaln(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let k = 1; k < TERMS_MAX && term > sum * 1e-16; k += 1) {
      term *= x / (shape + k);
      sum += term;
    }
    return front * sum;
  }
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < TERMS_MAX; k += 1) {
    const a = -k * (k - shape);
    b += 2;
    d = 1 / (a * d + b || TINY);
    c = b + a / c || TINY;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return 1 - front * fraction;
}

/**
 * The value below which a gamma variable of scale 1 lies with this probability.
 *
 * @param probability in (0, 1)
 * @param shape above 0
 * @returns relative error about 1e-12
 * @throws InvariantError (`INVARIANT`) outside these ranges
 */
export function gammaQuantile(probability: number, shape: number): number {
  invariant(probability > 0 && probability < 1, `a probability in (0, 1), not ${probability}`);
  invariant(shape > 0 && Number.isFinite(shape), `a shape above 0, not ${shape}`);
  let low = 0;
  let high = Math.max(1, 2 * shape);
  while (gammaProbability(shape, high) < probability) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-13 * high; step += 1) {
    const middle = (low + high) / 2;
    if (gammaProbability(shape, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
