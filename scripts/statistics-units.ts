/**
 * What `npm run test:statistics` is made of: pieces of a minute or two, each a function of nothing but
 * its name, so that they can be run in any order, side by side, and kept.
 */
import type { Decision } from "../src/sim/results.js";
import { ADVICE_CHECKS } from "./advice-checks.js";
import { MODEL_CHECKS } from "./model-checks.js";
import { SEQUENCE_CHECKS } from "./sequence-checks.js";
import { sharedBooks } from "./shared-books.js";
import {
  blackHoleProblem,
  CELLS,
  type Cell,
  decisionOf,
  type Found,
  figuresOf,
  type RunPlan,
  runSeed,
  scenarios,
  settingsOf,
} from "./statistics-checks.js";
import { SWEEP_CHECKS } from "./sweep-checks.js";
import { type Check, SYNTHETIC_CHECKS } from "./synthetic-checks.js";
import { TWIN_SEEDS, twinCheck } from "./twin-checks.js";

/** How much is run. */
export interface Sizes {
  /** Seeds of the black hole in all cells, and of the worker made good. */
  readonly seeds: number;
  /** Seeds of the black hole as the scenario is, whose intervals are counted. */
  readonly coverageSeeds: number;
  /** Made-up sets of each kind. */
  readonly sets: number;
}

/** A piece of the work. What it returns is plain JSON. */
export interface Unit<T> {
  readonly name: string;
  readonly run: () => Promise<T>;
}

/** The verdict on a black hole in a cell. */
export interface CellFound {
  readonly decision: Decision;
  /** The verdict on fees, where there is none on net. */
  readonly instead: Decision | null;
  readonly isRefused: boolean;
  /** What is wrong with it; null: nothing. */
  readonly problem: string | null;
}

/** The black hole with one seed. */
export interface SlowFound {
  readonly decision: Decision;
  readonly sentence: string;
  readonly figures: Readonly<Record<string, Found>>;
  /** In the order of `CELLS`; none for seeds that only intervals are counted of. */
  readonly cells: readonly CellFound[];
}

/** The worker made like the good ones with one seed. */
export interface GoodFound {
  readonly decision: Decision;
  readonly sentence: string;
  /** In the order of `NULL_CELLS`; none beyond the seeds of the null. */
  readonly cells: readonly Decision[];
}

/** Seeds of the null: a worker swapped for its renamed twin. */
const NULL_SEEDS = 10;
/** The cells of the null: tickets × commission. */
export const NULL_CELLS: readonly Cell[] = CELLS.filter(
  ({ feeShare, peak }) => feeShare === "0" && peak,
);

/** The black hole in the scenario as it is, and in cells, with one seed. */
export async function slowSeed(
  seed: number,
  cells: readonly Cell[],
  plan: RunPlan = {},
): Promise<SlowFound> {
  const run = { seed, executor: sharedBooks(seed) };
  const result = await runSeed(scenarios(plan).slow, plan, run);
  const found: CellFound[] = [];
  for (const cell of cells) {
    const inCell = scenarios({ ...plan, set: [...(plan.set ?? []), ...settingsOf(cell)] }).slow;
    const inResult = await runSeed(inCell, plan, run);
    found.push({
      decision: decisionOf(inResult),
      instead: inResult.verdict?.instead?.decision ?? null,
      isRefused: inResult.verdict?.reason === "objective not positive",
      problem: blackHoleProblem(cell, inResult) ?? null,
    });
  }
  return {
    decision: decisionOf(result),
    sentence: result.verdict?.sentence ?? "",
    figures: figuresOf(result),
    cells: found,
  };
}

/** The worker made like the good ones in the scenario as it is, and in cells, with one seed. */
export async function goodSeed(
  seed: number,
  cells: readonly Cell[],
  plan: RunPlan = {},
): Promise<GoodFound> {
  const run = { seed, executor: sharedBooks(seed) };
  const result = await runSeed(scenarios(plan).good, plan, run);
  const found: Decision[] = [];
  for (const cell of cells) {
    const inCell = scenarios({ ...plan, set: [...(plan.set ?? []), ...settingsOf(cell)] }).good;
    found.push(decisionOf(await runSeed(inCell, plan, run)));
  }
  return { decision: decisionOf(result), sentence: result.verdict?.sentence ?? "", cells: found };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** All pieces of these sizes. */
export function unitsOf({ seeds, coverageSeeds, sets }: Sizes) {
  return {
    slow: numbers(Math.max(seeds, coverageSeeds)).map(
      (seed): Unit<SlowFound> => ({
        name: `slow, seed ${seed}`,
        run: () => slowSeed(seed, seed <= seeds ? CELLS : []),
      }),
    ),
    good: numbers(seeds).map(
      (seed): Unit<GoodFound> => ({
        name: `good, seed ${seed}`,
        run: () => goodSeed(seed, seed <= NULL_SEEDS ? NULL_CELLS : []),
      }),
    ),
    twins: numbers(Math.min(seeds, TWIN_SEEDS)).map(
      (seed): Unit<Check> => ({ name: `twins, seed ${seed}`, run: () => twinCheck(seed) }),
    ),
    model: MODEL_CHECKS.map(({ name, run }) => ({ name, run })),
    synthetic: [...SYNTHETIC_CHECKS, ...SEQUENCE_CHECKS, ...ADVICE_CHECKS, ...SWEEP_CHECKS].map(
      ({ name, run }) => ({
        name: `${name}, ${sets} sets`,
        run: async () => run(sets),
      }),
    ),
  };
}
