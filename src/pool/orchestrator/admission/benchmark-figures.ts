/**
 * What a worker's benchmark says, in figures: each part by itself, and how long a segment takes
 * at every number of sessions that was tried.
 */

/** One segment of the reference job, times in ms; Infinity for what failed. */
export interface BenchmarkSegment {
  /** The first of a session, before the device is warm. */
  readonly cold: boolean;
  /** Time of the source's way to the worker, ms. */
  readonly downloadMs: number;
  /** Time of the transcoding, ms. */
  readonly transcodeMs: number;
  /** Time of the results' way back, ms. */
  readonly uploadMs: number;
}

/** The reference job at one number of concurrent sessions. */
export interface BenchmarkRun {
  /** How many sessions ran at once. */
  readonly sessions: number;
  /** The segments of all sessions. */
  readonly segments: readonly BenchmarkSegment[];
}

/** Everything that was measured. */
export interface BenchmarkReport {
  /** One run for each number of sessions that was tried. */
  readonly runs: readonly BenchmarkRun[];
  /** Round trips of an empty message, ms. */
  readonly latenciesMs: readonly number[];
}

/** Median and 99th percentile, ms; both NaN when nothing was measured. */
export interface Quantiles {
  /** The median, ms. */
  readonly p50Ms: number;
  /** The 99th percentile, ms. */
  readonly p99Ms: number;
}

/** Figures at one number of concurrent sessions. The whole = download + transcode + upload. */
export interface BenchmarkStep {
  /** How many sessions ran at once. */
  readonly sessions: number;
  /** How many segments were measured. */
  readonly segments: number;
  /** Whole segments on a warm device. */
  readonly warm: Quantiles;
  /** Whole segments that were their session's first. */
  readonly cold: Quantiles;
  /** The download alone. */
  readonly download: Quantiles;
  /** The transcoding alone. */
  readonly transcode: Quantiles;
  /** The upload alone. */
  readonly upload: Quantiles;
}

/** What a benchmark says, in figures. */
export interface BenchmarkFigures {
  /** What was measured at each number of sessions, ascending. */
  readonly steps: readonly BenchmarkStep[];
  /** Round trips of the connection alone. */
  readonly latency: Quantiles;
}

/**
 * The q-quantile by nearest rank: the smallest value that at least the share q of all does not
 * exceed.
 *
 * @param sorted ascending
 * @param q share in (0, 1]
 * @returns NaN for no values
 */
export function nearestRank(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function quantiles(values: Iterable<number>): Quantiles {
  const sorted = Float64Array.from(values).sort();
  return { p50Ms: nearestRank(sorted, 0.5), p99Ms: nearestRank(sorted, 0.99) };
}

/** The slower of warm and cold at the 99th percentile: what a limit is held against. */
export function worstP99Ms({ warm, cold }: Pick<BenchmarkStep, "warm" | "cold">): number {
  if (Number.isNaN(warm.p99Ms)) return cold.p99Ms;
  return Number.isNaN(cold.p99Ms) ? warm.p99Ms : Math.max(warm.p99Ms, cold.p99Ms);
}

/** Turns measurements into figures. Runs with the same number of sessions are taken together. */
export function benchmarkFigures(report: BenchmarkReport): BenchmarkFigures {
  const bySessions = new Map<number, BenchmarkSegment[]>();
  for (const { sessions, segments } of report.runs) {
    const known = bySessions.get(sessions);
    if (known === undefined) bySessions.set(sessions, [...segments]);
    else known.push(...segments);
  }
  const steps = [...bySessions]
    .sort(([a], [b]) => a - b)
    .map(([sessions, segments]): BenchmarkStep => {
      const whole = (s: BenchmarkSegment) => s.downloadMs + s.transcodeMs + s.uploadMs;
      return {
        sessions,
        segments: segments.length,
        warm: quantiles(segments.filter((s) => !s.cold).map(whole)),
        cold: quantiles(segments.filter((s) => s.cold).map(whole)),
        download: quantiles(segments.map((s) => s.downloadMs)),
        transcode: quantiles(segments.map((s) => s.transcodeMs)),
        upload: quantiles(segments.map((s) => s.uploadMs)),
      };
    });
  return { steps, latency: quantiles(report.latenciesMs) };
}
