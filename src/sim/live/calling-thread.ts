/** Replications in the calling thread: where no other is wanted, or where there is no module for one, as in a bundle. */
import { type Executor, inlineExecutor } from "../experiment/executor.js";

/** The simulator is loaded when it is needed: threads load their own, and whoever asks them does without. */
export function callingThreadExecutor(seed: number): Executor {
  return inlineExecutor({
    seed,
    load: async () => (await import("../simulate.js")).simulateInSteps,
  });
}
