/** Advice on a pool that is made of a few lines, for tests of its report. */
import type { AdviceResult } from "../../../src/sim/advise/advice-result.js";
import { type AdviseOptions, adviseWith } from "../../../src/sim/advise/advise.js";
import type { Simulate } from "../../../src/sim/experiment/executor.js";
import type { LoadedScenario } from "../../../src/sim/input.js";
import { fakePool, poolOf } from "./fake-pool.js";
import { fakeExecutor, loadText } from "./fake-simulate.js";

/** The fake pool with what the figures of real ones have. */
const whole: Simulate = (input, options) => {
  const result = fakePool(input, options);
  const net = result.metrics["pool.operatorNetPerDay"] ?? 0;
  return {
    ...result,
    metrics: {
      ...result.metrics,
      "pool.segmentShare": 200 * net,
      "pool.retention": Math.min(1, 700 * net),
      "pool.swapsAway": 3 + (options.replication % 2),
    },
  };
};

/** Advice on any scenario, from the fake: no simulation. */
export function fakeAdvice(
  loaded: LoadedScenario,
  options: AdviseOptions = {},
): Promise<AdviceResult> {
  return adviseWith(loaded, fakeExecutor(1, whole).executor, options);
}

/** Six that are kept, one to leave out, one to cap, one to spare, one of which nothing is known. */
export const ALL_WORDS = ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "slow", "old", "home", "never"];

/** Advice on the workers of {@link ALL_WORDS}. */
export function adviceOf(more = "", options: AdviseOptions = {}): Promise<AdviceResult> {
  return fakeAdvice(loadText(poolOf(ALL_WORDS, more)), options);
}
