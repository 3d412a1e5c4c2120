/**
 * What a number of replications says about one figure: its mean and 95 % interval, for a metric
 * of one variant and for the paired difference of two variants.
 *
 * A metric may be absent in a replication (retention where no session ended): absent values and
 * values that are not finite are left out, for differences pair by pair, and `n` says how many
 * were left.
 */

import { mean, sampleSkewness, sampleStandardDeviation } from "simple-statistics";
import { invariant } from "../../../core/errors.js";
import type { RandomKey } from "../../../core/random.js";
import type { Interval } from "./interval.js";
import { rareEventInterval } from "./rare-events.js";
import { eventsOf, shapeOf } from "./sample-shape.js";
import { ONE_LOOK_TAIL, skewedQuantiles } from "./skewed-quantiles.js";
import { studentTCritical } from "./student-t.js";
import { studentisedQuantiles } from "./studentised.js";

/** A figure as estimated from replications; plain JSON. */
export interface SampleEstimate {
  /** `null` where no replication has the figure. */
  readonly mean: number | null;
  /**
   * 95 % interval unless asked for another; `null` with fewer than 2 values, of zero width where all
   * are equal.
   */
  readonly ci95: Interval | null;
  /** The interval before what nothing can be was cut off. @default the same */
  readonly whole?: Interval | undefined;
  /** Replications (for a difference: pairs) that have the figure. */
  readonly n: number;
  /** Skewness of the values, where the interval is one of a mean. @default unknown */
  readonly skewness?: number | undefined;
}

/**
 * How an interval was made: Student's t, at the level of one of many looks or comparisons with what allows
 * for a tail that was not met; the wider of that and the bootstrap-t where values are skewed; counted
 * events where few replications differ from the others.
 */
export type IntervalMethod = "t" | "bootstrap-t" | "rare events";

/** An estimate that says how its interval was made. */
export interface MethodEstimate extends SampleEstimate {
  readonly method: IntervalMethod;
}

/** A value of a metric in one replication, or that it has none. */
export type Observation = number | null | undefined;

/** Whether a replication has the metric. */
export function present(value: Observation): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Mean and Student t interval of values that are all present. */
function estimatePresent(values: readonly number[], tail = 0.025): SampleEstimate {
  const [first] = values;
  const n = values.length;
  if (first === undefined) return { mean: null, ci95: null, n };
  if (n === 1) return { mean: first, ci95: null, n };
  // Told apart from rounding: a sum divided by n need not give back the common value.
  if (values.every((value) => value === first)) return { mean: first, ci95: [first, first], n };
  const average = mean([...values]);
  const halfWidth =
    (studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * tail }) *
      sampleStandardDeviation([...values])) /
    Math.sqrt(n);
  return { mean: average, ci95: [average - halfWidth, average + halfWidth], n };
}

/**
 * Mean and interval (Student t) of a metric.
 *
 * @param values the metric in each replication
 * @param tail what the interval leaves out on either side; default 0.025
 */
export function estimate(values: readonly Observation[], tail?: number): SampleEstimate {
  return estimatePresent(values.filter(present), tail);
}

/**
 * Differences `of` - `from`, one for each replication that has both.
 *
 * @throws InvariantError (`INVARIANT`) when the two have different numbers of replications
 */
export function pairedDifferences({
  of,
  from,
}: {
  readonly of: readonly Observation[];
  readonly from: readonly Observation[];
}): number[] {
  invariant(of.length === from.length, "paired variants have the same number of replications");
  const differences: number[] = [];
  for (const [replication, value] of of.entries()) {
    const other = from[replication];
    if (present(value) && present(other)) differences.push(value - other);
  }
  return differences;
}

/** The least tail that so many resamples show. */
const RESAMPLED_TAIL_MIN = 0.002;

/** The skewness of values; 0 where they are too few to have any. */
export function skewnessOf(values: readonly number[]): number {
  return values.length < 3 ? 0 : sampleSkewness([...values]);
}

/**
 * The quantiles by which an interval of a mean is made: at the level of one look Student's, further out
 * those that allow for a tail that was not met; where the values are skewed the wider ones of these and
 * the bootstrap's.
 */
export function studentQuantiles(
  values: readonly number[],
  options: {
    readonly isSkewed: boolean;
    readonly key: RandomKey;
    readonly tail?: number | undefined;
  },
): Interval {
  const { isSkewed, key, tail = ONE_LOOK_TAIL } = options;
  const n = values.length;
  const allowed = skewedQuantiles({ n, skewness: skewnessOf(values) }, tail);
  if (!isSkewed) return allowed;
  const average = mean([...values]);
  const resampled = Math.max(tail, RESAMPLED_TAIL_MIN);
  const [low, high] = studentisedQuantiles(
    values.map((value) => value - average),
    key,
    resampled,
  );
  // Further out than resamples reach, the quantiles grow as Student's do.
  const t = (out: number) => studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * out });
  const further = t(tail) / t(resampled);
  return [Math.min(low * further, allowed[0]), Math.max(high * further, allowed[1])];
}

/**
 * The paired difference candidate - baseline with its interval, by the method that the shape
 * of the differences asks for. Where none differs from the others it has zero width: it says what
 * was seen, not what was ruled out.
 *
 * @param options.candidate the metric in each replication of the candidate
 * @param options.baseline the same of the baseline, in the same order of replications
 * @param options.key of the bootstrap's draws, e.g. `makeKey(seed, purpose)`; two metrics may share it
 * @param options.tail what the interval leaves out on either side; default 0.025
 */
export function pairedDifference({
  candidate,
  baseline,
  key,
  tail = ONE_LOOK_TAIL,
}: {
  readonly candidate: readonly Observation[];
  readonly baseline: readonly Observation[];
  readonly key: RandomKey;
  readonly tail?: number | undefined;
}): MethodEstimate {
  const differences = pairedDifferences({ of: candidate, from: baseline });
  const base = estimatePresent(differences, tail);
  const { mean: average, n } = base;
  if (average === null || base.ci95 === null) return { ...base, method: "t" };
  const scale = Math.max(0, ...[...candidate, ...baseline].filter(present).map(Math.abs));
  const shape = shapeOf(differences, scale);
  const isOneLook = tail >= ONE_LOOK_TAIL;
  if (shape.kind === "flat" || (shape.kind === "ordinary" && isOneLook)) {
    return { ...base, method: "t" };
  }
  if (shape.kind === "lumpy") {
    const events = eventsOf(differences, shape, scale);
    const unseen = Math.max(...events.map(Math.abs)) / n;
    const [low, high] = rareEventInterval(events, unseen, tail);
    const ci95: Interval = [shape.common + low, shape.common + high];
    return { mean: average, ci95, n, method: "rare events" };
  }
  const isSkewed = shape.kind === "skewed";
  const [low, high] = studentQuantiles(differences, { isSkewed, key, tail });
  const error = sampleStandardDeviation([...differences]) / Math.sqrt(n);
  const ci95: Interval = [average - high * error, average - low * error];
  const skewness = skewnessOf(differences);
  return { mean: average, ci95, n, method: isSkewed ? "bootstrap-t" : "t", skewness };
}
