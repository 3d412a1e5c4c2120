/**
 * `benchmark`: at registration a reference job decides, as the pool proposal asks for. The limit
 * is on the 99th percentile of download + transcode + upload, warm and cold.
 */
import { counted } from "../../../core/wording.js";
import { type BenchmarkFigures, type BenchmarkStep, worstP99Ms } from "./benchmark-figures.js";
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted, refused } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";

/** What a worker's benchmark must reach. */
export interface BenchmarkConfig {
  /** Limit on the 99th percentile, ms; the proposal's example is 800. */
  readonly limitMs: number;
  /** Segments needed at a number of sessions for it to count. @default 200 */
  readonly segments?: number | undefined;
  /** Largest number of sessions tried, for whoever runs the benchmark. @default 20 */
  readonly maxSessions?: number | undefined;
}

/** Least segments that a 99th percentile is taken from. */
export const BENCHMARK_SEGMENTS = 200;

/**
 * The largest number of sessions within the limit.
 *
 * @param figures what was measured
 * @param offered sessions that the worker offers; more are never given
 */
export function judgeBenchmark(
  figures: BenchmarkFigures,
  { limitMs, segments: needed = BENCHMARK_SEGMENTS }: BenchmarkConfig,
  offered: number,
): AdmissionDecision {
  const counting = figures.steps.filter(({ segments }) => segments >= needed);
  const first = counting[0];
  if (first === undefined) {
    return refused(`the benchmark has fewer than ${needed} segments at every number of sessions`);
  }
  const best = counting.findLast((step) => worstP99Ms(step) <= limitMs);
  if (best === undefined) {
    return refused(`${describe(first)}, above the limit of ${limitMs} ms (${parts(first)})`);
  }
  const sessions = Math.min(best.sessions, offered);
  return admitted(sessions, `${describe(best)}, within the limit of ${limitMs} ms`);
}

function describe(step: BenchmarkStep): string {
  const count = counted(step.sessions, "session");
  return `99th percentile ${inMs(worstP99Ms(step))} at ${count}`;
}

function parts({ download, transcode, upload }: BenchmarkStep): string {
  return `download ${inMs(download.p99Ms)}, transcode ${inMs(transcode.p99Ms)}, upload ${inMs(upload.p99Ms)}`;
}

function inMs(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value)} ms` : "never";
}

export class BenchmarkPolicy extends AdmitEveryone {
  override readonly policy = "benchmark";
  readonly #config: BenchmarkConfig;

  constructor(config: BenchmarkConfig) {
    super();
    this.#config = config;
  }

  override onRegister(candidate: AdmissionCandidate): AdmissionDecision {
    const { benchmark, maxSessions } = candidate;
    if (benchmark === null) return refused("no benchmark result was sent");
    return judgeBenchmark(benchmark, this.#config, maxSessions);
  }
}

export const benchmark = admissionEntry({
  name: "benchmark",
  description: "A reference job at registration decides about admission and maxSessions.",
  settings: ({ z, number, integer }) =>
    z.strictObject({
      limitMs: number("Limit on the 99th percentile of download + transcode + upload.", 1, 600_000),
      segments: integer("Segments per number of sessions.", BENCHMARK_SEGMENTS, 100_000).default(
        BENCHMARK_SEGMENTS,
      ),
      maxSessions: integer("Largest number of sessions tried.", 1, 1000).default(20),
    }),
  needs: ["benchmark"],
  create: (settings: BenchmarkConfig) => new BenchmarkPolicy(settings),
});
