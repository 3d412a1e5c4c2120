/**
 * The verdict on a candidate: from the interval of the objective's change D, the margin m, the
 * constraints and the peak test, to one of four decisions with its reason. Both are words of
 * closed lists.
 *
 * A claim is made only when a whole 95 % interval supports it. A constraint is *broken* when its
 * interval lies beyond the limit, *holds* when it lies within, and is *unclear* otherwise:
 * excluding for a constraint needs a broken one, admitting and *no difference* need all of them to hold.
 */

import { invariant } from "../../../core/errors.js";
import type { Decision } from "../../results.js";
import type { SampleEstimate } from "../statistics/intervals.js";
import type { Change } from "./change.js";

/** Why it is decided. */
export type DecidedReason =
  | "harm"
  | "harm at peak"
  | "constraint broken"
  | "gain"
  | "gain at peak"
  | "within the margin";

/** Why it is not. */
export type UndecidedReason =
  | "needs more"
  | "near the margin"
  | "rare events"
  | "no evidence"
  | "peak unclear"
  | "constraint unclear"
  | "objective not positive";

export type Reason = DecidedReason | UndecidedReason;

/** A limit on how much worse the candidate may make a metric than the baseline has it. */
export interface Constraint {
  readonly metric: string;
  /** Candidate less baseline. */
  readonly difference: SampleEstimate;
  /** The limit on the difference, e.g. 0.005: late share at most baseline + 0.5 percentage points. */
  readonly limit: number;
  /** On which side of the limit it holds. Default `atMost`. */
  readonly sense?: "atMost" | "atLeast" | undefined;
}

export type ConstraintState = "holds" | "unclear" | "broken";

/** A decision with its reason. */
export interface Outcome {
  readonly decision: Decision;
  readonly reason: Reason;
  /** The constraint that the reason is about. */
  readonly constraint: Constraint | null;
}

export interface DecisionInput {
  /** The objective's change, relative or absolute. */
  readonly change: Change;
  /** What counts as a difference, in the same unit, >= 0. */
  readonly margin: number;
  readonly constraints: readonly Constraint[];
  /** The change at peak demand; left out: not run (yet); "off": there is no peak test. */
  readonly peak?: Change | "off" | undefined;
}

/** What the peak test shows; `unclear` also while it has not been run. */
export type PeakState = "off" | "harm" | "gains" | "nothing" | "no harm" | "unclear";

export function constraintState({ difference, limit, sense }: Constraint): ConstraintState {
  if (difference.ci95 === null) return "unclear";
  const [low, high] = difference.ci95;
  if (sense === "atLeast") return high < limit ? "broken" : low >= limit ? "holds" : "unclear";
  return low > limit ? "broken" : high <= limit ? "holds" : "unclear";
}

/** `harm`, `gains`: beyond the margin; `nothing`: within it; `no harm`: but perhaps a gain. */
export function peakState({ peak, margin }: DecisionInput): PeakState {
  if (peak === "off") return "off";
  if (peak === undefined || peak.ci95 === null) return "unclear";
  const [low, high] = peak.ci95;
  if (high < -margin) return "harm";
  if (low < -margin) return "unclear";
  return low > margin ? "gains" : high <= margin ? "nothing" : "no harm";
}

function outcome(
  decision: Decision,
  reason: Reason,
  constraint: Constraint | null = null,
): Outcome {
  return { decision, reason, constraint };
}

/** The rules of the verdict, in their order, with what the peak test is taken to show. */
function outcomeAt(input: DecisionInput, peak: PeakState): Outcome {
  const { change, margin, constraints } = input;
  const inState = (state: ConstraintState) =>
    constraints.find((constraint) => constraintState(constraint) === state) ?? null;
  const broken = inState("broken");
  if (broken !== null) return outcome("exclude", "constraint broken", broken);
  if (change.ci95 === null) return outcome("undecided", "needs more");
  const [low, high] = change.ci95;
  if (high < -margin) return outcome("exclude", "harm");
  if (peak === "harm") return outcome("exclude", "harm at peak");
  const unclear = inState("unclear");
  const isHarmless = low >= -margin && peak !== "unclear";
  const isWorthIt = isHarmless && (low > 0 || peak === "gains");
  if (isWorthIt && unclear === null) {
    return outcome("admit", low > 0 ? "gain" : "gain at peak");
  }
  const isWithin = isHarmless && high <= margin;
  const isNothing = isWithin && (peak === "nothing" || peak === "off");
  if (isNothing && unclear === null) return outcome("no difference", "within the margin");
  if (isWorthIt || isNothing) return outcome("undecided", "constraint unclear", unclear);
  // Where no event was seen at all, more sessions are what is missing.
  const isRare = change.method === "rare events" && change.events !== 0;
  return outcome("undecided", isRare ? "rare events" : "needs more");
}

const OTHER_STATES: readonly PeakState[] = ["gains", "nothing"];

/**
 * Decides on a candidate, with D the interval of the change and m the margin:
 * - *exclude*: D lies below −m, or the change at peak does, or a constraint is broken;
 * - *admit*: all constraints hold, neither D nor the change at peak reaches below −m, and D lies
 *   above 0 or the change at peak above m;
 * - *no difference*: all constraints hold, D and the change at peak lie within ± m;
 * - *undecided* otherwise.
 *
 * Where there is a peak test, nothing but *exclude* is decided without it.
 *
 * @throws InvariantError (`INVARIANT`) when the margin is negative or not finite
 */
export function decide(input: DecisionInput): Outcome {
  const { margin } = input;
  invariant(margin >= 0 && Number.isFinite(margin), `the margin is finite and >= 0, not ${margin}`);
  const peak = peakState(input);
  const found = outcomeAt(input, peak);
  const isOpen = found.decision === "undecided" && found.reason !== "constraint unclear";
  // With another outcome of the peak test it would be decided: that is what is missing.
  const isPeakMissing =
    isOpen &&
    (peak === "unclear" || peak === "no harm") &&
    OTHER_STATES.some((state) => outcomeAt(input, state).decision !== "undecided");
  return isPeakMissing ? outcome("undecided", "peak unclear") : found;
}

/**
 * Whether the peak test, had it this outcome or that, would decide it: where one goes on until it is
 * decided, the test waits for that.
 */
export function canPeakDecide(input: DecisionInput): boolean {
  if (input.peak !== undefined || input.change.ci95 === null) return false;
  if (decide(input).decision !== "undecided") return false;
  return OTHER_STATES.some((state) => outcomeAt(input, state).decision !== "undecided");
}

/** Whether the peak test is to be run: always, unless the candidate is excluded without it. */
export function needsPeak(input: DecisionInput): boolean {
  if (input.peak !== undefined || input.change.ci95 === null) return false;
  return decide(input).decision !== "exclude";
}
