/** How much is under way: as offered load and Little's law say. */
import { describe, expect, test } from "vitest";
import type { SimulationInput } from "../../../src/sim/input.js";
import {
  estimated,
  estimates,
  IDEAL,
  metric,
  missBy,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../support/sim/runs.js";

const MEAN_MS = 600_000;
const SEGMENT_MS = 5000;

/** A pool that gets every stream. */
function alone(workers: readonly Settings[], over: Settings = {}): Settings {
  return {
    ...IDEAL,
    warmup: "20m",
    duration: "2h",
    demand: { concurrentStreams: 12 },
    stream: {
      segmentMs: SEGMENT_MS,
      segmentCv: 0,
      length: { distribution: "exponential", mean: "10m" },
    },
    orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
    workers,
    ...over,
  };
}

describe("utilisation is the offered load ÷ capacity", () => {
  const input = scenario(alone([{ name: "w", count: 3, maxSessions: 20, roundTripMs: 100 }]));
  // A stream takes a slot with its first segment; what is left of it is exponential again.
  const load = 12 * Math.exp(-SEGMENT_MS / MEAN_MS);

  test("of the workers, and of the orchestrator's slots", () => {
    const [streams, sessions, workers] = estimates(input, 12, [
      (result) => metric(result, "network.concurrentStreams"),
      (result) => metric(result, "pool.sessionsMean"),
      (result) =>
        [1, 2, 3].reduce((sum, at) => sum + metric(result, `worker.w-${at}.utilisation`), 0) * 20,
    ]);
    expect(missBy(streams, 12)).toBeLessThan(5);
    expect(missBy(sessions, load)).toBeLessThan(5);
    expect(missBy(workers, load)).toBeLessThan(5);
  });

  test("least loaded first spreads it evenly (O-16)", () => {
    const result = run(input);
    const shares = [1, 2, 3].map((at) => metric(result, `worker.w-${at}.share`));
    for (const share of shares) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.08);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  test("also of a worker that comes and goes: assigned never exceeds offered", () => {
    const flaky = { name: "w", count: 3, maxSessions: 4, roundTripMs: 100, up: "5m", down: "1m" };
    const result = run(scenario(alone([flaky])));
    for (const at of [1, 2, 3]) {
      expect(metric(result, `worker.w-${at}.utilisation`)).toBeLessThanOrEqual(1);
    }
  });
});

/** Time average of calls under way over the counted time, taken beside the model's own counters. */
function callsUnderWay(input: SimulationInput, replication = 0): { mean: number; rate: number } {
  const watched = simulation(input, { replication, atOnce: false });
  const { queue, world, calls } = watched;
  const next = queue.next.bind(queue);
  let area = 0;
  queue.next = () => {
    const until = Math.min(queue.nextMs, world.endMs);
    const from = Math.max(queue.now, world.warmupMs);
    if (until > from) area += (until - from) * calls.underWay;
    return next();
  };
  watched.run();
  const { attempts } = watched.counters.orchestrators[0] ?? { attempts: 0 };
  const durationMs = world.endMs - world.warmupMs;
  return { mean: area / durationMs, rate: attempts / durationMs };
}

describe("Little's law: segments in flight = rate × time in flight", () => {
  const base = {
    ...IDEAL,
    warmup: "10m",
    duration: "1h",
    demand: { concurrentStreams: 20 },
    stream: {
      segmentMs: 2000,
      segmentCv: 0.2,
      length: { distribution: "exponential", mean: "5m" },
    },
  };

  test("at a measured orchestrator: all of the round trip but the download", () => {
    const settings = {
      ...base,
      orchestrators: [
        {
          name: "only",
          region: "FRA",
          stakeLpt: 1,
          backend: { type: "measured", roundTripMs: 800 },
        },
      ],
    };
    const { mean, rate } = callsUnderWay(scenario(settings));
    expect(mean).toBeGreaterThan(3);
    expect(mean / (rate * 800 * (1 - 0.49))).toBeCloseTo(1, 2);
  });

  test("at a pool: transfers of 6 Mbit/s × 2 s over 1 Gbit/s and the worker's round trip", () => {
    const settings = {
      ...base,
      orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
      workers: [{ name: "w", maxSessions: 100, roundTripMs: 700 }],
    };
    const { mean, rate } = callsUnderWay(scenario(settings));
    expect(mean / (rate * (700 + 12))).toBeCloseTo(1, 2);
  });

  test("with noise its mean counts: every factor has mean 1", () => {
    const settings = {
      ...base,
      duration: "20m",
      orchestrators: [
        {
          name: "only",
          region: "FRA",
          stakeLpt: 1,
          backend: { type: "measured", roundTripMs: 800 },
        },
      ],
    };
    const input = scenario(settings, { assumptions: { noiseScale: 1 } });
    const ratios = Array.from({ length: 8 }, (_, replication) => {
      const { mean, rate } = callsUnderWay(input, replication);
      return mean / (rate * 800 * (1 - 0.49));
    });
    expect(missBy(estimated(ratios), 1)).toBeLessThan(5);
  });
});
