/** The pools that a list of orchestrators makes by score (D-7). */

/**
 * Whose score counts (D-7): trusted ≥ 1, untrusted = 0, any ≥ 0. Video gateways have a trusted and
 * an untrusted pool, so that a score between 0 and 1 is in neither.
 */
export type ScorePool = (typeof SCORE_POOLS)[number];

/** The names of the pools. */
export const SCORE_POOLS = ["trusted", "untrusted", "any"] as const;

/** Whether an endpoint with this score is in the pool. */
export function inPool(score: number, pool: ScorePool): boolean {
  if (pool === "trusted") return score >= 1;
  return pool === "untrusted" ? score === 0 : score >= 0;
}
