/** Where AI jobs make up for segments that a pool no longer delivers: fees do not show the streams that left. */
import { signed } from "../../core/wording.js";
import { SEGMENTS } from "./metric-names.js";
import type { Samples } from "./samples.js";
import { pairedOf } from "./verdict/differences.js";

/** Fewer segments than this share are said. */
const FEWER = 0.05;

function aiFees(samples: Samples): number {
  return samples.mean("pool.aiFeesEthPerDay") ?? 0;
}

/**
 * What to say of what brings more by AI jobs, and costs segments.
 *
 * @param where that is, within a sentence: `in with-x`
 * @param options.baseline without it, of which a share of the segments is meant
 * @returns one note at most
 */
export function fewerSegmentsNotes(
  where: string,
  options: {
    readonly seed: number;
    readonly baseline: Samples;
    readonly candidate: Samples;
  },
): readonly string[] {
  const { seed, baseline, candidate } = options;
  if (aiFees(candidate) <= aiFees(baseline)) return [];
  const before = baseline.mean(SEGMENTS) ?? 0;
  const { mean, ci95 } = pairedOf({ seed }, { baseline, candidate }, SEGMENTS);
  if (mean === null || ci95 === null || !(ci95[1] < -FEWER * before)) return [];
  const [change, low, high] = [mean, ...ci95].map((one) => signed((one / before) * 100, 0));
  return [
    `AI jobs bring more ${where}, and the pool's segments change by ${change} % (${low} … ${high}); a worker with ai.transcoding: none serves AI jobs only`,
  ];
}
