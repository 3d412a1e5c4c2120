/**
 * The verdict on a candidate: from the interval of the objective's difference D, the margin
 * delta, the constraints and, where it matters, the peak test, to one of four decisions with its
 * reason.
 *
 * A claim is made only when a whole 95 % interval supports it. A constraint is *broken* when its
 * interval lies beyond the limit, *holds* when it lies within, and is *unclear* otherwise:
 * excluding for a constraint needs a broken one, admitting needs all of them to hold. The peak
 * test *gains* when its interval lies above delta, gains *nothing* when no part of it does.
 */

import { invariant } from "../../core/errors.js";
import type { Estimate, Interval } from "./intervals.js";
import { PILOT_REPLICATIONS } from "./stopping.js";
import { studentTCritical } from "./student-t.js";

export type Decision = "exclude" | "admit" | "no difference" | "undecided";

/** A limit on how much worse the candidate may make a metric than the baseline has it. */
export interface Constraint {
  readonly metric: string;
  /** Candidate less baseline. */
  readonly difference: Estimate;
  /** The limit on the difference, e.g. 0.005: late share at most baseline + 0.5 percentage points. */
  readonly limit: number;
  /** On which side of the limit it holds. Default `atMost`. */
  readonly sense?: "atMost" | "atLeast" | undefined;
}

export type ConstraintState = "holds" | "unclear" | "broken";

/** Why: a code with the figures that its sentence needs; see `verdictSentence`. */
export type Reason =
  | {
      readonly code: "constraint-broken" | "constraint-unclear";
      readonly metric: string;
      readonly ci95: Interval | null;
      readonly limit: number;
    }
  | {
      readonly code: "harm" | "gain" | "harm-not-excluded" | "gain-not-shown";
      readonly ci95: Interval;
      readonly delta: number;
    }
  | {
      readonly code: "peak-gain" | "peak-unclear" | "within-margin";
      readonly ci95: Interval;
      /** `null` where the peak test was not run. */
      readonly peakCi95: Interval | null;
      readonly delta: number;
    }
  | { readonly code: "too-few-replications"; readonly n: number };

/** What would likely decide an undecided comparison. */
export interface MoreReplications {
  readonly replications: number;
  /** Simulated hours of one variant in all: replications × measured hours of each. */
  readonly hours: number;
}

export interface Verdict {
  readonly decision: Decision;
  readonly reason: Reason;
  /** True when `peak` was not given and its outcome could change the decision: run it, ask again. */
  readonly peakTestNeeded: boolean;
  readonly constraints: readonly { readonly metric: string; readonly state: ConstraintState }[];
  /**
   * "none" when the differences do not vary or 10,000 replications would not do; `null` where
   * decided or while the peak test is missing.
   */
  readonly toDecide: MoreReplications | "none" | null;
}

export interface DecisionInput {
  /** The objective, candidate less baseline. */
  readonly difference: Estimate;
  /** Margin in the objective's unit, >= 0 (by default 2 % of the baseline's fees). */
  readonly delta: number;
  readonly constraints: readonly Constraint[];
  /** Objective's difference at peak demand; left out: not run (yet); "off": there is no peak test. */
  readonly peak?: Estimate | "off" | undefined;
  /** Measured hours of one replication, > 0. */
  readonly hoursPerReplication: number;
}

type PeakState = "gains" | "nothing" | "unclear";

const REPLICATIONS_TRIED_MAX = 10_000;

function constraintState({ difference, limit, sense }: Constraint): ConstraintState {
  if (difference.ci95 === null) return "unclear";
  const [low, high] = difference.ci95;
  if (sense === "atLeast") return high < limit ? "broken" : low >= limit ? "holds" : "unclear";
  return low > limit ? "broken" : high <= limit ? "holds" : "unclear";
}

function peakState({ peak, delta }: DecisionInput): PeakState {
  if (peak === "off") return "nothing";
  if (peak === undefined || peak.ci95 === null) return "unclear";
  const [low, high] = peak.ci95;
  return low > delta ? "gains" : high <= delta ? "nothing" : "unclear";
}

interface Outcome {
  readonly decision: Decision;
  readonly reason: Reason;
}

