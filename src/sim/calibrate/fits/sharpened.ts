/**
 * Sharper chances of how many segments there were at a time, where times are of whole seconds: which
 * of two that overlap began first is told by which of them took longer. Means by least squares alone
 * come out too level, as a slow segment is thought to have been there for others that began before it.
 */
import type { Chances } from "./at-a-time.js";

const ROUNDS = 20;

/** Means at each number at a time, and the chances that go with them. */
export interface Sharpened {
  readonly chances: Chances;
  readonly means: readonly number[];
}

/**
 * Expectation and maximisation: chances from times, then means from chances.
 *
 * @param chances before times are looked at
 * @param times of lognormal noise around the mean at their number, ms
 * @param start means to start with
 */
export function sharpened(
  chances: Chances,
  times: readonly number[],
  start: readonly number[],
): Sharpened {
  const size = start.length;
  const logs = times.map((time) => Math.log(time));
  let means = [...start];
  let variance = 0.04;
  let current: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const centres = means.map((mean) => Math.log(mean) - variance / 2);
    const weights = new Float64Array(size);
    const sums = new Float64Array(size);
    let squares = 0;
    current = chances.map((own, index) => {
      const log = logs[index] ?? 0;
      const likely = new Array<number>(Math.min(size, own.length)).fill(0);
      let total = 0;
      for (const [k, chance] of own.entries()) {
        const at = Math.min(k, size - 1);
        const off = log - (centres[at] ?? 0);
        const weight = chance * (Math.exp(-(off * off) / (2 * variance)) + 1e-9);
        likely[at] = (likely[at] ?? 0) + weight;
        total += weight;
      }
      for (const [k, weight] of likely.entries()) {
        const share = weight / total;
        likely[k] = share;
        weights[k] = (weights[k] ?? 0) + share;
        sums[k] = (sums[k] ?? 0) + share * (times[index] ?? 0);
        squares += share * (log - (centres[k] ?? 0)) ** 2;
      }
      return likely;
    });
    means = means.map((mean, k) =>
      (weights[k] ?? 0) < 1 ? mean : (sums[k] ?? 0) / (weights[k] ?? 1),
    );
    variance = Math.max(1e-4, squares / Math.max(1, times.length));
  }
  return { chances: current, means };
}
