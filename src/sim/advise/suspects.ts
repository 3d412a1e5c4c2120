/**
 * Which workers lose streams most: where advice begins to look. An order and nothing more: it accuses
 * nobody. Two workers that draw streams away from the others hide each other: without one of them the
 * other takes more, so each alone looks harmless. So the worst are left out one after the other, and
 * what each of them is worth is asked in the best of these pools, where nobody hides it.
 */
import type { Samples } from "../experiment/samples.js";
import type { Scenario } from "../scenario/schema.js";
import type { WorkerKind } from "./pool-change.js";

/** A suspect loses so many times as much as a good one, of what it delivers … */
const TIMES_WORSE = 3;
/** … and this part of what the whole pool delivers: by less nobody can change much. */
const PART_MIN = 0.05;
const MINUTE_MS = 60_000;

/**
 * Kinds of workers that lose far more than the better ones, the worst first; never all of them.
 *
 * @param kinds that are in the pool
 * @param samples of that pool
 * @param scenario says how long a segment is
 */
export function suspects(
  kinds: readonly WorkerKind[],
  samples: Samples,
  { stream }: Pick<Scenario, "stream">,
): readonly WorkerKind[] {
  const sum = ({ workers }: WorkerKind, metric: string) =>
    workers.reduce((total, name) => total + (samples.mean(`worker.${name}.${metric}`) ?? 0), 0);
  const segments = kinds.reduce((total, kind) => total + sum(kind, "segments"), 0);
  const delivered = (segments * stream.segmentMs) / MINUTE_MS;
  const losses = kinds.map((kind) => {
    const minutes = sum(kind, "streamMinutesLost");
    const loss = minutes / Math.max(1, sum(kind, "segments"));
    return { kind, loss, part: minutes / Math.max(1, delivered) };
  });
  const ascending = losses.map(({ loss }) => loss).sort((a, b) => a - b);
  const good = ascending[Math.floor((ascending.length - 1) / 4)] ?? 0;
  return losses
    .filter(({ loss, part }) => loss > TIMES_WORSE * good && part >= PART_MIN)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, kinds.length - 1)
    .map(({ kind }) => kind);
}
