/** The checks behind `npm run test:statistics`: does the same question get the same answer? */
import type { Executor } from "../src/sim/experiment/executor.js";
import { experimentWith } from "../src/sim/experiment/experiment.js";
import type { LoadedScenario } from "../src/sim/input.js";
import type { Decision, ScenarioResult } from "../src/sim/results.js";
import { loadScenario } from "../src/sim/scenario/load.js";

/** How the scenario of the main job is run. */
export interface RunPlan {
  /** @default the scenario's */
  readonly replications?: number;
  /** Settings that replace the scenario's: path and value. */
  readonly set?: readonly (readonly [path: string, value: unknown])[];
}

const FILE = "scenarios/admit-worker.yaml";

/** The scenario as it is, and with the slow candidate made like the good workers. */
export function scenarios(plan: RunPlan): {
  readonly slow: LoadedScenario;
  readonly good: LoadedScenario;
} {
  const set = (plan.set ?? []).map(([path, value]) => ({ path, value }));
  const slow = loadScenario(FILE, { set });
  const model = slow.base.scenario.workers.find(({ name }) => name === "good");
  const swapped = { path: "workers.slow.roundTripMs", value: model?.roundTripMs };
  return { slow, good: loadScenario(FILE, { set: [...set, swapped] }) };
}

/**
 * Runs a scenario without its sensitivity block.
 *
 * @param executor with the same seed; `sharedBooks` runs streams that are the same only once
 */
export function runSeed(
  loaded: LoadedScenario,
  { replications }: RunPlan,
  { seed, executor }: { readonly seed: number; readonly executor: Executor },
): Promise<ScenarioResult> {
  return experimentWith(loaded, executor, { seed, replications, sensitivity: "off" });
}

/** The verdict on the candidate. */
export function decisionOf({ verdict }: ScenarioResult): Decision {
  if (verdict === null) throw new Error(`${FILE} has a decision`);
  return verdict.decision;
}

/** An interval that may or may not cover the truth. */
export interface Found {
  readonly mean: number;
  readonly ci95: readonly [number, number];
}

/** How often the intervals of a figure cover the truth. */
export interface Coverage {
  readonly name: string;
  readonly covered: number;
  readonly of: number;
}

/** The figures of a result whose intervals are to cover the truth, by name. */
export function figuresOf({ variants, comparisons }: ScenarioResult): Record<string, Found> {
  const figures: Record<string, Found> = {};
  const metrics = ["pool.operatorNetPerDay", "pool.segmentShare", "network.lateShare"];
  for (const metric of metrics) {
    const alone = variants[0]?.metrics[metric];
    if (alone !== undefined) figures[`${variants[0]?.name}.${metric}`] = alone;
    const compared = comparisons.find((comparison) => comparison.metric === metric);
    if (compared !== undefined) {
      const { variant, baseline, difference } = compared;
      figures[`difference(${variant},${baseline}).${metric}`] = difference;
    }
  }
  return figures;
}

/**
 * How often the 95 % intervals cover the truth, which is taken to be the mean over all seeds.
 *
 * @param figures of one result a seed
 */
export function coverage(figures: readonly Readonly<Record<string, Found>>[]): Coverage[] {
  const [first = {}] = figures;
  return Object.keys(first).map((name) => {
    const found = figures.flatMap((all) => all[name] ?? []);
    const truth = found.reduce((sum, { mean }) => sum + mean, 0) / found.length;
    const covered = found.filter(({ ci95 }) => ci95[0] <= truth && truth <= ci95[1]).length;
    return { name, covered, of: found.length };
  });
}

/** A setting of the bars of whole scenarios. */
export interface Cell {
  readonly tickets: boolean;
  readonly feeShare: string;
  readonly commission: string;
  readonly peak: boolean;
}

/** Tickets on and off × the delegators' part × the commission × with and without a peak test. */
export const CELLS: readonly Cell[] = [false, true].flatMap((tickets) =>
  ["0", "1/20", "3/10"].flatMap((feeShare) =>
    ["1/50", "1/5"].flatMap((commission) =>
      [true, false].map((peak) => ({ tickets, feeShare, commission, peak })),
    ),
  ),
);

/** What a cell sets in the scenario. */
export function settingsOf(cell: Cell): readonly (readonly [path: string, value: unknown])[] {
  return [
    ["tickets.enabled", cell.tickets],
    ["orchestrator.economics.feeShare", cell.feeShare],
    ["orchestrator.economics.commission", cell.commission],
    ...(cell.peak ? [] : ([["decision.peakFactor", 1]] as const)),
  ];
}

export function cellText({ tickets, feeShare, commission, peak }: Cell): string {
  return `tickets ${tickets ? "on" : "off"}, delegators' part ${feeShare}, commission ${commission}, peak test ${peak ? "on" : "off"}`;
}

/** Whether the operator keeps more of a segment's fee than he passes on. */
export function isGaining({ feeShare, commission }: Cell): boolean {
  const value = (text: string) => Number(text.split("/")[0]) / Number(text.split("/")[1] ?? 1);
  return value(commission) > value(feeShare);
}

/** What is wrong with the verdict on a black hole in a cell; undefined when nothing is. */
export function blackHoleProblem(cell: Cell, { verdict }: ScenarioResult): string | undefined {
  if (verdict === null) return "no verdict";
  const { decision, reason, sentence, instead, change, margin, lossPerSegment } = verdict;
  if (decision === "admit" || instead?.decision === "admit") return `admitted: ${sentence}`;
  if (isGaining(cell)) {
    if (decision !== "exclude") return `not excluded: ${sentence}`;
    // The sentence is true: what it says of the interval and the margin is so.
    const isHarm = (change?.ci95[1] ?? 0) < -0.05 && margin.relative === 0.05;
    const isSaid = sentence.includes("a loss beyond the margin of 5 % of the baseline's");
    return reason !== "harm" || (isHarm && isSaid) ? undefined : `untrue: ${sentence}`;
  }
  if (reason !== "objective not positive" || lossPerSegment === null) return `judged: ${sentence}`;
  if (!/^The operator (loses [\d.]+ gwei on each|keeps nothing of a) segment/.test(sentence)) {
    return `not said first: ${sentence}`;
  }
  if (instead?.decision !== "exclude") return `not excluded on fees: ${sentence}`;
  const isHarm = (instead.change?.ci95[1] ?? 0) < -0.05;
  return isHarm || instead.reason !== "harm" ? undefined : `untrue: ${sentence}`;
}
