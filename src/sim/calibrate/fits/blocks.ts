/**
 * Errors of figures from a series in time: sessions and spells make neighbours alike, so that the
 * series is cut into blocks, and each figure is computed again without each of them (jackknife).
 */
import { studentTCritical } from "../../experiment/statistics/student-t.js";
import type { Figure } from "../worker-fit.js";
import { meanOf, sumOf, within } from "./estimates.js";

/**
 * The interval of a positive figure.
 *
 * @param value of all blocks
 * @param without the figure without each block in turn
 */
export function jackknifed(value: number, without: readonly number[]): Figure {
  const usable = without.filter((one) => one > 0 && Number.isFinite(one));
  const blocks = usable.length;
  if (!(value > 0) || blocks < 2) return { value, low: 0, high: Number.POSITIVE_INFINITY };
  const logs = usable.map((one) => Math.log(one));
  const mean = meanOf(logs);
  const off = logs.map((one) => one - mean);
  const squares = sumOf(off.map((one) => one * one));
  const error = Math.sqrt(((blocks - 1) / blocks) * squares * inflation(off, squares));
  const degreesOfFreedom = freedomOf(blocks);
  return within(value, Math.exp(studentTCritical({ degreesOfFreedom }) * error));
}

/**
 * The interval of a figure that may be of any sign: as {@link jackknifed}, without logarithms.
 *
 * @param value of all blocks
 * @param without the figure without each block in turn
 */
export function jackknifedSum(value: number, without: readonly number[]): Figure {
  const usable = without.filter((one) => Number.isFinite(one));
  const blocks = usable.length;
  if (blocks < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const mean = meanOf(usable);
  const off = usable.map((one) => one - mean);
  const squares = sumOf(off.map((one) => one * one));
  const error = Math.sqrt(((blocks - 1) / blocks) * squares * inflation(off, squares));
  const degreesOfFreedom = freedomOf(blocks);
  const half = studentTCritical({ degreesOfFreedom }) * error;
  return { value, low: value - half, high: value + half };
}

/** Degrees of freedom of an interval by blocks: those that are like their neighbours are worth half as many. */
export function freedomOf(blocks: number): number {
  return Math.max(1, Math.floor(blocks / 2));
}

/** How many neighbouring blocks a long session, or a spell, may reach over. */
const LAGS_MAX = 4;

/**
 * What likeness of neighbouring blocks adds to the variance (Newey and West's weights), over as many
 * lags as make most of it; what chance makes of it in the other direction is not believed.
 */
function inflation(off: readonly number[], squares: number): number {
  if (squares === 0) return 1;
  let most = 1;
  for (let lags = 1; lags <= Math.min(LAGS_MAX, off.length - 1); lags++) {
    let sum = 1;
    for (let lag = 1; lag <= lags; lag++) {
      const products = sumOf(off.slice(lag).map((one, index) => one * (off[index] ?? 0)));
      sum += 2 * (1 - lag / (lags + 1)) * (products / squares);
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** Sums of vectors by block, and what is left without one. */
export class BlockSums {
  readonly #blocks: Float64Array[];
  readonly total: Float64Array;

  constructor(blocks: number, size: number) {
    this.#blocks = Array.from({ length: blocks }, () => new Float64Array(size));
    this.total = new Float64Array(size);
  }

  add(block: number, index: number, value: number): void {
    const own = this.#blocks[block];
    if (own !== undefined) own[index] = (own[index] ?? 0) + value;
    this.total[index] = (this.total[index] ?? 0) + value;
  }

  /** A figure of everything, with its interval. */
  figure(of: (sums: Float64Array) => number): Figure {
    return jackknifed(of(this.total), this.without().map(of));
  }

  /** Blocks that have something. */
  get used(): number {
    return this.#blocks.filter((own) => own.some((value) => value !== 0)).length;
  }

  /** Sums of the blocks that are chosen. */
  of(isIn: (block: number) => boolean): Float64Array {
    const sums = new Float64Array(this.total.length);
    for (const [block, own] of this.#blocks.entries()) {
      if (!isIn(block)) continue;
      for (const [index, value] of own.entries()) sums[index] = (sums[index] ?? 0) + value;
    }
    return sums;
  }

  /** What is left without each block that has something. */
  without(): Float64Array[] {
    return this.#blocks
      .filter((own) => own.some((value) => value !== 0))
      .map((own) => this.total.map((value, index) => value - (own[index] ?? 0)));
  }
}
