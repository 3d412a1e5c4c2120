/**
 * Mean times by number at a time from segments of one session, some seconds apart: what the session
 * does, and a slow spell, is the same in both, so that only the number at a time and the noise differ.
 * A session that is slow has others beside it more often; among all segments alone, slow sessions and
 * spells are therefore too rare, and means of these come out too small.
 *
 * Of two of a session, the one with k at a time has m(k) ÷ (m(k) + m(l)) of their sum on
 * average, whatever the session, and whatever noise there is (Bradley and Terry's model, with times in
 * place of wins). Logarithms would take the noise for lognormal, as much of it at each number at a time.
 */
import type { Chances } from "./at-a-time.js";
import { BlockSums } from "./blocks.js";
import { filled } from "./linear.js";
import { type FreeTimes, sizeOf, type TimesByLoad } from "./load-curve.js";
import { neverFalling } from "./monotone.js";
import type { Pairs } from "./successors.js";

/** What the curve is made of. */
export interface PairCurveInput {
  /** Of each segment, the number at a time, for certain. */
  readonly chances: Chances;
  readonly times: readonly number[];
  readonly pairs: Pairs;
  /** By segment, its block. */
  readonly blocks: readonly number[];
  readonly blockCount: number;
}

/** Rounds of improvement at most, and the step below which none is needed. */
const ROUNDS = 200;
const STEP = 1e-7;

/** Sums of times, of all and of those in pairs, by block. */
export class PairCurve implements TimesByLoad {
  readonly size: number;
  readonly #sums: BlockSums;

  constructor({ chances, times, pairs, blocks, blockCount }: PairCurveInput) {
    const size = sizeOf(chances);
    this.size = size;
    this.#sums = new BlockSums(blockCount, size * (size + 2));
    const places = chances.map((own) => Math.min(own.lastIndexOf(1), size - 1));
    for (const [index, at] of places.entries()) {
      const block = blocks[index] ?? 0;
      this.#sums.add(block, size * size + at, times[index] ?? 0);
      this.#sums.add(block, size * (size + 1) + at, 1);
    }
    for (const [before, after] of pairs) {
      const from = places[before] ?? 0;
      const to = places[after] ?? 0;
      if (from === to) continue;
      const block = blocks[after] ?? 0;
      this.#sums.add(block, from * size + to, times[before] ?? 0);
      this.#sums.add(block, to * size + from, times[after] ?? 0);
    }
  }

  get counts(): Float64Array {
    return this.#sums.total.slice(this.size * (this.size + 1));
  }

  solve(sums: Float64Array = this.#sums.total): number[] {
    return this.#means(sums, true);
  }

  without(): number[][] {
    return this.#sums.without().map((sums) => this.#means(sums, true));
  }

  free(): FreeTimes {
    return {
      whole: this.#means(this.#sums.total, false),
      without: this.#sums.without().map((sums) => this.#means(sums, false)),
    };
  }

  #means(sums: Float64Array, isNeverFalling: boolean): number[] {
    const { size } = this;
    const own = Array.from({ length: size }, (_, at) => {
      return sums.slice(at * size, (at + 1) * size).reduce((all, time) => all + time, 0);
    });
    const weights = own.map((sum) => Math.max(sum, 1e-9));
    const found = filled(proportions(sums, own));
    const factors = isNeverFalling ? neverFalling(found, weights) : found;
    let whole = 0;
    let segments = 0;
    for (const [at, factor] of factors.entries()) {
      whole += (sums[size * size + at] ?? 0) / factor;
      segments += sums[size * (size + 1) + at] ?? 0;
    }
    return factors.map((factor) => (whole / segments) * factor);
  }

  half(isIn: (block: number) => boolean): { means: number[]; counts: number[] } {
    const sums = this.#sums.of(isIn);
    return { means: this.solve(sums), counts: [...sums.slice(this.size * (this.size + 1))] };
  }
}

/**
 * Numbers in proportion of which the sums are most likely: each is set to what it would be if the
 * others were right, again and again.
 *
 * @param sums `[k * size + l]` is the sum of times at k in pairs of k and l
 * @param own by k, the sum over all l
 * @returns NaN where there is no pair
 */
function proportions(sums: Float64Array, own: readonly number[]): number[] {
  const size = own.length;
  const found = own.map((sum) => (sum > 0 ? 1 : Number.NaN));
  for (let round = 0; round < ROUNDS; round++) {
    let step = 0;
    for (const [k, sum] of own.entries()) {
      if (sum <= 0) continue;
      const now = found[k] ?? 1;
      let expected = 0;
      for (let l = 0; l < size; l++) {
        const both = (sums[k * size + l] ?? 0) + (sums[l * size + k] ?? 0);
        if (both > 0) expected += both / (now + (found[l] ?? 1));
      }
      const next = sum / expected;
      found[k] = next;
      step = Math.max(step, Math.abs(next / now - 1));
    }
    if (step < STEP) break;
  }
  return found.every(Number.isNaN) ? found.map(() => 1) : found;
}
