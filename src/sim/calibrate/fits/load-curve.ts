/** Mean times by number at a time, where that number is known, or known by chances, by least squares. */
import { AT_A_TIME_MAX, type Chances } from "./at-a-time.js";
import { BlockSums } from "./blocks.js";
import { eliminated, filled } from "./linear.js";
import { neverFalling } from "./monotone.js";

/** Segments below which a number at a time is taken together with the one below it. */
const SEGMENTS_MIN = 40;

/**
 * Where the number at a time is known by chances only, neighbouring means can hardly be told from
 * each other: bends of the curve are then held down, by so much for each segment.
 */
const STIFFNESS = 0.01;

/** Mean times that were not kept from falling, and what they are without each block. */
export interface FreeTimes {
  readonly whole: readonly number[];
  readonly without: readonly (readonly number[])[];
}

/** Mean times at each number at a time, and what they are without each block. */
export interface TimesByLoad {
  /** Numbers at a time that are told apart: 1 … size. */
  readonly size: number;
  /** Segments at each number at a time. */
  readonly counts: Float64Array;
  /** Mean times, never falling. */
  solve(): number[];
  /** Mean times without each block, never falling. */
  without(): number[][];
  /** Both as they are found, which may fall. */
  free(): FreeTimes;
  /** Mean times of the blocks that are chosen, and how many segments each is of. */
  half(isIn: (block: number) => boolean): { means: number[]; counts: number[] };
}

/** Sums of the normal equations, by block. */
export class LoadCurve implements TimesByLoad {
  /** Numbers at a time that are told apart: 1 … size. */
  readonly size: number;
  readonly #isKnown: boolean;
  readonly #changes: readonly (readonly number[])[] | null;
  readonly #sums: BlockSums;

  /**
   * @param options.blocks by job, its block
   * @param options.changes the times were looked at for the chances: means are weighted by them, and without
   *   each block their logarithms change by so much
   */
  constructor(
    chances: Chances,
    times: readonly number[],
    options: {
      readonly blocks: readonly number[];
      readonly blockCount: number;
      readonly changes?: readonly (readonly number[])[];
    },
  ) {
    const { blocks, blockCount, changes = null } = options;
    const isSharp = changes !== null;
    this.#changes = changes;
    this.size = sizeOf(chances);
    const { size } = this;
    this.#isKnown =
      isSharp || chances.every((own) => own.every((chance) => chance === 0 || chance === 1));
    this.#sums = new BlockSums(blockCount, size * size + 2 * size);
    const own = new Float64Array(size);
    for (const [index, chance] of chances.entries()) {
      own.fill(0);
      for (const [k, share] of chance.entries()) {
        const at = Math.min(k, size - 1);
        own[at] = (own[at] ?? 0) + share;
      }
      const block = blocks[index] ?? 0;
      const time = times[index] ?? 0;
      for (const [row, share] of own.entries()) {
        if (share === 0) continue;
        if (isSharp) this.#sums.add(block, row * size + row, share);
        else {
          for (const [column, other] of own.entries()) {
            if (other !== 0) this.#sums.add(block, row * size + column, share * other);
          }
        }
        this.#sums.add(block, size * size + row, share * time);
        this.#sums.add(block, size * size + size + row, share);
      }
    }
  }

  /** Segments at each number at a time. */
  get counts(): Float64Array {
    return this.#sums.total.slice(this.size * (this.size + 1));
  }

  solve(): number[] {
    return this.#neverFalling(this.#free(this.#sums.total));
  }

  without(): number[][] {
    return this.free().without.map((means) => this.#neverFalling(means));
  }

  free(): FreeTimes {
    const whole = this.#free(this.#sums.total);
    const without =
      this.#changes?.map((own) => whole.map((mean, k) => mean * Math.exp(own[k] ?? Number.NaN))) ??
      this.#sums.without().map((sums) => this.#free(sums));
    return { whole, without };
  }

  #free(sums: Float64Array): number[] {
    const { size } = this;
    const matrix = Array.from({ length: size }, (_, row) => [
      ...sums.slice(row * size, (row + 1) * size),
      sums[size * size + row] ?? 0,
    ]);
    if (!this.#isKnown) stiffen(matrix, STIFFNESS * total(sums.slice(size * (size + 1))));
    return filled(eliminated(matrix));
  }

  #neverFalling(means: readonly number[], counts = this.counts): number[] {
    const weights = [...counts].map((count) => Math.max(count, 1e-9));
    return neverFalling(means, weights);
  }

  /** Mean times of the blocks that are chosen, and how many segments each is of. */
  half(isIn: (block: number) => boolean): { means: number[]; counts: number[] } {
    const sums = this.#sums.of(isIn);
    const counts = sums.slice(this.size * (this.size + 1));
    return { means: this.#neverFalling(this.#free(sums), counts), counts: [...counts] };
  }
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** How many numbers at a time are told apart: those of few segments are taken with the one below. */
export function sizeOf(chances: Chances): number {
  const counts = new Float64Array(AT_A_TIME_MAX);
  for (const own of chances) {
    for (const [index, chance] of own.entries()) counts[index] = (counts[index] ?? 0) + chance;
  }
  return Math.max(1, counts.findLastIndex((count) => count >= SEGMENTS_MIN) + 1);
}

/** Adds the squares of second differences, times a weight. */
function stiffen(matrix: readonly number[][], weight: number): void {
  const bend = [1, -2, 1];
  for (let first = 0; first + 2 < matrix.length; first++) {
    for (const [row, a] of bend.entries()) {
      const own = matrix[first + row];
      if (own === undefined) continue;
      for (const [column, b] of bend.entries()) {
        own[first + column] = (own[first + column] ?? 0) + weight * a * b;
      }
    }
  }
}
