/** Splits an amount in proportion to weights, to the wei. */
import { invariant } from "../../../core/errors.js";

/**
 * Largest remainder: everyone gets the whole part of its share; the wei that are left go, one
 * each, to the largest fractions, equal ones in order of their key.
 *
 * @param totalWei at least 0
 * @param weights by key, each at least 0
 * @returns parts by key that add up to the total; null if all weights are 0, as nobody is entitled
 */
export function splitWei(
  totalWei: bigint,
  weights: ReadonlyMap<string, bigint>,
): Map<string, bigint> | null {
  let sum = 0n;
  for (const weight of weights.values()) {
    invariant(weight >= 0n, "weights are not negative");
    sum += weight;
  }
  invariant(totalWei >= 0n, "only what came in is split");
  if (sum === 0n) return null;
  let left = totalWei;
  const parts = [...weights].map(([key, weight]) => {
    const whole = (totalWei * weight) / sum;
    left -= whole;
    return { key, whole, fraction: totalWei * weight - whole * sum };
  });
  parts.sort((a, b) =>
    a.fraction === b.fraction ? (a.key < b.key ? -1 : 1) : a.fraction > b.fraction ? -1 : 1,
  );
  return new Map(
    parts.map(({ key, whole }, rank) => [key, BigInt(rank) < left ? whole + 1n : whole]),
  );
}
