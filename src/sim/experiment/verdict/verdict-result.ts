/** A judgement as results have it. */
import type { Estimate, Verdict } from "../../results.js";
import { reported } from "../samples.js";
import type { Judgement } from "./judge.js";
import { type SentenceOptions, verdictSentence } from "./verdict-sentence.js";

type Found = Parameters<typeof reported>[0];

function estimateOf(found: Found | null): Estimate | null {
  return found === null ? null : (reported(found) ?? null);
}

/** The margin as asked for, and as an amount where it has something to be relative to. */
function marginOf({ margin, baseline }: Judgement): Verdict["margin"] {
  if (typeof margin !== "number") return { relative: null, absolute: margin.absolute };
  const isAmount = baseline !== undefined && baseline.mean > 0;
  return { relative: margin, absolute: isAmount ? margin * baseline.mean : null };
}

/** @param options what the sentence needs beside the judgement */
export function verdictResult(judgement: Judgement, options: SentenceOptions): Verdict {
  const { decision, reason, objective, difference, change, peak, problem } = judgement;
  const { constraint, constraints, evidence, more } = judgement;
  return {
    decision,
    reason,
    sentence: verdictSentence(judgement, options),
    objective,
    margin: marginOf(judgement),
    difference: difference ?? null,
    change: estimateOf(change),
    method: change === null ? null : change.method,
    peak: { state: peak.state, change: estimateOf(peak.change) },
    constraints: constraints.map(({ metric, limit, state, difference: found }) => ({
      metric,
      maxIncrease: limit,
      state,
      difference: estimateOf(found),
    })),
    constraint: constraint === null ? null : constraint.metric,
    evidence,
    more,
    lossPerSegment: problem?.cause === "loss per segment" ? problem.perSegment : null,
  };
}
