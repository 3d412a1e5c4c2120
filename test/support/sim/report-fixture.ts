/** A result as `run` makes it, small enough to read. Its figures are invented. */
import type { Admission, Estimate, ResultRow, ScenarioResult } from "../../../src/sim/results.js";

export function estimate(mean: number, half = 0, n = 10): Estimate {
  return { mean, ci95: [mean - half, mean + half], n };
}

function worker(name: string, picks: number, lost: number): ResultRow {
  return {
    name,
    metrics: {
      picks: estimate(picks, 3),
      blackHoleFactor: estimate(picks / 100, 0.1),
      segmentsPerSession: estimate(lost > 0 ? 1.9 : 312.4, 1),
      retention: estimate(lost > 0 ? 0.02 : 0.981, 0.01),
      "roundTripMs.p50": estimate(lost > 0 ? 2002 : 401, 2),
      "roundTripMs.p99": estimate(lost > 0 ? 2840 : 566, 2),
      feesEthPerDay: estimate(lost > 0 ? 0.00002 : 0.00031, 0.00001),
      ...(lost > 0
        ? {
            streamMinutesLost: estimate(lost, 5),
            "streamMinutesLost.inFlight": estimate(lost * 0.9, 5),
            "streamMinutesLost.timeout": estimate(lost * 0.02, 5),
            marginalValue: estimate(-0.0002, 0.00003),
          }
        : { streamMinutesLost: estimate(0), marginalValue: estimate(0.00004, 0.00005) }),
    },
  };
}

function admission(name: string): Admission {
  return { worker: name, offered: 4, sessions: 4, reason: "admitted" };
}

const refusal: Admission = {
  worker: "slow",
  offered: 4,
  sessions: 0,
  reason: "slow is excluded by name",
};

function region(name: string, figures: Readonly<Record<string, Estimate>>): ResultRow {
  return { name, metrics: figures };
}

const regionEstimates = [
  region("FRA", {
    "margin.q50": estimate(0.31, 0.004),
    "margin.q99": estimate(0.62, 0.02),
    "margin.q999": estimate(0.88, 0.11),
    maxWorkerRoundTripMs: estimate(1310, 21),
    "poolRoundTripMs.p50": estimate(640, 8),
    "rivalRoundTripMs.p50": estimate(702, 5),
    reachable: estimate(77.25, 0.31),
    reachableStakeShare: estimate(0.871, 0.002),
    successRate: estimate(0.998, 0.001),
    "roundTripMs.p05": estimate(320, 4),
    "roundTripMs.p50": estimate(690, 6),
    "roundTripMs.p95": estimate(1800, 90),
  }),
  region("NYC", {
    "margin.q50": estimate(0.52, 0.01),
    "margin.q99": estimate(0.91, 0.04),
    "margin.q999": estimate(1.21, 0.2, 1),
    maxWorkerRoundTripMs: estimate(720, 33),
    "poolRoundTripMs.p50": estimate(1130, 14),
    "rivalRoundTripMs.p50": estimate(804, 7),
  }),
];

function metrics(share: number, late: number): Record<string, Estimate> {
  return {
    "pool.operatorNetPerDay": estimate(share * 0.01, 0.00001),
    "pool.feesEthPerDay": estimate(share * 0.04, 0.00002),
    "pool.segmentShare": estimate(share, 0.0012),
    "pool.segments": estimate(share * 170_000, 190),
    "pool.retention": estimate(0.93, 0.004),
    "pool.lateShare": estimate(late, 0.0001),
    "network.segments": estimate(170_342, 512),
    "viewer.lateSecondsPerStreamHour": estimate(2.345, 0.051),
  };
}

