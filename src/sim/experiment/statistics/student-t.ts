/**
 * Student's t distribution, of which simple-statistics has no quantile. Degrees of freedom are
 * whole here (replications less one), and for those the distribution function is a finite sum
 * (Abramowitz and Stegun, 26.7.3 and 26.7.4): summed exactly and inverted by bisection.
 */

import { invariant } from "../../../core/errors.js";

/** P(|T| < t) with t = sqrt(degrees of freedom) x tan(angle). */
function centralProbability(angle: number, degreesOfFreedom: number): number {
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const squared = cosine * cosine;
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= degreesOfFreedom - 3; k += 2) {
    term *= (squared * k) / (k + 1);
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/**
 * The two-sided critical value: |T| is below it with probability `confidence`.
 *
 * @param options.degreesOfFreedom whole, 1 or more
 * @param options.confidence in (0, 1), default 0.95
 * @returns relative error about 1e-14
 * @throws InvariantError (`INVARIANT`) outside these ranges
 */
export function studentTCritical({
  degreesOfFreedom,
  confidence = 0.95,
}: {
  readonly degreesOfFreedom: number;
  readonly confidence?: number | undefined;
}): number {
  invariant(
    Number.isSafeInteger(degreesOfFreedom) && degreesOfFreedom >= 1,
    `degrees of freedom are whole and at least 1, not ${degreesOfFreedom}`,
  );
  invariant(confidence > 0 && confidence < 1, `confidence lies in (0, 1), not ${confidence}`);
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degreesOfFreedom) < confidence) low = middle;
    else high = middle;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan((low + high) / 2);
}
