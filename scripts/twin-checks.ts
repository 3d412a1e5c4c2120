/**
 * Advice on twelve workers that are alike, simulated whole: nothing is to be done about any of them, with
 * any seed. The pool is that of twelve-workers with two rivals, so that a seed takes a minute, and replications
 * are as long as the program makes them: in an hour each of the twelve has a few sessions only.
 */
import { adviseWith } from "../src/sim/advise/advise.js";
import { inlineExecutor } from "../src/sim/experiment/executor.js";
import { loadScenario } from "../src/sim/scenario/load.js";
import { simulateInSteps } from "../src/sim/simulate.js";
import type { Check } from "./synthetic-checks.js";

const SET = {
  expect: [],
  "network.limit": 2,
  "demand.concurrentStreams": 10,
  warmup: "30m",
  duration: null,
  workers: Array.from({ length: 12 }, (_, index) => ({
    name: `twin-${index + 1}`,
    maxSessions: 2,
    roundTripMs: 400,
  })),
};

/** Seeds of the bar. */
export const TWIN_SEEDS = 10;

/**
 * @param only the first so many of the twins, to be quicker; all intervals allow for twelve. Default: all
 */
export async function twinCheck(seed: number, only?: number): Promise<Check> {
  const loaded = loadScenario("scenarios/twelve-workers.yaml", {
    set: Object.entries(SET).map(([path, value]) => ({ path, value })),
  });
  const names = SET.workers.slice(0, only).map(({ name }) => name);
  const { workers, replications } = await adviseWith(
    loaded,
    inlineExecutor({ load: async () => simulateInSteps, seed }),
    {
      seed,
      only: names,
    },
  );
  const others = workers.filter(({ advice }) => advice !== "keep");
  const words = others.map(({ name, advice, why }) => `${name} ${advice} (${why})`);
  return {
    passed: others.length === 0,
    text: `${workers.length} of twelve twins, seed ${seed}: ${words.length === 0 ? "all are kept" : words.join(", ")}, after ${replications} replications`,
  };
}
