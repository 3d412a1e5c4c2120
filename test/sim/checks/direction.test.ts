/**
 * What is better for somebody never makes it worse for him: the 95 % interval of the paired
 * difference is never wholly on the wrong side. Where the rules promise an effect, it is there.
 */
import { describe, expect, test } from "vitest";
import type { ReplicationResult } from "../../../src/sim/results.js";
import { merged, metric, POOL, run, type Settings, scenario } from "../../support/sim/runs.js";

const REPLICATIONS = 6;
/** Two-sided 95 % quantile of Student's t with 5 degrees of freedom. */
const T95 = 2.571;

const BASE = merged(POOL, {
  warmup: "5m",
  duration: "16m",
  network: { limit: 12 },
  gateways: [{ region: "FRA" }, { region: "NYC" }],
  demand: { concurrentStreams: 22 },
  stream: { segmentMs: 2280, length: { distribution: "exponential", mean: "5m" } },
  orchestrator: { stakeShare: 0.25, maxSessions: "auto" },
  workers: [
    { name: "mine", maxSessions: 4, roundTripMs: 900 },
    { name: "good", count: 2, maxSessions: 4, roundTripMs: 400 },
  ],
});

interface Interval {
  readonly low: number;
  readonly high: number;
}

type Figure = (result: ReplicationResult) => number;
const poolShare: Figure = (result) => metric(result, "pool.segmentShare");

const known = new Map<string, readonly ReplicationResult[]>();

function resultsOf(settings: Settings): readonly ReplicationResult[] {
  const key = JSON.stringify(settings);
  const results =
    known.get(key) ??
    Array.from({ length: REPLICATIONS }, (_, replication) =>
      run(scenario(BASE, settings), { replication }),
    );
  known.set(key, results);
  return results;
}

/** Interval of `better − worse` in one figure. */
function gain(better: Settings, worse: Settings, figure: Figure): Interval {
  const others = resultsOf(worse);
  const differences = resultsOf(better).map((result, replication) => {
    const other = others[replication];
    return other === undefined ? Number.NaN : figure(result) - figure(other);
  });
  const mean = differences.reduce((sum, one) => sum + one, 0) / REPLICATIONS;
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const half = T95 * Math.sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS);
  return { low: mean - half, high: mean + half };
}

function workers(roundTripMs: number, over: Settings = {}): Settings {
  return {
    workers: [
      { name: "mine", maxSessions: 4, roundTripMs, ...over },
      { name: "good", count: 2, maxSessions: 4, roundTripMs: 400 },
    ],
  };
}

describe("a worker's share of its pool", () => {
  const share: Figure = (result) => metric(result, "worker.mine.share");

  test.each([
    [300, 600],
    [600, 1200],
    [1200, 2400],
  ])("is not smaller with a round trip of %d than of %d ms", (fast, slow) => {
    expect(gain(workers(fast), workers(slow), share).high).toBeGreaterThanOrEqual(0);
  });

  test("falls wholly beyond the cliff (M-14)", () => {
    expect(gain(workers(600), workers(2600), share).low).toBeGreaterThan(0);
  });

  test.each([
    ["gtx1080ti", "k80"],
    ["t4", "gtx1060"],
  ])("is not smaller with device %s than with %s", (fast, slow) => {
    const device = (name: string) => workers(0, { roundTripMs: undefined, device: name });
    expect(gain(device(fast), device(slow), share).high).toBeGreaterThanOrEqual(0);
  });

  test("is not smaller with more sessions, less errors, less hangs, less time down", () => {
    const plain = workers(400);
    const worse: readonly Settings[] = [
      { maxSessions: 1 },
      { errorProbability: 0.02 },
      { hangProbability: 0.01 },
      { up: "4m", down: "4m" },
    ];
    for (const over of worse) {
      expect(gain(plain, workers(400, over), share).high).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("an orchestrator's share of the network", () => {
  const stake = (stakeShare: number) => ({ orchestrator: { stakeShare } });

  test("rises with its stake (L-13)", () => {
    expect(gain(stake(0.3), stake(0.1), poolShare).low).toBeGreaterThan(0);
    expect(gain(stake(0.3), stake(0.28), poolShare).high).toBeGreaterThanOrEqual(0);
  });

  test("falls with its price where price counts (L-12), and only there", () => {
    const priced = (pricePerUnit: string, weight: number) => ({
      gateway: { selectStakeWeight: 0.3, selectPriceWeight: weight, selectRandFreq: 0.7 - weight },
      orchestrator: { pricePerUnit },
    });
    expect(gain(priced("50", 0.6), priced("400", 0.6), poolShare).low).toBeGreaterThan(0);
    expect(gain(priced("100", 0.6), priced("110", 0.6), poolShare).high).toBeGreaterThanOrEqual(0);
    const indifferent = gain(priced("50", 0), priced("400", 0), poolShare);
    expect(indifferent).toEqual({ low: 0, high: 0 });
  });

  test("does not fall with workers, capacity and availability", () => {
    const pairs: readonly [Settings, Settings][] = [
      [{ orchestrator: { maxSessions: 12 } }, { orchestrator: { maxSessions: 3 } }],
      [{ orchestrator: { availability: 1 } }, { orchestrator: { availability: 0.7 } }],
      [workers(400), { workers: [{ name: "good", count: 2, maxSessions: 4, roundTripMs: 400 }] }],
    ];
    for (const [better, worse] of pairs) {
      expect(gain(better, worse, poolShare).high).toBeGreaterThanOrEqual(0);
    }
  });

  test("too little capacity costs streams (O-6)", () => {
    const capacity = (maxSessions: number) => ({ orchestrator: { maxSessions } });
    expect(gain(capacity(12), capacity(2), poolShare).low).toBeGreaterThan(0);
  });
});

describe("viewers", () => {
  const notRealTime: Figure = (result) => metric(result, "network.notRealTimeShare");
  const swaps: Figure = (result) => metric(result, "network.swapsPerStream");

  test("lose with failures and with noise", () => {
    const assumptions = (over: Settings) => ({ assumptions: over });
    const failing = gain(
      assumptions({ segmentFailure: 0.01 }),
      assumptions({ segmentFailure: 0 }),
      notRealTime,
    );
    expect(failing.low).toBeGreaterThan(0);
    const noisy = gain(assumptions({ noiseScale: 2 }), assumptions({ noiseScale: 0.5 }), swaps);
    expect(noisy.low).toBeGreaterThan(0);
  });

  test("do not gain from distance", () => {
    const rtt = (rttScale: number) => ({ assumptions: { rttScale } });
    expect(gain(rtt(1.3), rtt(0.7), swaps).high).toBeGreaterThanOrEqual(0);
  });
});
