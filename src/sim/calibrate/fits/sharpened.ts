/**
 * Sharper chances of how many segments there were at a time, where times are of whole seconds: which
 * of two that overlap began first is told by which of them took longer. Means by least squares alone
 * come out too level, as a slow segment is thought to have been there for others that began before it.
 */
import type { Figure } from "../worker-fit.js";
import type { Chances } from "./at-a-time.js";
import { BlockSums } from "./blocks.js";
import { eliminated } from "./linear.js";

const ROUNDS = 20;

/** Of a normal distribution of logarithms at each number at a time, with one variance. */
export interface Sharpened {
  /** Chances that go with them. */
  readonly chances: Chances;
  readonly centres: readonly number[];
  readonly variance: number;
}

/** Where the logarithms of these means would be. */
function centresOf(means: readonly number[], variance: number): number[] {
  return means.map((mean) => Math.log(mean) - variance / 2);
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
  let variance = 0.04;
  let centres = centresOf(start, variance);
  let current: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
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
        sums[k] = (sums[k] ?? 0) + share * log;
        squares += share * (log - (centres[k] ?? 0)) ** 2;
      }
      return likely;
    });
    centres = centres.map((centre, k) =>
      (weights[k] ?? 0) < 1 ? centre : (sums[k] ?? 0) / (weights[k] ?? 1),
    );
    variance = Math.max(1e-4, squares / Math.max(1, times.length));
  }
  return { chances: current, centres, variance };
}

/**
 * By how much the logarithm of each mean changes without each block. The numbers at a time would be taken
 * for others then, too: what is not known of them counts as less information (Louis), and one step of Newton's
 * is taken from the whole.
 *
 * @returns NaN where nothing is known of a number at a time
 */
export function changesWithoutBlocks(
  { chances, centres, variance }: Sharpened,
  times: readonly number[],
  { blocks, blockCount }: { readonly blocks: readonly number[]; readonly blockCount: number },
): number[][] {
  const size = centres.length;
  const sums = new BlockSums(blockCount, size * size + size);
  const scores = new Float64Array(size);
  for (const [index, own] of chances.entries()) {
    const block = blocks[index] ?? 0;
    const log = Math.log(times[index] ?? 1);
    for (let k = 0; k < own.length; k++) scores[k] = (log - (centres[k] ?? 0)) / variance;
    for (let k = 0; k < own.length; k++) {
      const share = own[k] ?? 0;
      if (share === 0) continue;
      const score = scores[k] ?? 0;
      sums.add(block, size * size + k, share * score);
      sums.add(block, k * size + k, share / variance - share * score * score);
      for (let l = 0; l < own.length; l++) {
        const both = share * (own[l] ?? 0) * score * (scores[l] ?? 0);
        if (both !== 0) sums.add(block, k * size + l, both);
      }
    }
  }
  const stepOf = (all: Float64Array) =>
    eliminated(
      Array.from({ length: size }, (_, k) => [
        ...all.slice(k * size, (k + 1) * size),
        all[size * size + k] ?? 0,
      ]),
    );
  const whole = stepOf(sums.total);
  return sums.without().map((all) => stepOf(all).map((step, k) => step - (whole[k] ?? 0)));
}

/** A curve of sharpened chances is too level by up to half of this part of what it rises, … */
const LEVEL = 0.1;
/** … and the spread too wide by up to a half to two thirds of this, where there is a slow-down. */
const WIDE = 0.03;

/**
 * The interval of a slow-down with what the method may be off by: of two segments that overlap, what each took
 * says which began first, but it is asked of one at a time.
 */
export function withMethod({ value, low, high }: Figure): Figure {
  const off = LEVEL * (value - 1);
  return { value, low: Math.max(1, low - off), high: high + off };
}

/** The same of the spread between segments. */
export function spreadWithMethod({ value, low, high }: Figure): Figure {
  return { value, low: low * (1 - WIDE), high: high * (1 + WIDE) };
}
