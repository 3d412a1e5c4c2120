/**
 * How sure each claim on one of many actions has to be, so that with the confidence asked for none of all
 * claims is false, at whatever look they are made: Holm's step-down (1979) on sequences, by direction.
 *
 * Two families share what may go wrong in halves: "it gains" (false where it does not), and "it gains no
 * more than the margin" (false where it does). In each the level of a claim is a family's half, divided by
 * the actions of which that has *not* been claimed yet, and by the intervals of one action that may err.
 *
 * Why that holds at every look: a claim is made when an interval of a group-sequential sequence shows it,
 * and a sequence at level a ever errs with chance a at most. Let k claims of a family be false ones. With
 * chance 1 − half none of these is shown by the sequence at level half ÷ k, at any look. Then no false
 * claim is ever the first one: before it only true ones were made, so that at least k were left, and the
 * level was half ÷ k or less. Neither dependence, nor looking at some more often than at others, nor
 * giving some up changes that; a claim that has been made stays.
 *
 * Why by direction: of an action both may be claimed in time, and one is often true where the other is
 * not. One count for both would let the many true claims that actions gain nothing widen what shows a
 * gain of the last one, which is the one with the most luck.
 */
import { type Sequence, sequenceOf } from "../experiment/statistics/confidence-sequence.js";

/** What has been claimed of an action; `open`: nothing yet. */
export type Finding = "gains" | "no gain" | "open";

/** What is compared. */
export interface HolmPlan {
  /** Actions that may be claimed something of, 1 or more. */
  readonly actions: number;
  /** Intervals of one action, each of which may err: its objective, that at peak, its constraints. */
  readonly intervals: number;
  /** Those of them by which a gain may be claimed: its objective, that at peak. */
  readonly gainIntervals: number;
  /** That all claims are true, in [0.5, 1). */
  readonly confidence: number;
  /** The most replications, fixed in advance. */
  readonly max: number;
  /** Replications of the first look. */
  readonly first: number;
}

/** The sequence by which all intervals of all actions hold at once, at every look (Bonferroni). */
export function simultaneous({ actions, intervals, ...plan }: HolmPlan): Sequence {
  return sequenceOf({ ...plan, comparisons: actions * intervals });
}

/** The sequences by which each claim is made next. */
export interface Levels {
  readonly gains: Sequence;
  readonly noGain: Sequence;
}

/**
 * The levels when something has been claimed.
 *
 * @param findings of all actions, those that are still open included or not
 */
export function levelsOf(plan: HolmPlan, findings: readonly Finding[]): Levels {
  const { actions, intervals, gainIntervals } = plan;
  const level = (claim: Finding, each: number) => {
    const left = Math.max(1, actions - findings.filter((finding) => finding === claim).length);
    // Both sides of a sequence err alike: one side of it has the half.
    return sequenceOf({ ...plan, comparisons: left * each });
  };
  return { gains: level("gains", gainIntervals), noGain: level("no gain", intervals) };
}
