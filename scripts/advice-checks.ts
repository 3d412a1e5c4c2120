/**
 * Whether advice keeps its promises on made-up pools whose truth is known: that with the confidence asked
 * for no claim about any of a dozen workers is false, and that what is there is found. The pools are made
 * up, all else is what `poolsim advise` runs: rounds, levels, intervals, and when it stops.
 */
import { makeKey, normalQuantile, uniform } from "../src/core/random.js";
import { ADVISE_MAX } from "../src/sim/advise/advise.js";
import type { Asked, Common } from "../src/sim/advise/compare.js";
import type { HolmPlan } from "../src/sim/advise/holm.js";
import { type PoolChange, PoolInputs, workerKinds } from "../src/sim/advise/pool-change.js";
import { tryActions } from "../src/sim/advise/try-actions.js";
import { queueExecutor } from "../src/sim/experiment/executor.js";
import { FIRST_LOOK_OF_MANY } from "../src/sim/experiment/statistics/confidence-sequence.js";
import { Workbench } from "../src/sim/experiment/workbench.js";
import { loadScenario } from "../src/sim/scenario/load.js";
import { madeUp } from "./made-up.js";
import {
  binomialTail,
  type Check,
  noise,
  type Shape,
  type SyntheticCheck,
} from "./synthetic-checks.js";

const MARGIN = 0.05;
/** The spread of paired differences, as a part of the baseline: that of twelve-workers. */
const SIZE = 0.06;

/**
 * What leaving out each of the workers truly changes. Most lose three margins or more, as good workers do,
 * and those claims come first; the others are where a claim may be false: exactly nothing, exactly the
 * margin. The last two gain three margins.
 */
const TRUTHS = [-0.15, -0.2, -0.25, -0.15, 0, 0, 0, MARGIN, MARGIN, MARGIN, 0.15, 0.15] as const;

const loaded = loadScenario("scenarios/twelve-workers.yaml", {
  set: [
    { path: "expect", value: [] },
    {
      path: "workers",
      value: TRUTHS.map((_, index) => ({ name: `w${index}`, maxSessions: 2, roundTripMs: 400 })),
    },
  ],
});
const inputs = new PoolInputs(loaded, "base", 1);
const EVERYONE: PoolChange = new Map();
const ASKED: readonly Asked[] = workerKinds(inputs.scenario).map((kind) => ({
  kind,
  pool: EVERYONE,
  actions: [{ kind: "exclude" }],
  isFarWorse: false,
}));
const PLAN: HolmPlan = {
  actions: TRUTHS.length,
  intervals: 1,
  gainIntervals: 1,
  confidence: 0.95,
  max: ADVISE_MAX,
  first: FIRST_LOOK_OF_MANY,
};

/** What was claimed of the workers of a made-up pool. */
export interface Claims {
  /** Workers of whom something false was claimed. */
  readonly falseClaims: number;
  /** Of those that lose or gain three margins or more: of how many that was found. */
  readonly found: number;
  readonly toBeFound: number;
}

/** Advises on the made-up pool of a number. */
export async function claimsOn(shape: Shape, set: number): Promise<Claims> {
  const executor = queueExecutor({
    lanes: 1,
    runOne: async ({ scenario }, replication) => {
      const [out] = scenario.orchestrator?.admission.exclude ?? [];
      const level = makeKey(0x616476, set, replication);
      const net = 1 + 0.1 * normalQuantile(uniform(level.k0, level.k1, 0));
      if (out === undefined) return madeUp({ net });
      const index = Number(out.slice(1));
      const { k0, k1 } = makeKey(0x776f72, set, index);
      const [u, v] = [uniform(k0, k1, 2 * replication), uniform(k0, k1, 2 * replication + 1)];
      return madeUp({ net: net + (TRUTHS[index] ?? 0) + SIZE * noise(shape, u, v) });
    },
    close: async () => {},
  });
  const common: Common = {
    inputs,
    workbench: new Workbench(executor),
    question: {
      baseline: "as it is",
      candidate: "changed",
      objective: "pool.operatorNetPerDay",
      constraints: [],
      margin: MARGIN,
      peakFactor: 1,
    },
    seed: set,
  };
  const isUrgent = () => false;
  const options = { plan: PLAN, isUrgent, last: ADVISE_MAX, enough: new Promise<null>(() => {}) };
  const { tried } = await tryActions(common, ASKED, options);
  const findings = tried.map(([only]) => only?.finding ?? "open");
  const count = (holds: (truth: number, index: number) => boolean) => TRUTHS.filter(holds).length;
  return {
    falseClaims: count((truth, index) =>
      truth <= 0 ? findings[index] === "gains" : truth >= MARGIN && findings[index] === "no gain",
    ),
    found: count((truth, index) => {
      const isClear = Math.abs(truth) >= 3 * MARGIN;
      return isClear && findings[index] === (truth > 0 ? "gains" : "no gain");
    }),
    toBeFound: count((truth) => Math.abs(truth) >= 3 * MARGIN),
  };
}

async function many(shape: Shape, sets: number): Promise<readonly Claims[]> {
  const found: Claims[] = [];
  for (let set = 0; set < sets; set += 1) found.push(await claimsOn(shape, set));
  return found;
}

/** The promises. */
export const ADVICE_CHECKS: readonly SyntheticCheck[] = (
  ["normal", "skewed", "lumpy"] as const
).map((shape) => {
  const name = `advice: ${shape} differences, ${TRUTHS.length} workers`;
  const run = async (sets: number): Promise<Check> => {
    // A set is the differences of one worker.
    const pools = Math.ceil(sets / TRUTHS.length);
    const all = await many(shape, pools);
    const wrong = all.filter(({ falseClaims }) => falseClaims > 0).length;
    const sum = (of: (claims: Claims) => number) =>
      all.reduce((total, claims) => total + of(claims), 0);
    const power = sum(({ found }) => found) / sum(({ toBeFound }) => toBeFound);
    return {
      passed: binomialTail(wrong, pools, 0.05) >= 0.01 && power >= 0.9,
      text: `${name}: something false is claimed in ${wrong} of ${pools} pools (nominal 5 %); of effects of three margins ${(100 * power).toFixed(1)} % are found (at least 90 %)`,
    };
  };
  return { name, run };
});
