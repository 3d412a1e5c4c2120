/**
 * The 99th percentile of a benchmark's segments, and how sure it is. From 200 segments on it is read
 * off; of fewer, the mean is theirs and the distance from it to the percentile is that of all
 * segments of the benchmark, whatever their number of sessions: load makes segments slower, the
 * spread around their mean it mostly leaves as it is.
 */
import { normalQuantile } from "../../../core/random.js";
import { type BenchmarkSegment, nearestRank } from "./benchmark-quantiles.js";

/** The tail of a benchmark at one number of sessions. */
export interface BenchmarkTail {
  /** 99th percentile of whole segments, the slower of warm and cold, ms; Infinity: it never came. */
  readonly p99Ms: number;
  /**
   * Standard error of its logarithm, from the noise between segments; Infinity where it is not
   * known at all.
   */
  readonly logError: number;
}

/** Segments from which a 99th percentile is read off. */
export const READ_OFF_SEGMENTS = 200;
const TAIL = 0.99;
const TAIL_Z = normalQuantile(TAIL);
/** Variance of a sample's 99th percentile in units of variance ÷ n: read off, and by a lognormal. */
const READ_OFF_VARIANCE = (TAIL * (1 - TAIL)) / (Math.exp(-(TAIL_Z ** 2)) / (2 * Math.PI));
const FAMILY_VARIANCE = TAIL_Z ** 2 / 2;

/** Times the common spread. */
const ODD = 1.5;

interface Warm {
  readonly count: number;
  readonly failed: number;
  /** Logarithms of those that came. */
  readonly logs: readonly number[];
  readonly meanLog: number;
}

function warmOf(segments: readonly BenchmarkSegment[]): Warm {
  const warm = segments.filter(({ cold }) => !cold).map(wholeMs);
  const logs = warm.filter((ms) => ms < Number.POSITIVE_INFINITY).map((ms) => Math.log(ms));
  return {
    count: warm.length,
    failed: warm.length - logs.length,
    logs,
    meanLog: logs.reduce((sum, log) => sum + log, 0) / logs.length,
  };
}

/** Download, transcoding and upload of a segment, ms; never 0, of which there is no logarithm. */
export function wholeMs({ downloadMs, transcodeMs, uploadMs }: BenchmarkSegment): number {
  return Math.max(1e-6, downloadMs + transcodeMs + uploadMs);
}

/** How segments spread around the mean of their number of sessions. */
interface Spread {
  readonly deviation: number;
  /** From the mean to the 99th percentile, on the logarithm. */
  readonly reach: number;
  /** Of {@link reach}. */
  readonly variance: number;
}

function spreadOf(all: readonly Warm[]): Spread {
  const residuals = all.flatMap(({ logs, meanLog }) => {
    const scale = logs.length < 2 ? Number.NaN : Math.sqrt(logs.length / (logs.length - 1));
    return Number.isNaN(scale) ? [] : logs.map((log) => scale * (log - meanLog));
  });
  const count = residuals.length;
  if (count < 2) return { deviation: Number.NaN, reach: Number.NaN, variance: Number.NaN };
  const deviation = Math.sqrt(residuals.reduce((sum, one) => sum + one * one, 0) / count);
  const readOff = nearestRank(Float64Array.from(residuals).sort(), TAIL);
  const family = TAIL_Z * deviation;
  return count >= READ_OFF_SEGMENTS
    ? { deviation, reach: readOff, variance: (READ_OFF_VARIANCE * deviation ** 2) / count }
    : {
        deviation,
        reach: Math.max(readOff, family),
        variance: (FAMILY_VARIANCE * deviation ** 2) / (count - 1),
      };
}

/**
 * The tails at each number of sessions.
 *
 * @param steps segments by number of sessions
 * @param readOffMs the 99th percentile of all of a step's segments as it is read off, by step, ms
 */
export function benchmarkTails(
  steps: readonly (readonly BenchmarkSegment[])[],
  readOffMs: readonly number[],
): readonly BenchmarkTail[] {
  const warm = steps.map(warmOf);
  const spread = spreadOf(warm);
  return steps.map((segments, index) => {
    const own = warm[index] ?? warmOf([]);
    const p99Ms = readOffMs[index] ?? Number.NaN;
    if (segments.length >= READ_OFF_SEGMENTS) {
      const { deviation } = spreadOf([own]);
      const error = Math.sqrt((READ_OFF_VARIANCE * deviation ** 2) / own.logs.length);
      return { p99Ms, logError: Number.isNaN(error) ? 0 : error };
    }
    const cold = segments.filter((segment) => segment.cold).map(wholeMs);
    const coldMs = nearestRank(Float64Array.from(cold).sort(), TAIL);
    const failsOften = own.failed > (1 - TAIL) * own.count;
    if (failsOften || coldMs === Number.POSITIVE_INFINITY) {
      return { p99Ms: Number.POSITIVE_INFINITY, logError: 0 };
    }
    const alone = spreadOf([own]);
    // Wilder than all of them by more than chance makes it: the others say nothing of its spread.
    const isOdd = alone.deviation > ODD * spread.deviation;
    const { deviation, reach, variance } = isOdd ? alone : spread;
    const error = Math.sqrt(deviation ** 2 / own.logs.length + variance);
    if (Number.isNaN(error)) return { p99Ms, logError: Number.POSITIVE_INFINITY };
    const warmMs = Math.exp(own.meanLog + reach);
    return { p99Ms: Number.isNaN(coldMs) ? warmMs : Math.max(warmMs, coldMs), logError: error };
  });
}

/** The interval that holds a 99th percentile with 95 %, ms. */
export function tailInterval({ p99Ms, logError }: BenchmarkTail): readonly [number, number] {
  const factor = Math.exp(normalQuantile(0.975) * logError);
  return [p99Ms / factor, p99Ms * factor];
}
