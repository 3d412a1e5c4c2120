/** The verdict's reason in one sentence, in words that an operator uses. */

import type { MoreReplications, Reason, Verdict } from "./decision.js";
import type { Interval } from "./intervals.js";

/** What the sentence needs beside the verdict. */
export interface SentenceOptions {
  /** Name of the objective's metric. */
  readonly objective: string;
  /** Writes a figure of a metric with its unit; never called with a negative one. */
  readonly format: (metric: string, value: number) => string;
}

function reasonText(reason: Reason, { objective, format }: SentenceOptions): string {
  const signed = (metric: string, value: number): string =>
    `${value < 0 ? "−" : value > 0 ? "+" : ""}${format(metric, Math.abs(value))}`;
  const change = (metric: string, ci95: Interval | null): string =>
    ci95 === null
      ? "changes by an unknown amount"
      : `changes by ${signed(metric, ci95[0])} … ${signed(metric, ci95[1])} (95 %)`;
  const ofObjective = (ci95: Interval | null): string => `${objective} ${change(objective, ci95)}`;
  const margin = (delta: number): string => `the margin of ${format(objective, delta)}`;
  switch (reason.code) {
    case "constraint-broken":
    case "constraint-unclear": {
      const verb = reason.code === "constraint-broken" ? "is" : "may be";
      const limit = signed(reason.metric, reason.limit);
      return `${reason.metric} ${change(reason.metric, reason.ci95)}, which ${verb} beyond the limit of ${limit}`;
    }
    case "too-few-replications":
      return `${objective} has a value in too few replications (${reason.n}) for an interval`;
    case "harm":
      return `${ofObjective(reason.ci95)}: a loss beyond ${margin(reason.delta)}`;
    case "gain":
      return `${ofObjective(reason.ci95)}: a gain, with every constraint kept`;
    case "harm-not-excluded":
      return `${ofObjective(reason.ci95)}: a loss beyond ${margin(reason.delta)} is neither shown nor ruled out`;
    case "gain-not-shown":
      return `${ofObjective(reason.ci95)}: no loss beyond ${margin(reason.delta)}, but no gain is shown either`;
    case "peak-gain":
      return `${ofObjective(reason.ci95)}: no loss beyond ${margin(reason.delta)}, and at peak demand it ${change(objective, reason.peakCi95)}, a gain beyond it`;
    case "peak-unclear":
      return `${ofObjective(reason.ci95)}: within ${margin(reason.delta)}, but at peak demand it ${change(objective, reason.peakCi95)}, which is unclear`;
    case "within-margin": {
      const peak =
        reason.peakCi95 === null
          ? ""
          : `, and at peak demand it ${change(objective, reason.peakCi95)}, no gain beyond it`;
      return `${ofObjective(reason.ci95)}: within ${margin(reason.delta)}${peak}`;
    }
  }
}

function helpText(toDecide: MoreReplications | "none" | null): string {
  if (toDecide === null) return "";
  if (toDecide === "none") return "; no number of replications would likely decide it";
  const hours = Math.round(toDecide.hours * 10) / 10;
  return `; about ${toDecide.replications} replications (${hours} simulated hours) would likely decide it`;
}

/**
 * The reason of a verdict, and for an undecided one what would decide it, in one sentence.
 *
 * @param verdict from `decide`
 * @param options names and the way to write figures
 */
export function verdictSentence(verdict: Verdict, options: SentenceOptions): string {
  return `${reasonText(verdict.reason, options)}${helpText(verdict.toDecide)}.`;
}
