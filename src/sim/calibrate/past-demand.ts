/** What came to a pool, as its past says: how many segments a day, and how long they are. */
import type { PoolPast, WorkerPast } from "./readers/pool-events.js";

const DAY_MS = 86_400_000;

/** Mean and spread of the segments' durations. */
export interface PastStreams {
  readonly segmentMs: number;
  /** Standard deviation ÷ mean. */
  readonly segmentCv: number;
}

/** All that came. */
export interface PastDemand extends PastStreams {
  readonly segmentsPerDay: number;
  /** Streams that the pool had at a time, on average. */
  readonly streams: number;
}

/** How long segments are, of those that are told to last; 0: none is. */
export function pastStreams(workers: readonly WorkerPast[]): PastStreams {
  let [count, sum, squares] = [0, 0, 0];
  for (const { jobs } of workers) {
    for (const { durationMs } of jobs) {
      if (durationMs <= 0) continue;
      count++;
      sum += durationMs;
      squares += durationMs * durationMs;
    }
  }
  if (count === 0) return { segmentMs: 0, segmentCv: 0 };
  const segmentMs = sum / count;
  const variance = Math.max(0, squares / count - segmentMs ** 2);
  return { segmentMs, segmentCv: Math.sqrt(variance) / segmentMs };
}

/**
 * What came to the pool.
 *
 * @returns null where it delivered nothing
 */
export function pastDemand({ workers, fromMs, toMs }: PoolPast): PastDemand | null {
  const segments = workers.reduce(
    (sum, { jobs, lostAtMs }) => sum + jobs.length + lostAtMs.length,
    0,
  );
  if (segments === 0) return null;
  const streams = pastStreams(workers);
  const segmentsPerDay = segments / (Math.max(1, streams.segmentMs, toMs - fromMs) / DAY_MS);
  return { ...streams, segmentsPerDay, streams: (segmentsPerDay * streams.segmentMs) / DAY_MS };
}
