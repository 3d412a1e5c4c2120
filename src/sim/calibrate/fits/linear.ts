/** Symmetric linear equations, as least squares has them. */

const NOTHING = 1e-9;

/**
 * Gauss's elimination of a symmetric, positive matrix.
 *
 * @param matrix rows with their right side as last element; it is used up
 * @returns NaN in the place of what nothing is known of
 */
export function eliminated(matrix: number[][]): number[] {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const own = matrix[pivot] ?? [];
    const diagonal = own[pivot] ?? 0;
    if (Math.abs(diagonal) < NOTHING) continue;
    for (let row = pivot + 1; row < size; row++) {
      const other = matrix[row] ?? [];
      const factor = (other[pivot] ?? 0) / diagonal;
      if (factor === 0) continue;
      for (let column = pivot; column <= size; column++) {
        other[column] = (other[column] ?? 0) - factor * (own[column] ?? 0);
      }
    }
  }
  const found = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const own = matrix[row] ?? [];
    const diagonal = own[row] ?? 0;
    let rest = own[size] ?? 0;
    for (let column = row + 1; column < size; column++) {
      const factor = own[column] ?? 0;
      if (factor !== 0) rest -= factor * (found[column] ?? 0);
    }
    found[row] = Math.abs(diagonal) < NOTHING ? Number.NaN : rest / diagonal;
  }
  return found;
}

/** Puts in place of each NaN the nearest value before it, or else the first after it. */
export function filled(values: readonly number[]): number[] {
  let last = values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