/** The rules of the verdict, in their order. */
function judge(input: DecisionInput, peak: PeakState): Outcome {
  const { difference, delta, constraints } = input;
  const inState = (state: ConstraintState) =>
    constraints.find((constraint) => constraintState(constraint) === state);
  const onConstraint = (
    code: "constraint-broken" | "constraint-unclear",
    { metric, difference: { ci95 }, limit }: Constraint,
  ): Reason => ({ code, metric, ci95, limit });

  const broken = inState("broken");
  if (broken !== undefined) {
    return { decision: "exclude", reason: onConstraint("constraint-broken", broken) };
  }
  const { ci95 } = difference;
  if (ci95 === null) {
    return {
      decision: "undecided",
      reason: { code: "too-few-replications", n: difference.n },
    };
  }
  const [low, high] = ci95;
  const peakCi95 = typeof input.peak === "object" ? input.peak.ci95 : null;
  if (high < -delta) return { decision: "exclude", reason: { code: "harm", ci95, delta } };

  const unclear = inState("unclear");
  const noHarm = low > -delta;
  const worthIt = noHarm && (low > 0 || peak === "gains");
  if (worthIt && unclear === undefined) {
    const reason: Reason =
      low > 0 ? { code: "gain", ci95, delta } : { code: "peak-gain", ci95, peakCi95, delta };
    return { decision: "admit", reason };
  }
  const withinMargin = low >= -delta && high <= delta;
  if (withinMargin && peak === "nothing") {
    return { decision: "no difference", reason: { code: "within-margin", ci95, peakCi95, delta } };
  }
  if (worthIt && unclear !== undefined) {
    return { decision: "undecided", reason: onConstraint("constraint-unclear", unclear) };
  }
  if (withinMargin && peak === "unclear") {
    return { decision: "undecided", reason: { code: "peak-unclear", ci95, peakCi95, delta } };
  }
  const code = noHarm ? "gain-not-shown" : "harm-not-excluded";
  return { decision: "undecided", reason: { code, ci95, delta } };
}

/** The estimate as it would likely be with another number of replications: same mean and spread. */
function projected(estimate: Estimate, replications: number): Estimate {
  const { mean, ci95, n } = estimate;
  if (mean === null || ci95 === null) return estimate;
  const reach = (count: number) =>
    studentTCritical({ degreesOfFreedom: count - 1 }) / Math.sqrt(count);
  const factor = reach(replications) / reach(n);
  return {
    mean,
    ci95: [mean - (mean - ci95[0]) * factor, mean + (ci95[1] - mean) * factor],
    n: replications,
  };
}

function moreReplications(input: DecisionInput): MoreReplications | "none" {
  const { difference, constraints, peak, hoursPerReplication } = input;
  const plan = (replications: number): MoreReplications => ({
    replications,
    hours: replications * hoursPerReplication,
  });
  if (difference.ci95 === null) return plan(PILOT_REPLICATIONS);
  const decided = (replications: number): boolean => {
    const then: DecisionInput = {
      ...input,
      difference: projected(difference, replications),
      constraints: constraints.map((constraint) => ({
        ...constraint,
        difference: projected(constraint.difference, replications),
      })),
      peak: typeof peak === "object" ? projected(peak, replications) : "off",
    };
    return judge(then, peakState(then)).decision !== "undecided";
  };
  // Intervals shrink around fixed means, so that what is decided stays decided: bisection.
  let low = difference.n;
  let high = REPLICATIONS_TRIED_MAX;
  if (low >= high || !decided(high)) return "none";
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decided(middle)) high = middle;
    else low = middle;
  }
  return plan(high);
}

/**
 * Decides on a candidate:
 * - *exclude*: D lies below -delta, or a constraint is broken;
 * - *admit*: all constraints hold, D lies above -delta, and D lies above 0 or the peak test gains
 *   more than delta;
 * - *no difference*: D lies within ± delta and the peak test gains nothing;
 * - *undecided* otherwise.
 *
 * Call it without `peak` first and again with it where the answer says `peakTestNeeded`.
 *
 * @throws InvariantError (`INVARIANT`) when delta is negative or not finite
 */
export function decide(input: DecisionInput): Verdict {
  const { delta, constraints, peak } = input;
  invariant(delta >= 0 && Number.isFinite(delta), `the margin is finite and >= 0, not ${delta}`);
  const { decision, reason } = judge(input, peakState(input));
  const states: readonly PeakState[] = ["gains", "nothing", "unclear"];
  const peakTestNeeded =
    peak === undefined && states.some((state) => judge(input, state).decision !== decision);
  return {
    decision,
    reason,
    peakTestNeeded,
    constraints: constraints.map((constraint) => ({
      metric: constraint.metric,
      state: constraintState(constraint),
    })),
    toDecide: decision === "undecided" && !peakTestNeeded ? moreReplications(input) : null,
  };
}
