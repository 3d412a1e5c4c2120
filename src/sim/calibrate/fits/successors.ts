/**
 * Which segment of a worker follows which in the same session. Events do not say so; but a segment
 * begins as long after the one before it as it lasts itself, and is transcoded into as many pixels.
 */
import type { DeliveredJob } from "../readers/pool-events.js";

/** A successor begins within so much of where it should, ms: the noise of its way to the pool. */
const NEAR_MS = 120;
/** Another within so much makes it doubtful, ms: then it is left out. */
const DOUBT_MS = 2 * NEAR_MS;
/** Pixels of a second of video, of the same renditions: whole frames make them differ a little. */
const SAME_PIXELS = 0.04;

/**
 * Pairs of which there is no doubt.
 *
 * @param jobs with times of milliseconds
 * @returns indexes of the earlier and of the later one
 */
export function successors(
  jobs: readonly DeliveredJob[],
): readonly (readonly [before: number, after: number])[] {
  const order = jobs
    .map((job, index) => ({ index, begin: job.atMs - job.responseMs, job }))
    .sort((a, b) => a.begin - b.begin);
  const rate = ({ pixels, durationMs }: DeliveredJob) => pixels / Math.max(1, durationMs);
  const pairs: (readonly [number, number])[] = [];
  let from = 0;
  for (const { index, begin, job } of order) {
    const wanted = begin - job.durationMs;
    // Durations differ: the place moves back for a long one.
    while (from > 0 && (order[from - 1]?.begin ?? 0) >= wanted - DOUBT_MS) from--;
    while ((order[from]?.begin ?? Number.POSITIVE_INFINITY) < wanted - DOUBT_MS) from++;
    let found = -1;
    let candidates = 0;
    for (let at = from; at < order.length; at++) {
      const other = order[at];
      if (other === undefined || other.begin > wanted + DOUBT_MS) break;
      if (other.index === index) continue;
      if (Math.abs(rate(other.job) / rate(job) - 1) > SAME_PIXELS) continue;
      candidates++;
      if (Math.abs(other.begin - wanted) <= NEAR_MS) found = other.index;
    }
    if (candidates === 1 && found >= 0) pairs.push([found, index]);
  }
  return pairs;
}
