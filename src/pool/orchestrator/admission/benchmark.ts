/**
 * `benchmark`: at registration a reference job decides, as the pool proposal asks for. The limit
 * is on the 99th percentile of download + transcode + upload, warm and cold.
 */

import { normalQuantile } from "../../../core/random.js";
import { apartFrom, counted } from "../../../core/wording.js";
import type { BenchmarkFigures, BenchmarkStep } from "./benchmark-figures.js";
import { READ_OFF_SEGMENTS, tailInterval } from "./benchmark-tail.js";
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, admitted, refused } from "./none.js";
import type { AdmissionCandidate, AdmissionDecision } from "./policy.js";

/** What a worker's benchmark must reach. */
export interface BenchmarkConfig {
  /** Limit on the 99th percentile, ms; the proposal's example is 800. */
  readonly limitMs: number;
  /**
   * How sure it must be that the percentile is within the limit, from 0.5 (what is likeliest
   * decides) to 0.999: few segments are less sure than many. @default 0.5
   */
  readonly confidence?: number | undefined;
  /** Segments at each number of sessions, for whoever runs the benchmark. @default 200 */
  readonly segments?: number | undefined;
  /** Largest number of sessions tried, for whoever runs the benchmark. @default 20 */
  readonly maxSessions?: number | undefined;
}

/** Segments at each number of sessions that a benchmark has where nothing else is said. */
export const BENCHMARK_SEGMENTS = READ_OFF_SEGMENTS;

/** Beyond this ratio of its ends, the interval of 95 % says too little to be used. */
const INTERVAL_RATIO_MAX = 2;

/**
 * The largest number of sessions within the limit. How few segments there are is no matter, how far
 * off their 99th percentile may be is: a number of sessions of which not even a factor of two is
 * known is not used, and named.
 *
 * @param figures what was measured
 * @param offered sessions that the worker offers; more are never given
 */
export function judgeBenchmark(
  figures: BenchmarkFigures,
  { limitMs, confidence = 0.5 }: BenchmarkConfig,
  offered: number,
): AdmissionDecision {
  const used = figures.steps.filter(isUsed);
  const unused = figures.steps.filter((step) => !isUsed(step));
  const but = unused.length === 0 ? "" : `; not used: ${unused.map(whyNot).join(", ")}`;
  const first = used[0];
  if (first === undefined) {
    return refused(`the benchmark says too little at every number of sessions${but}`);
  }
  const z = normalQuantile(confidence);
  const isWithin = ({ tail }: BenchmarkStep) =>
    tail.p99Ms * (confidence === 0.5 ? 1 : Math.exp(z * tail.logError)) <= limitMs;
  const sure = confidence === 0.5 ? "" : ` with a confidence of ${100 * confidence} %`;
  const best = used.findLast(isWithin);
  if (best === undefined) {
    const where =
      first.tail.p99Ms <= limitMs
        ? `not within the limit of ${limitMs} ms${sure}`
        : `above the limit of ${limitMs} ms`;
    return refused(`${describe(first, limitMs)}, ${where} (${parts(first)})${but}`);
  }
  const sessions = Math.min(best.sessions, offered);
  return admitted(
    sessions,
    `${describe(best, limitMs)}, within the limit of ${limitMs} ms${sure}${but}`,
  );
}

function isUsed({ segments, tail }: BenchmarkStep): boolean {
  if (segments >= READ_OFF_SEGMENTS) return true;
  const [low, high] = tailInterval(tail);
  return tail.p99Ms === Number.POSITIVE_INFINITY || high <= INTERVAL_RATIO_MAX * low;
}

function whyNot({ sessions, segments, tail }: BenchmarkStep): string {
  const [low, high] = tailInterval(tail);
  const range =
    high < Number.POSITIVE_INFINITY ? `${inMs(low)} to ${inMs(high)}` : "anything is possible";
  return `${counted(sessions, "session")} (${counted(segments, "segment")}: ${range})`;
}

function describe({ sessions, segments, tail }: BenchmarkStep, limitMs: number): string {
  const count = counted(sessions, "session");
  const percentile = `99th percentile ${besideLimit(tail.p99Ms, limitMs)} at ${count}`;
  if (segments >= READ_OFF_SEGMENTS || tail.p99Ms === Number.POSITIVE_INFINITY) return percentile;
  const [low, high] = tailInterval(tail);
  return `${percentile} (${Math.round(low)} to ${Math.round(high)} ms with 95 %, from ${counted(segments, "segment")})`;
}

function parts({ download, transcode, upload }: BenchmarkStep): string {
  return `download ${inMs(download.p99Ms)}, transcode ${inMs(transcode.p99Ms)}, upload ${inMs(upload.p99Ms)}`;
}

function besideLimit(value: number, limitMs: number): string {
  if (!Number.isFinite(value)) return inMs(value);
  return `${apartFrom(limitMs, value, (one, more) => one.toFixed(more))} ms`;
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
      confidence: number(
        "How sure it must be that the percentile is within the limit; 0.5: what is likeliest decides.",
        0.5,
        0.999,
      ).default(0.5),
      segments: integer("Segments per number of sessions.", 10, 100_000).default(
        BENCHMARK_SEGMENTS,
      ),
      maxSessions: integer("Largest number of sessions tried.", 1, 1000).default(20),
    }),
  needs: ["benchmark"],
  create: (settings: BenchmarkConfig) => new BenchmarkPolicy(settings),
});
