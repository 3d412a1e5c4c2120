/**
 * The bias-corrected and accelerated (BCa) bootstrap interval of a mean (Efron 1987): a second
 * opinion where differences are lumpy or skewed and Student's t is not at home. Resampling draws
 * are counter-based, so that the interval is a pure function of sample and key.
 */

import { errorFunction, mean } from "simple-statistics";
import { invariant } from "../../core/errors.js";
import { normalQuantile, type RandomKey, uniform } from "../../core/random.js";

const RESAMPLES = 2000;

function normalProbability(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}

/**
 * 95 % BCa interval of the mean.
 *
 * @param values at least 2 finite values, not all equal
 * @param options.key key of the draws
 * @param options.resamples default 2,000
 */
export function bcaInterval(
  values: readonly number[],
  { key, resamples = RESAMPLES }: { readonly key: RandomKey; readonly resamples?: number },
): readonly [number, number] {
  const n = values.length;
  const average = mean([...values]);
  let sumOfSquares = 0;
  let sumOfCubes = 0;
  let largest = 0;
  for (const value of values) {
    const deviation = value - average;
    sumOfSquares += deviation * deviation;
    sumOfCubes += deviation * deviation * deviation;
    largest = Math.max(largest, Math.abs(value));
  }
  invariant(n >= 2 && sumOfSquares > 0, "a bootstrap needs values that vary");

  const means = new Float64Array(resamples);
  const tie = largest * 1e-12; // means that differ by rounding only are equal
  let below = 0;
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0;
    for (let draw = 0; draw < n; draw += 1) {
      sum += values[Math.floor(uniform(key.k0, key.k1, resample * n + draw) * n)] ?? 0;
    }
    means[resample] = sum / n;
    if (sum / n < average - tie) below += 1;
    else if (sum / n <= average + tie) below += 0.5;
  }
  means.sort();

  const bias = normalQuantile(Math.min(Math.max(below, 0.5), resamples - 0.5) / resamples);
  // The jackknife's acceleration, which for a mean is its skewness / (6 sqrt n): below 1/6.
  const acceleration = sumOfCubes / (6 * sumOfSquares ** 1.5);
  const end = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    const stretch = 1 - acceleration * z;
    invariant(stretch > 0, "the acceleration of a mean is below 1/6 and z below 6");
    const rank = Math.floor(normalProbability(bias + z / stretch) * resamples);
    return means[Math.min(rank, resamples - 1)] ?? average;
  };
  return [end(0.025), end(0.975)];
}