/** Two variants, a verdict, everything that a report can show. */
export const result: ScenarioResult = {
  schemaVersion: 2,
  poolsim: "0.1.0",
  scenario: { name: "admit-worker", file: "admit-worker.yaml", sha256: "00", settings: [] },
  seed: 1,
  replications: 10,
  countedMs: 10_800_000,
  segmentMs: [2000],
  partial: false,
  variants: [
    {
      name: "without",
      metrics: metrics(0.0493, 0.0021),
      orchestrators: [],
      workers: [worker("good-1", 101, 0), worker("good-2", 99, 0)],
      regions: {},
      regionEstimates,
      series: {},
      seriesHalfWidths: {},
      withoutStreams: null,
      admissions: [admission("good-1"), admission("good-2"), refusal],
    },
    {
      name: "with",
      metrics: metrics(0.0301, 0.0062),
      orchestrators: [],
      workers: [worker("good-1", 61, 0), worker("good-2", 59, 0), worker("slow", 412, 1234.5)],
      regions: {},
      regionEstimates,
      series: {},
      seriesHalfWidths: {},
      withoutStreams: null,
      admissions: [admission("good-1"), admission("good-2"), admission("slow")],
    },
  ],
  comparisons: [
    {
      variant: "with",
      baseline: "without",
      metric: "pool.segmentShare",
      difference: { mean: -0.0192, ci95: [-0.0211, -0.0173] },
    },
    {
      variant: "with",
      baseline: "without",
      metric: "pool.operatorNetPerDay",
      difference: { mean: -0.000192, ci95: [-0.00021, -0.00017] },
    },
    {
      variant: "with",
      baseline: "without",
      metric: "network.segments",
      difference: { mean: 3, ci95: [-40, 46] },
    },
  ],
  question: {
    baseline: "without",
    candidate: "with",
    objective: "pool.operatorNetPerDay",
    workers: ["slow"],
  },
  intervals: { confidence: 0.95, simultaneous: false },
  untilDecided: null,
  verdict: {
    decision: "exclude",
    reason: "harm",
    sentence:
      "pool.operatorNetPerDay changes by −42.6 % … −34.5 % (95 %): a loss beyond the margin of 5 %.",
    objective: "pool.operatorNetPerDay",
    margin: { relative: 0.05, absolute: 0.00002 },
    difference: estimate(-0.00019, 0.00002),
    change: estimate(-0.386, 0.04),
    method: "t",
    peak: { state: "not run", change: null },
    constraints: [],
    constraint: null,
    evidence: { sessions: 1010, served: 200 },
    more: null,
    lossPerSegment: null,
    instead: null,
  },
  sensitivity: [
    {
      label: "noise × 0.5",
      objective: "pool.operatorNetPerDay",
      decision: "exclude",
      reason: "harm",
      difference: estimate(-0.00021, 0.00002, 8),
      change: estimate(-0.42, 0.04, 8),
      flips: false,
    },
    {
      label: "load × 2",
      objective: "pool.operatorNetPerDay",
      decision: "admit",
      reason: "gain",
      difference: estimate(0.00008, 0.00002, 8),
      change: estimate(0.16, 0.04, 8),
      flips: true,
    },
  ],
  expectations: [
    {
      text: "difference(with,without).pool.segmentShare < 0 with 95%",
      passed: true,
      actual: "-0.0192 (95 %: -0.0211 … -0.0173, n = 10)",
    },
    {
      text: "with.pool.lateShare < 0.001",
      passed: false,
      actual: "0.0062 (95 %: 0.0061 … 0.0063, n = 10)",
    },
  ],
  notJudged: [],
  assumed: [
    "where the scenario says nothing (in brackets: a node's default): little (-flag: much)",
  ],
  imputed: { stake: 0.134, prices: 0.42, responseTimes: 0.051 },
  inputs: [
    { what: "stake", file: "network.csv", asOf: "2026-01-19", imputed: 0.134 },
    { what: "prices", file: "network.csv", asOf: "2026-04", imputed: 0.42 },
    { what: "round trips between regions", file: "own.csv", asOf: null, imputed: null },
  ],
  conservation: { segments: true, pixels: true },
  notes: ["uncalibrated: absolute figures depend on the assumed demand"],
};
