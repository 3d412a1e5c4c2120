/**
 * Which workers lose streams most: where advice begins to look. An order and nothing more: it accuses
 * nobody. Two workers that draw streams away from the others hide each other: without one of them the
 * other takes more, so each alone looks harmless. So the worst are left out one after the other, and
 * what each of them is worth is asked in the best of these pools, where nobody hides it.
 */
import type { Samples } from "../experiment/samples.js";
import type { WorkerKind } from "./pool-change.js";

/** At most so many kinds are left out on the way. */
const SUSPECTS_MAX = 8;
/** A suspect loses so many times as much as a good one, of what it delivers. */
const TIMES_WORSE = 3;

/** Minutes of streams lost for each segment delivered. */
function lossOf({ workers }: WorkerKind, samples: Samples): number {
  const sum = (metric: string) =>
    workers.reduce((total, name) => total + (samples.mean(`worker.${name}.${metric}`) ?? 0), 0);
  return sum("streamMinutesLost") / Math.max(1, sum("segments"));
}

/**
 * Kinds of workers that lose far more than the better ones, the worst first; never all of them.
 *
 * @param samples of the pool with all of them
 */
export function suspects(kinds: readonly WorkerKind[], samples: Samples): readonly WorkerKind[] {
  const losses = kinds.map((kind) => ({ kind, loss: lossOf(kind, samples) }));
  const ascending = losses.map(({ loss }) => loss).sort((a, b) => a - b);
  const good = ascending[Math.floor((ascending.length - 1) / 4)] ?? 0;
  const most = Math.min(SUSPECTS_MAX, kinds.length - 1);
  return losses
    .filter(({ loss }) => loss > TIMES_WORSE * good)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, most)
    .map(({ kind }) => kind);
}
