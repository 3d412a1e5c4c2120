/**
 * Where times are of whole seconds and two segments that overlap slow each other, as on a shared link. What company
 * does is then found as if all of it were due to what began before: half of it may be due to what begins later.
 */
import type { DeliveredJob } from "../readers/pool-events.js";
import { BlockSums, jackknifedSum } from "./blocks.js";
import type { FreeTimes, TimesByLoad } from "./load-curve.js";

/** A correlation, above that of segments that end a second apart, from which two that overlap are slow together. */
const TOGETHER_MIN = 0.05;
/** Pairs below which nothing is said. */
const PAIRS_MIN = 200;
/** Of a session of longer segments no two end within this, ms, so that two that do are of different ones. */
const APART_MS = 1000;
const DURATION_MIN_MS = 1800;

/** Places of sums over a block. */
const At = { count: 0, squares: 1, pairs: 2, products: 3, farPairs: 4, farProducts: 5 } as const;

/**
 * Whether segments that end in the same second are slow together. If only what began before slowed, one of them
 * would be slow, and the other not.
 *
 * @param jobs in order of arrival, of whole seconds
 * @param rest logarithms of their times, without what their number at a time explains
 */
export function areSlowTogether(
  jobs: readonly DeliveredJob[],
  rest: readonly number[],
  { blocks, blockCount }: { readonly blocks: readonly number[]; readonly blockCount: number },
): boolean {
  const meanMs = jobs.reduce((sum, { durationMs }) => sum + durationMs, 0) / jobs.length;
  if (meanMs < DURATION_MIN_MS) return false;
  const sums = new BlockSums(blockCount, 6);
  let far = 0;
  for (const [index, { atMs }] of jobs.entries()) {
    const block = blocks[index] ?? 0;
    const own = rest[index] ?? 0;
    sums.add(block, At.count, 1);
    sums.add(block, At.squares, own * own);
    if (jobs[index - 1]?.atMs === atMs) {
      sums.add(block, At.pairs, 1);
      sums.add(block, At.products, own * (rest[index - 1] ?? 0));
    }
    while ((jobs[far]?.atMs ?? Number.POSITIVE_INFINITY) < atMs - APART_MS) far++;
    if (jobs[far]?.atMs !== atMs - APART_MS) continue;
    sums.add(block, At.farPairs, 1);
    sums.add(block, At.farProducts, own * (rest[far] ?? 0));
  }
  if ((sums.total[At.pairs] ?? 0) < PAIRS_MIN) return false;
  const above = (all: Float64Array) => {
    const near = (all[At.products] ?? 0) / (all[At.pairs] ?? 0);
    const apart = (all[At.farProducts] ?? 0) / (all[At.farPairs] ?? 0);
    return (near - apart) / ((all[At.squares] ?? 0) / (all[At.count] ?? 0));
  };
  const { value, low } = jackknifedSum(above(sums.total), sums.without().map(above));
  return value > TOGETHER_MIN && low > 0;
}

/** Mean times if half of what company does were due to what begins later; the mean of all is what it was. */
export class EvenlyCurve implements TimesByLoad {
  readonly #of: TimesByLoad;

  constructor(of: TimesByLoad) {
    this.#of = of;
  }

  get size(): number {
    return this.#of.size;
  }

  get counts(): Float64Array {
    return this.#of.counts;
  }

  solve(): number[] {
    return this.#halved(this.#of.solve());
  }

  without(): number[][] {
    return this.#of.without().map((means) => this.#halved(means));
  }

  free(): FreeTimes {
    const { whole, without } = this.#of.free();
    return { whole: this.#halved(whole), without: without.map((means) => this.#halved(means)) };
  }

  half(isIn: (block: number) => boolean): { means: number[]; counts: number[] } {
    const { means, counts } = this.#of.half(isIn);
    return { means: this.#halved(means, counts), counts };
  }

  #halved(means: readonly number[], counts: ArrayLike<number> = this.counts): number[] {
    const [alone = Number.NaN] = means;
    const factors = means.map((mean) => (1 + mean / alone) / 2);
    let [all, less] = [0, 0];
    for (const [k, mean] of means.entries()) {
      all += (counts[k] ?? 0) * mean;
      less += (counts[k] ?? 0) * (factors[k] ?? 1);
    }
    return factors.map((factor) => (all / less) * factor);
  }
}
