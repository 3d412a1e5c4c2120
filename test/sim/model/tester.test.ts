/** The leaderboard's tester, and the gateways that read it (L-9, L-18, V-12). */
import { describe, expect, test } from "vitest";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import {
  IDEAL,
  merged,
  metric,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../support/sim/runs.js";

function rivals(over: Readonly<Record<string, Settings>>): readonly Settings[] {
  return Object.entries(over).map(([name, settings]) => ({
    name,
    region: "FRA",
    stakeLpt: 1,
    backend: { type: "measured", roundTripMs: 300 },
    ...settings,
  }));
}

const measured = (roundTripMs: number, successRate = 1) => ({
  backend: { type: "measured", roundTripMs, successRate },
});

const BASE = merged(IDEAL, {
  warmup: "1d",
  duration: "1d",
  demand: { concurrentStreams: 0 },
  stream: { segmentMs: 2000, segmentCv: 0 },
  tester: { testsPerDay: 12 },
});

/** successRate × (1 − e^(−segment ÷ round trip)). */
const score = (roundTripMs: number, successRate = 1) =>
  successRate * (1 - Math.exp(-2000 / roundTripMs));

test("a test that is due while the one before it goes on is left out", () => {
  // Each needs 15 segments of 2 s, and one is due every 8.64 s.
  const set = [
    ["tester.testsPerDay", 10_000],
    ["warmup", "30s"],
    ["duration", "2m"],
  ].map(([path, value]) => ({ path: String(path), value }));
  const { base } = loadScenario("docs/examples/my-pool.yaml", { set });
  const watched = simulation(base);
  watched.run();
  const tests = watched.tester.tests.map((one) => one.tests);
  expect(Math.max(...tests)).toBe(5);
});

describe("what the tester sees", () => {
  const result = run(
    scenario(BASE, {
      orchestrators: rivals({ a: measured(300), b: measured(900), c: measured(2500) }),
    }),
  );

  test.each([
    ["a", 300],
    ["b", 900],
    ["c", 2500],
  ])("%s: the score of a round trip of %d ms, download included", (name, roundTripMs) => {
    const found = metric(result, `orchestrator.${name}.performanceScore`);
    expect(found).toBeCloseTo(score(roundTripMs), 2);
  });

  test("the region's figures over orchestrators", () => {
    expect(metric(result, "region.FRA.successRate")).toBe(1);
    expect(metric(result, "region.FRA.reliableOrchestrators")).toBe(3);
    expect(metric(result, "region.FRA.roundTripMs.p50")).toBeCloseTo(900, 0);
    expect(metric(result, "region.FRA.roundTripMs.p05")).toBeCloseTo(300 + 0.1 * 600, 0);
  });

  test("is not counted as anybody's stream", () => {
    expect(metric(result, "network.segments")).toBe(0);
    expect(metric(result, "orchestrator.a.segments")).toBe(0);
  });
});

test("one that is down now and then: its success is its availability", () => {
  const settings = {
    orchestrators: rivals({ a: measured(300, 0.6) }),
    tester: { testsPerDay: 96 },
  };
  const result = run(scenario(BASE, { duration: "4w", assumptions: { meanDown: "2h" } }, settings));
  expect(Math.abs(metric(result, "region.FRA.successRate") - 0.6)).toBeLessThan(0.1);
});

test("tests come as often as stated, from each region, with so many segments", () => {
  const watched = simulation(
    scenario(BASE, {
      orchestrators: rivals({ a: {}, b: {} }),
      tester: { testsPerDay: 3, segments: 15, regions: ["FRA", "SIN", "NYC"] },
      duration: "1w",
    }),
  );
  watched.run();
  const { tests } = watched.tester;
  expect(tests).toHaveLength(6);
  for (const { totals } of tests) {
    expect(Math.abs(totals.tests - 21)).toBeLessThanOrEqual(1);
    expect(totals.sent).toBe(15 * totals.tests);
    expect(totals.received).toBe(totals.sent);
  }
});

test("a tester takes the pool's least-loaded worker as any stream does", () => {
  const result = run(
    scenario(BASE, {
      orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
      workers: [{ name: "w", count: 2, maxSessions: 4, roundTripMs: 300 }],
    }),
  );
  expect(metric(result, "worker.w-1.picks") + metric(result, "worker.w-2.picks")).toBe(12);
});

describe("gateways with minPerfScore (L-9)", () => {
  const settings = (minPerfScore: number) =>
    merged(BASE, {
      demand: { concurrentStreams: 4 },
      duration: "6h",
      stream: { length: { distribution: "constant", mean: "2m" } },
      gateway: { minPerfScore },
      orchestrators: rivals({ fast: measured(300), slow: { ...measured(1500), stakeLpt: 9 } }),
    });

  test("send only to those that reach it", () => {
    // 1 − e^(−2000 ÷ 1500) = 0.736.
    const result = run(scenario(settings(0.8)));
    expect(metric(result, "orchestrator.slow.streams")).toBe(0);
    expect(metric(result, "orchestrator.fast.streams")).toBeGreaterThan(100);
  });

  test.each([0.7, 0.9999])("%f: everybody, as all reach it, or none does", (minPerfScore) => {
    const result = run(scenario(settings(minPerfScore)));
    expect(metric(result, "orchestrator.slow.streams")).toBeGreaterThan(
      metric(result, "orchestrator.fast.streams"),
    );
  });
});

describe("connections of tests are new, and slow until something has come back", () => {
  /** Tests of one orchestrator from Frankfurt: Singapore is 165 ms away, New York 97 ms. */
  const far = (region: string, roundTripMs: number, slowStartRtts: number) => {
    const watched = simulation(
      scenario(BASE, {
        assumptions: { rttScale: 1 },
        tester: { slowStartRtts },
        orchestrators: rivals({ a: { ...measured(roundTripMs), region } }),
      }),
    );
    watched.run();
    const [tested] = watched.tester.tests;
    if (tested === undefined) throw new Error("there is one pair");
    return tested.totals;
  };

  test("the others take so much less that the mean stays", () => {
    // 3 round trips of discovery, 2 of connecting, 700 ms and 7 round trips are less than 2 s: the
    // first is back when the second is sent.
    const { received, sent, roundTripMs } = far("NYC", 700, 7);
    expect(received).toBe(sent);
    // Two round trips for the connection of the first (G-17) are on top in both.
    expect(roundTripMs).toBeCloseTo(far("NYC", 700, 0).roundTripMs, 6);
  });

  test("one that is slow besides loses the rest of the test (M-12 (c), M-14, M-17, M-18)", () => {
    const { received, tests } = far("SIN", 3300, 7);
    expect(received / tests).toBeGreaterThanOrEqual(2);
    expect(received / tests).toBeLessThanOrEqual(4);
    // Without, nothing is in flight for two segments.
    const without = far("SIN", 3300, 0);
    expect(without.received).toBe(without.sent);
  });
});

describe("tests of an orchestrator from all regions", () => {
  const begins = (timing?: string) => {
    const input = scenario(BASE, {
      warmup: "0s",
      gateways: [{ region: "FRA" }, { region: "NYC" }, { region: "SIN" }],
      orchestrators: rivals({ a: measured(300), b: measured(900), c: measured(700) }),
      tester: { testsPerDay: 3, ...(timing === undefined ? {} : { timing }) },
    });
    const watched = simulation(input);
    const times = new Map<number, number[]>();
    const begin = watched.tester.begin.bind(watched.tester);
    watched.tester.begin = (index) => {
      const { orchestrator = -1 } = watched.tester.tests[index] ?? {};
      times.set(orchestrator, [...(times.get(orchestrator) ?? []), watched.now]);
      begin(index);
    };
    watched.run();
    return [...times.values()];
  };
  /** Largest distance within groups of three that follow each other. */
  const spreads = (all: readonly number[]) =>
    [0, 3, 6].map((at) => (all[at + 2] ?? 0) - (all[at] ?? 0));

  test("lie within 100 s of each other, as the public tester's do", () => {
    const all = begins();
    expect(all).toHaveLength(3);
    for (const times of all) {
      expect(times.length).toBeGreaterThanOrEqual(9);
      for (const spread of spreads(times)) expect(spread).toBeLessThan(100_000);
    }
    // Different orchestrators' do not.
    const firsts = all.map(([first = 0]) => first);
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeGreaterThan(100_000);
  });

  test("or are independent, where the scenario says so", () => {
    const far = begins("independent").flatMap(spreads);
    expect(Math.max(...far)).toBeGreaterThan(1_000_000);
  });
});
