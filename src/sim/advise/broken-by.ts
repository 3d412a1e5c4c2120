/**
 * Constraints that a worker breaks by staying. Leaving it out is never harmed by them, so that nothing that is tried
 * on it shows this; but a verdict on letting it in would leave it out.
 */
import { reported } from "../experiment/samples.js";
import { effective } from "../experiment/verdict/judge.js";
import type { BrokenConstraint } from "./advice-result.js";
import type { Tried } from "./advice-rules.js";

/**
 * The first constraint that is shown to be broken with a worker, beside the pool without it.
 *
 * @returns undefined where none is, as far as is known
 */
export function brokenBy(tried: readonly Tried[]): BrokenConstraint | undefined {
  const out = tried.find(({ action }) => action.kind === "exclude");
  const constraints = out === undefined ? [] : effective(out.judgement).constraints;
  for (const { metric, limit, difference } of constraints) {
    const without = reported(difference);
    if (without === undefined) continue;
    const { mean, n } = without;
    const [low, high] = without.ci95;
    if (-high <= limit) continue;
    return { metric, maxIncrease: limit, difference: { mean: -mean, ci95: [-high, -low], n } };
  }
  return undefined;
}
