/**
 * How far an interval has to reach where its level is far out, as that of one of many looks or
 * comparisons is. Of skewed populations it is just those samples that lead astray which look symmetric:
 * they have not met the tail. So their own skewness, or resamples of them, cannot say how far.
 *
 * What is asked instead is how long a tail the sample allows for. On either side the population's skewness
 * is taken to be the upper confidence limit of what the sample shows (after Berger and Boos 1994: the
 * worst value of what is not known, over a confidence set), at most that of exponential losses. Between
 * Student's quantile (skewness 0) and that of exponential values (2) it is interpolated; the quantiles of
 * gamma populations in between bend upwards, so that this reaches a little too far.
 *
 * The limit lies so many standard errors above the sample's skewness as is half of the level's normal
 * quantile: more than a sample with so rare a mean hides. That half is the one figure found by simulation
 * (docs/validation.md, "Looking again and again"), with exponential losses, which need most.
 */
import { invariant } from "../../../core/errors.js";
import { normalQuantile } from "../../../core/random.js";
import { exponentialQuantile } from "./exponential-t.js";
import type { Interval } from "./interval.js";
import { studentTCritical } from "./student-t.js";

/** What an interval of 95 % at one look leaves out on either side: there the sample's shape decides. */
export const ONE_LOOK_TAIL = 0.025;

/** Skewness of exponential values: the most that is allowed for beyond what a sample shows. */
const SKEWNESS_MAX = 2;
/** Of the level's normal quantile: standard errors of skewness that are allowed for. */
const HIDDEN_PART = 0.5;

/** What a sample shows. */
export interface SampleShown {
  /** Values, 2 or more. */
  readonly n: number;
  /** Adjusted Fisher-Pearson skewness. */
  readonly skewness: number;
}

/** Standard error of the adjusted skewness of n normal values (Fisher 1930). */
function skewnessError(n: number): number {
  return Math.sqrt((6 * n * (n - 1)) / ((n - 2) * (n + 1) * (n + 3)));
}

/**
 * Quantiles of mean × √n ÷ standard deviation of a population of mean 0.
 *
 * @param tail left out on either side, in (0, 0.5); from {@link ONE_LOOK_TAIL} on they are Student's
 * @throws InvariantError (`INVARIANT`) with fewer than 2 values
 */
export function skewedQuantiles({ n, skewness }: SampleShown, tail: number): Interval {
  invariant(n >= 2, `2 values or more, not ${n}`);
  const t = studentTCritical({ degreesOfFreedom: n - 1, confidence: 1 - 2 * tail });
  if (tail >= ONE_LOOK_TAIL) return [-t, t];
  const hidden = n < 3 ? SKEWNESS_MAX : -HIDDEN_PART * normalQuantile(tail) * skewnessError(n);
  const most = exponentialQuantile(n, tail);
  const reach = (shown: number) => {
    const allowed = Math.min(SKEWNESS_MAX, Math.max(0, shown + hidden));
    return allowed === 0 ? t : t + (allowed / SKEWNESS_MAX) * Math.max(0, most - t);
  };
  // A tail of losses that was not met leaves the mean too high, one of gains too low.
  return [-reach(skewness), reach(-skewness)];
}
