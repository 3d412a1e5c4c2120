/**
 * How many replications: two stages (Stein 1945), so that looking at the result does not bias
 * it. The pilot's spread alone fixes the number R; then there is one test on all R.
 */

import { sampleStandardDeviation } from "simple-statistics";
import { invariant } from "../../../core/errors.js";
import { studentTCritical } from "./student-t.js";

/** Replications of the pilot stage, and the fewest that a two-stage run has. */
export const PILOT_REPLICATIONS = 10;

/** The most replications that a two-stage run has by default. */
export const REPLICATIONS_MAX = 40;

/** The number of replications that the pilot stage fixes. */
export interface ReplicationPlan {
  readonly replications: number;
  /** The half-width to expect at that number, from the pilot's spread; `null` if it has none. */
  readonly expectedHalfWidth: number | null;
  /** Whether that meets the half-width asked for. */
  readonly meetsHalfWidth: boolean;
}

/**
 * Fixes the number of replications from the pilot's paired differences.
 *
 * @param options.pilotDifferences of the objective, one a pilot replication
 * @param options.halfWidth wanted half-width of the 95 % interval, in the objective's unit, >= 0
 * @param options.minimum default 10
 * @param options.maximum default 40
 */
export function planReplications({
  pilotDifferences,
  halfWidth,
  minimum = PILOT_REPLICATIONS,
  maximum = REPLICATIONS_MAX,
}: {
  readonly pilotDifferences: readonly number[];
  readonly halfWidth: number;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}): ReplicationPlan {
  invariant(minimum >= 2 && minimum <= maximum, "2 <= minimum <= maximum replications");
  invariant(halfWidth >= 0, `a half-width is not negative: ${halfWidth}`);
  const n = pilotDifferences.length;
  if (n < 2) return { replications: maximum, expectedHalfWidth: null, meetsHalfWidth: false };
  const [first] = pilotDifferences;
  const flat = pilotDifferences.every((difference) => difference === first);
  if (flat) return { replications: minimum, expectedHalfWidth: 0, meetsHalfWidth: true };
  const reach =
    studentTCritical({ degreesOfFreedom: n - 1 }) * sampleStandardDeviation([...pilotDifferences]);
  const wanted = Math.ceil((reach / halfWidth) ** 2);
  const replications = Math.min(Math.max(wanted, minimum), maximum);
  return {
    replications,
    expectedHalfWidth: reach / Math.sqrt(replications),
    meetsHalfWidth: wanted <= replications,
  };
}
