/**
 * How long a run lasts before anything is counted: until hardly a stream is left of those that were
 * under way at its start, whose sessions nobody chose under the rules.
 */
import type { Scenario } from "../scenario/schema.js";
import { streamKinds } from "./stream-kinds.js";

/** So many mean residual lives of a stream. */
const RESIDUAL_LIVES = 4;
const WARM_UP_MIN_MS = 3_600_000;
const WARM_UP_MAX_MS = 48 * 3_600_000;

/** What the lengths of streams ask for, ms: 4 × E[L²] ÷ 2 E[L] of the longest-lived gateway's streams. */
export function neededWarmUpMs(scenario: Scenario): number {
  const residuals = streamKinds(scenario).map(({ share, lengths }) =>
    share > 0 ? lengths.meanResidualMs : 0,
  );
  return RESIDUAL_LIVES * Math.max(0, ...residuals);
}

/** The warm-up of a run, ms: as the scenario says, or what is needed, from 1 h to 48 h. */
export function warmUpMs(scenario: Scenario): number {
  if (scenario.warmup !== undefined) return scenario.warmup;
  return Math.min(WARM_UP_MAX_MS, Math.max(WARM_UP_MIN_MS, neededWarmUpMs(scenario)));
}
