/** The nearest sequence that never falls: neighbours that do are taken together (pool adjacent violators). */

/**
 * @param values in order
 * @param weights of the same length, above 0
 * @returns the weighted least-squares sequence that never falls
 */
export function neverFalling(values: readonly number[], weights: readonly number[]): number[] {
  const blocks: { value: number; weight: number; count: number }[] = [];
  for (const [index, value] of values.entries()) {
    let block = { value, weight: weights[index] ?? 1, count: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.value > block.value; ) {
      blocks.pop();
      const weight = last.weight + block.weight;
      block = {
        value: (last.value * last.weight + block.value * block.weight) / weight,
        weight,
        count: last.count + block.count,
      };
      last = blocks.at(-1);
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ value, count }) => Array.from({ length: count }, () => value));
}
