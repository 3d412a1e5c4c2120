/**
 * Whether a segment is slowed by what begins after it, as on a shared link: then its time depends on more
 * than on how many there were when it began, and no curve by that number holds for each segment.
 */
import type { DeliveredJob } from "../readers/pool-events.js";
import type { Chances } from "./at-a-time.js";
import { BlockSums } from "./blocks.js";

/** Company counts that comes so early that hardly any segment is over by then: a share of times. */
const EARLY = { quantile: 0.05, share: 0.5 } as const;
/** Segments with, and without, such company below which nothing is said. */
const SEGMENTS_MIN = 100;
/** Times as long, at the least, below which nobody needs to know. */
const SLOWED_MIN = 1.02;

/** Places of sums over a block. */
const At = { aloneCount: 0, aloneSum: 1, joinedCount: 2, joinedSum: 3 } as const;

/**
 * Compares segments that began alone: those soon followed by another with those that were not. Whether
 * one is followed within so short a time does not depend on how long it takes.
 *
 * @param jobs in order of arrival
 * @param options.chances of each number at a time, for certain
 * @param options.blocks by job, its block
 */
export function isSlowedByLater(
  jobs: readonly DeliveredJob[],
  options: {
    readonly chances: Chances;
    readonly blocks: readonly number[];
    readonly blockCount: number;
  },
): boolean {
  const { chances, blocks, blockCount } = options;
  const begun = jobs
    .map(({ atMs, responseMs }, index) => ({ index, beginMs: atMs - responseMs, responseMs }))
    .sort((a, b) => a.beginMs - b.beginMs);
  const alone = begun.map(({ index }) => (chances[index] ?? []).lastIndexOf(1) === 0);
  const times = Float64Array.from(
    begun.filter((_, place) => alone[place] === true),
    ({ responseMs }) => responseMs,
  ).sort();
  const earlyMs = EARLY.share * (times[Math.floor(EARLY.quantile * times.length)] ?? 0);
  const sums = new BlockSums(blockCount, 4);
  for (const [place, { index, beginMs, responseMs }] of begun.entries()) {
    if (alone[place] !== true) continue;
    const next = begun[place + 1];
    const isJoined = next !== undefined && next.beginMs - beginMs < earlyMs;
    const block = blocks[index] ?? 0;
    sums.add(block, isJoined ? At.joinedCount : At.aloneCount, 1);
    sums.add(block, isJoined ? At.joinedSum : At.aloneSum, responseMs);
  }
  const { total } = sums;
  const fewest = Math.min(total[At.aloneCount] ?? 0, total[At.joinedCount] ?? 0);
  if (fewest < SEGMENTS_MIN) return false;
  const { low } = sums.figure((all) => {
    const joined = (all[At.joinedSum] ?? 0) / (all[At.joinedCount] ?? 0);
    return joined / ((all[At.aloneSum] ?? 0) / (all[At.aloneCount] ?? 0));
  });
  return low > SLOWED_MIN;
}
