/**
 * How a studentised mean varies where losses are exponential: the shape of which few values show least.
 * Its quantile is what an interval needs so far out that no sample tells whether there is a tail that it
 * has not met yet.
 *
 * P(T > x) is the saddlepoint approximation to Student's statistic (Jing, Shao and Zhou 2004, Annals of
 * Statistics 32:2679), in the form r* of Barndorff-Nielsen: with K the logarithm of E exp(sX + tX²), the
 * cheapest way for n values to have mean ÷ root mean square = b is the point of the curve (a, a² ÷ b²) at
 * which s + 2ta ÷ b² = 0. X = 1 − E with E exponential of mean 1, so that tilted values are cut off
 * normal ones and all is in closed form. From 8 values on it is within 20 % of the chances of 400,000
 * simulated samples, down to 1 in 10,000; with 2 to 4 values it is some factors too near.
 */
import { invariant } from "../../../core/errors.js";
import { normalQuantile } from "../../../core/random.js";

/** Where the continued fraction of the normal tail is used, and its terms. */
const FRACTION_FROM = 1.5;
const FRACTION_TERMS = 60;
/** Points of the curve: −2t from e^FROM to e^TO. */
const FROM = Math.log(2e-5);
const TO = Math.log(1e14);
const STEP = 0.1;
/** Larger samples have the quantile of this size, which is a little too far out. */
const SIZE_MAX = 5000;

/** Mills' ratio (1 − Φ(z)) ÷ φ(z), and 1 ÷ itself − z: the mean of a normal tail beyond z, less z. */
function mills(z: number): { readonly ratio: number; readonly beyond: number } {
  if (z >= FRACTION_FROM) {
    let rest = 0;
    for (let k = FRACTION_TERMS; k >= 1; k -= 1) rest = k / (z + rest);
    return { ratio: 1 / (z + rest), beyond: rest };
  }
  let term = z;
  let sum = 0;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    sum += term;
    term *= (z * z) / k;
  }
  const ratio = Math.sqrt(Math.PI / 2) * Math.exp((z * z) / 2) - sum;
  return { ratio, beyond: 1 / ratio - z };
}

/** Mean and central moments of X and X² when tilted by s and t, and K. */
interface Tilted {
  readonly mean: number;
  readonly variance: number;
  readonly covariance: number;
  /** Of X². */
  readonly squareVariance: number;
  readonly cumulant: number;
}

/** @param curvature −2t */
function tilted(s: number, curvature: number): Tilted {
  const root = Math.sqrt(curvature);
  const z = (1 + s - curvature) / root;
  const { ratio, beyond: m1 } = mills(z);
  const m2 = 1 - z * m1;
  const m3 = 2 * m1 - z * m2;
  const m4 = 3 * m2 - z * m3;
  const ofE = (m2 - m1 * m1) / curvature;
  const withSquare = (m3 - m1 * m2) / (curvature * root);
  const ofSquare = (m4 - m2 * m2) / (curvature * curvature);
  return {
    mean: 1 - m1 / root,
    variance: ofE,
    covariance: 2 * ofE - withSquare,
    squareVariance: 4 * ofE - 4 * withSquare + ofSquare,
    cumulant: s - curvature / 2 + Math.log(ratio / root),
  };
}

/** A point of the curve, the same for samples of all sizes. */
interface Point {
  /** Mean ÷ standard deviation of the tilted values: x ÷ √(n − 1). */
  readonly meanPerSpread: number;
  /** The signed root of twice the rate, and what corrects it. */
  readonly w: number;
  readonly v: number;
}

function pointOf(curvature: number): Point {
  // The mean rises with s, so that s × mean = −2t × mean square has one solution above 0.
  const isBelow = (s: number) => {
    const { mean, variance } = tilted(s, curvature);
    return s * mean < curvature * (mean * mean + variance);
  };
  let [low, high] = [0, 1];
  while (isBelow(high)) [low, high] = [high, 2 * high];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  const s = (low + high) / 2;
  const found = tilted(s, curvature);
  const { mean, variance, covariance, squareVariance, cumulant } = found;
  const square = mean * mean + variance;
  const rate = s * mean - (curvature / 2) * square - cumulant;
  // The second derivative of the rate along the curve, times the determinant of all variances.
  const slope = (2 * square) / mean;
  const determinant = variance * squareVariance - covariance * covariance;
  const bend =
    squareVariance -
    2 * slope * covariance +
    slope * slope * variance -
    (determinant * curvature * square) / (mean * mean);
  return {
    meanPerSpread: mean / Math.sqrt(variance),
    w: Math.sqrt(2 * rate),
    v: (curvature / 2) * Math.sqrt(bend),
  };
}

/** Made when it is first needed. */
let curve: readonly Point[] = [];

function curvePoints(): readonly Point[] {
  if (curve.length === 0) {
    const count = Math.ceil((TO - FROM) / STEP);
    curve = Array.from({ length: count }, (_, index) => pointOf(Math.exp(FROM + STEP * index)));
  }
  return curve;
}

const known = new Map<string, number>();
const KNOWN_MAX = 4096;

/**
 * The x with P(T > x) = tail, where T is the mean of n values of 1 − E, times √n, divided by their
 * standard deviation. The tail on the other side is shorter than Student's.
 *
 * @param n 2 or more
 * @param tail in (0, 0.1)
 * @returns Infinity where it is beyond some million
 */
export function exponentialQuantile(n: number, tail: number): number {
  invariant(n >= 2 && tail > 0 && tail < 0.1, `2 values or more and a tail, not ${n} and ${tail}`);
  const name = `${n} ${tail}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = quantileOf(Math.min(n, SIZE_MAX), tail);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, found);
  return found;
}

function quantileOf(n: number, tail: number): number {
  const points = curvePoints();
  const wanted = -normalQuantile(tail);
  const root = Math.sqrt(n);
  const reach = ({ w, v }: Point) => root * w + Math.log(v / w) / (root * w);
  let low = 0;
  let high = points.length - 1;
  const at = (index: number): Point => points[index] ?? { meanPerSpread: 0, w: 0, v: 0 };
  if (reach(at(high)) < wanted) return Number.POSITIVE_INFINITY;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reach(at(middle)) < wanted) low = middle;
    else high = middle;
  }
  const [before, after] = [at(low), at(high)];
  const part = (wanted - reach(before)) / (reach(after) - reach(before));
  const log = (point: Point) => Math.log(point.meanPerSpread);
  return Math.sqrt(n - 1) * Math.exp(log(before) + part * (log(after) - log(before)));
}
