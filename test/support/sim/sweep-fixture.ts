/** A sweep as `sweep` makes it, of a few lines. Its figures are invented. */
import type { SweepPoint, SweepResult, SweepSlice } from "../../../src/sim/sweep/sweep-result.js";
import { estimate } from "./report-fixture.js";

const PATH = "orchestrator.admission.benchmark.limitMs";

/** What a limit brings: most at 900, less the farther from it. */
function changeAt(limitMs: number, best: number): number {
  return 0.17 - Math.abs(limitMs - best) / 2000;
}

function pointAt(limitMs: number, best: number): SweepPoint {
  const change = changeAt(limitMs, best);
  const behind = change - 0.17;
  const isBroken = limitMs > 1800;
  const isGood = behind > -0.1 && !isBroken;
  const standing =
    limitMs === best
      ? "best"
      : isBroken
        ? "constraint broken"
        : isGood
          ? behind > -0.06
            ? "as good"
            : "not told apart"
          : "worse";
  return {
    label: `limitMs ${limitMs}`,
    settings: [{ path: PATH, value: limitMs }],
    standing,
    sameAs: limitMs === 400 ? "limitMs 300" : null,
    objective: estimate(0.0006 * (1 + change), 0.00002, 16),
    change: estimate(change, 0.03, 16),
    behindBest: limitMs === best ? null : estimate(behind, 0.03, 16),
    constraints: [],
    dropped: isGood
      ? null
      : {
          replications: 16,
          by: isBroken ? null : `limitMs ${best}`,
          change: isBroken ? null : estimate(behind, 0.03, 16),
          constraint: isBroken ? "pool.lateShare" : null,
        },
    admitted: { workers: 10, of: 12, sessions: 24, offered: 34 },
    replications: isGood ? 24 : 16,
  };
}

/** All limits from 300 to 2,000 in steps of 100, in some circumstances. */
export function sliceOf(label: string, best: number): SweepSlice {
  const points = Array.from({ length: 18 }, (_, index) => pointAt(300 + 100 * index, best));
  return {
    label,
    settings: label === "" ? [] : [{ path: "demand.concurrentStreams", value: 30 }],
    asItIs: { objective: estimate(0.0006, 0.00002, 24), admitted: null, replications: 24 },
    points,
    best: `limitMs ${best}`,
    bestAdmissions: [
      { worker: "rtx-1", offered: 2, sessions: 2, reason: "admitted" },
      { worker: "slow-a", offered: 4, sessions: 0, reason: "slower than 900 ms in its benchmark" },
    ],
    asGood: points.filter(({ dropped }) => dropped === null).map(({ label: name }) => name),
    isDecided: true,
    replications: 24,
  };
}

/** One axis, one circumstance. */
export const sweepResult: SweepResult = {
  schemaVersion: 1,
  kind: "sweep",
  poolsim: "0.1.0",
  scenario: { name: "pool", file: "pool.yaml", sha256: "00", settings: [] },
  seed: 1,
  variant: "base",
  objective: "pool.operatorNetPerDay",
  margin: { relative: 0.05, absolute: null },
  confidence: 0.95,
  comparisons: 171,
  replications: 24,
  replicationsMax: 128,
  durationMs: 7_200_000,
  axes: [
    {
      path: PATH,
      role: "choice",
      values: Array.from({ length: 18 }, (_, index) => 300 + 100 * index),
    },
  ],
  slices: [sliceOf("", 900)],
  goodEverywhere: sliceOf("", 900).asGood,
  asked: {},
  expectations: [],
  notJudged: [],
  assumed: [],
  imputed: { prices: 0.4 },
  inputs: [{ what: "prices", file: "network.csv", asOf: "2026-04", imputed: 0.4 }],
  notes: ["uncalibrated: absolute figures depend on the assumed demand"],
};

/** The same at several demands. */
export function sweepAt(demands: readonly number[]): SweepResult {
  const slices = demands.map((demand, index) =>
    sliceOf(`concurrentStreams ${demand}`, 900 + 100 * (index % 3)),
  );
  const goodEverywhere = (slices[0]?.asGood ?? []).filter((label) =>
    slices.every(({ asGood }) => asGood.includes(label)),
  );
  const axis = {
    path: "demand.concurrentStreams",
    role: "circumstance" as const,
    values: demands,
  };
  return { ...sweepResult, axes: [...sweepResult.axes, axis], slices, goodEverywhere };
}
