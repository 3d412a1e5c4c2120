/** Mean times by number at a time, where that number is known, or known by chances, by least squares. */
import { AT_A_TIME_MAX, type Chances } from "./at-a-time.js";
import { BlockSums } from "./blocks.js";
import { neverFalling } from "./monotone.js";

/** Segments below which a number at a time is taken together with the one below it. */
const SEGMENTS_MIN = 40;

/** Sums of the normal equations, by block. */
export class LoadCurve {
  /** Numbers at a time that are told apart: 1 … size. */
  readonly size: number;
  readonly #sums: BlockSums;

  /** @param blocks by job, its block */
  constructor(
    chances: Chances,
    times: readonly number[],
    blocks: readonly number[],
    blockCount: number,
  ) {
    const counts = new Float64Array(AT_A_TIME_MAX);
    for (const own of chances) {
      for (const [index, chance] of own.entries()) counts[index] = (counts[index] ?? 0) + chance;
    }
    const enough = counts.findLastIndex((count) => count >= SEGMENTS_MIN);
    this.size = Math.max(1, enough + 1);
    const { size } = this;
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
        for (const [column, other] of own.entries()) {
          if (other !== 0) this.#sums.add(block, row * size + column, share * other);
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

  /** Mean times, never falling. */
  solve(sums: Float64Array = this.#sums.total): number[] {
    const { size } = this;
    const matrix = Array.from({ length: size }, (_, row) => [
      ...sums.slice(row * size, (row + 1) * size),
      sums[size * size + row] ?? 0,
    ]);
    const means = eliminated(matrix);
    const weights = [...sums.slice(size * (size + 1))].map((weight) => Math.max(weight, 1e-9));
    return neverFalling(means, weights);
  }

  /** Mean times without each block. */
  without(): number[][] {
    return this.#sums.without().map((sums) => this.solve(sums));
  }

  /** Mean times of the blocks that are chosen, and how many segments each is of. */
  half(isIn: (block: number) => boolean): { means: number[]; counts: number[]; sum: number[] } {
    const sums = this.#sums.of(isIn);
    const { size } = this;
    return {
      means: this.solve(sums),
      counts: [...sums.slice(size * (size + 1))],
      sum: [...sums.slice(size * size, size * (size + 1))],
    };
  }
}

/** Gauss's elimination of a symmetric, positive matrix; where a row has nothing, the one above's. */
function eliminated(matrix: number[][]): number[] {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const own = matrix[pivot] ?? [];
    const diagonal = own[pivot] ?? 0;
    if (Math.abs(diagonal) < 1e-9) continue;
    for (let row = pivot + 1; row < size; row++) {
      const other = matrix[row] ?? [];
      const factor = (other[pivot] ?? 0) / diagonal;
      if (factor === 0) continue;
      for (let column = pivot; column <= size; column++) {
        other[column] = (other[column] ?? 0) - factor * (own[column] ?? 0);
      }
    }
  }
  const means = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const own = matrix[row] ?? [];
    const diagonal = own[row] ?? 0;
    let rest = own[size] ?? 0;
    for (let column = row + 1; column < size; column++) {
      rest -= (own[column] ?? 0) * (means[column] ?? 0);
    }
    means[row] = Math.abs(diagonal) < 1e-9 ? Number.NaN : rest / diagonal;
  }
  for (let row = 1; row < size; row++) {
    if (Number.isNaN(means[row])) means[row] = means[row - 1] ?? Number.NaN;
  }
  return means;
}
