/**
 * What a worker's benchmark says, in figures: each part by itself, and how long a segment takes
 * at every number of sessions that was tried.
 */
import { type BenchmarkSegment, nearestRank } from "./benchmark-quantiles.js";
import { type BenchmarkTail, benchmarkTails } from "./benchmark-tail.js";

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
  /** The 99th percentile that a limit is held against, and how sure it is. */
  readonly tail: BenchmarkTail;
}

/** What a benchmark says, in figures. */
export interface BenchmarkFigures {
  /** What was measured at each number of sessions, ascending. */
  readonly steps: readonly BenchmarkStep[];
  /** Round trips of the connection alone. */
  readonly latency: Quantiles;
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
  const ascending = [...bySessions].sort(([a], [b]) => a - b);
  const figures = ascending.map(([sessions, segments]) => {
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
  const tails = benchmarkTails(
    ascending.map(([, segments]) => segments),
    figures.map(worstP99Ms),
  );
  const steps = figures.map((step, index): BenchmarkStep => {
    return { ...step, tail: tails[index] ?? { p99Ms: worstP99Ms(step), logError: Infinity } };
  });
  return { steps, latency: quantiles(report.latenciesMs) };
}
