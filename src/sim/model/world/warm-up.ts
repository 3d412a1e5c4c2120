/**
 * How long a run lasts before anything is counted: until hardly a stream is left of those that were
 * under way at its start, whose sessions nobody chose under the rules.
 */
import { asksOnlyAI } from "../../scenario/asks-only-ai.js";
import type { Scenario } from "../../scenario/schema.js";
import { lengthModel } from "./lengths.js";
import { streamKinds } from "./stream-kinds.js";

/** So many mean residual lives of a stream. */
const RESIDUAL_LIVES = 4;
const WARM_UP_MIN_MS = 3_600_000;
/** Where all that is asked for is AI jobs, which take seconds. */
const AI_WARM_UP_MIN_MS = 600_000;
const WARM_UP_MAX_MS = 48 * 3_600_000;

/**
 * What the lengths of streams ask for, ms: 4 × E[L²] ÷ 2 E[L] of the longest-lived gateway's streams, live
 * AI streams among them.
 */
export function neededWarmUpMs(scenario: Scenario): number {
  const residuals = streamKinds(scenario).map(({ share, lengths }) =>
    share > 0 ? lengths.meanResidualMs : 0,
  );
  const live = scenario.ai?.jobs.flatMap(({ length }) =>
    length === undefined ? [] : [lengthModel(length).meanResidualMs],
  );
  return RESIDUAL_LIVES * Math.max(0, ...(asksOnlyAI(scenario) ? [] : residuals), ...(live ?? []));
}

/** The warm-up of a run, ms: as the scenario says, or what is needed, from 1 h (AI alone: 10 min) to 48 h. */
export function warmUpMs(scenario: Scenario): number {
  if (scenario.warmup !== undefined) return scenario.warmup;
  const least = asksOnlyAI(scenario) ? AI_WARM_UP_MIN_MS : WARM_UP_MIN_MS;
  return Math.min(WARM_UP_MAX_MS, Math.max(least, neededWarmUpMs(scenario)));
}
