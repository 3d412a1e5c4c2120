/** The admission policies at work in the loop; their own rules are tested in test/pool/admission. */
import { describe, expect, test } from "vitest";
import type { Simulation } from "../../../src/sim/model/simulation.js";
import type { ReplicationResult } from "../../../src/sim/results.js";
import {
  IDEAL,
  merged,
  metric,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../support/sim/runs.js";

const BASE = merged(IDEAL, {
  warmup: "5m",
  duration: "1h",
  demand: { concurrentStreams: 6 },
  stream: {
    segmentMs: 2000,
    segmentCv: 0,
    length: { distribution: "exponential", mean: "5m" },
  },
  orchestrator: { region: "FRA", stakeLpt: 3, maxSessions: "auto" },
  // Somebody to leave for: without, streams stay with what they have (M-12).
  orchestrators: [
    { name: "rival", region: "FRA", stakeLpt: 1, backend: { type: "measured", roundTripMs: 300 } },
  ],
});

const GOOD = { name: "good", count: 2, maxSessions: 10, roundTripMs: 300, roundTripCv: 0.1 };
/** Past the cliff: every segment takes longer than it lasts. */
const SLOW = { name: "slow", maxSessions: 10, roundTripMs: 2600, roundTripCv: 0.1 };

function under(admission: Settings, over: Settings = {}): ReplicationResult {
  return run(scenario(BASE, { workers: [GOOD, SLOW], orchestrator: { admission } }, over));
}

const picks = (result: ReplicationResult, worker: string) =>
  metric(result, `worker.${worker}.picks`);
const poolMaxSessions = ({ nodes }: Simulation) =>
  nodes.find(({ spec }) => spec.backend === "pool")?.sessions.maxSessions ?? -1;
const errors = (result: ReplicationResult) => metric(result, "pool.swapsAway");

describe("none", () => {
  test("a worker past the cliff draws streams and loses them after a segment or two", () => {
    const result = under({});
    expect(picks(result, "slow")).toBeGreaterThan(picks(result, "good-1"));
    expect(metric(result, "worker.slow.segmentsPerSession")).toBeLessThan(3);
    expect(metric(result, "worker.slow.blackHoleFactor")).toBeGreaterThan(1.2);
  });
});

describe("list", () => {
  test("who is excluded never serves, and does not count as capacity", () => {
    const settings = {
      workers: [GOOD, SLOW],
      orchestrator: { admission: { exclude: ["slow"] } },
    };
    const watched = simulation(scenario(BASE, settings));
    watched.run();
    expect(watched.counters.workers[2]).toMatchObject({ picks: 0, capacityMs: 0 });
    expect(poolMaxSessions(watched)).toBe(20);
  });

  test("include names the only ones", () => {
    const result = under({ include: ["good"] });
    expect(picks(result, "slow")).toBe(0);
    expect(picks(result, "good-2")).toBeGreaterThan(0);
  });
});

describe("benchmark", () => {
  test("refuses a worker whose 99th percentile is above the limit", () => {
    const result = under({ benchmark: { limitMs: 800 } });
    expect(picks(result, "slow")).toBe(0);
    expect(picks(result, "good-1")).toBeGreaterThan(0);
  });

  test("gives the largest number of sessions within the limit", () => {
    const workers = [
      { name: "device", maxSessions: 20, device: "gtx1060", downloadMbps: 1e5, uploadMbps: 1e5 },
    ];
    const capacity = (limitMs: number) => {
      const watched = simulation(
        scenario(BASE, { workers, orchestrator: { admission: { benchmark: { limitMs } } } }),
      );
      watched.run();
      return poolMaxSessions(watched);
    };
    // 69.12 Mpx at 801 Mpx/s are 86 ms alone, 2.8 times that at 4, 5.6 times at 8, warm; the
    // first segment of a session takes 160 ms more; and next to nothing of transfers.
    expect(capacity(200)).toBe(0);
    const [four, eight] = [capacity(86 * 2.8 + 160 + 60), capacity(86 * 5.6 + 160 + 80)];
    expect(four).toBeGreaterThanOrEqual(4);
    expect(eight).toBeGreaterThan(four);
    expect(eight).toBeLessThan(12);
    expect(capacity(60_000)).toBe(20);
  });
});

describe("tier", () => {
  test("a slow worker is a spare: it gets nothing while others have room", () => {
    const result = under({ tier: { slowMs: 1000 } });
    expect(picks(result, "slow")).toBe(0);
    expect(errors(result)).toBe(0);
  });

  test("and serves when they are full", () => {
    const result = under(
      { tier: { slowMs: 1000 } },
      { workers: [{ ...GOOD, maxSessions: 2 }, SLOW], demand: { concurrentStreams: 12 } },
    );
    expect(picks(result, "slow")).toBeGreaterThan(10);
  });
});

describe("rolling", () => {
  test("who keeps losing sessions is benched", () => {
    const [none, rolling] = [under({}), under({ rolling: {} })];
    expect(picks(rolling, "slow")).toBeLessThan(0.3 * picks(none, "slow"));
    expect(picks(rolling, "slow")).toBeGreaterThan(1);
    expect(errors(rolling)).toBeLessThan(0.5 * errors(none));
  });

  test("only sessions of the regions named count", () => {
    const elsewhere = under({ rolling: { regionLimitMs: { SIN: 1000 } } });
    expect(picks(elsewhere, "slow")).toBe(picks(under({}), "slow"));
  });
});

describe("probation", () => {
  test("who fails it never serves; who passes does, after its shadow segments", () => {
    const result = under({ probation: { limitMs: 1000, segments: 10 } });
    expect(picks(result, "slow")).toBe(0);
    expect(picks(result, "good-1")).toBeGreaterThan(0);
    expect(picks(result, "good-2")).toBeGreaterThan(0);
  });
});

describe("perRegion", () => {
  const from = (region: string) =>
    under({ perRegion: { limitMs: { NYC: 1000, FRA: 5000 } } }, { gateways: [{ region }] });

  test("a worker serves only gateways where its tail fits", () => {
    expect(picks(from("NYC"), "slow")).toBe(0);
    expect(picks(from("NYC"), "good-1")).toBeGreaterThan(0);
    expect(picks(from("FRA"), "slow")).toBeGreaterThan(0);
  });
});

describe("sessionCap", () => {
  test("a worker has at most so many sessions", () => {
    const capped = { workers: [SLOW], orchestrator: { admission: { sessionCap: { slow: 2 } } } };
    const watched = simulation(scenario(BASE, capped));
    watched.run();
    expect(poolMaxSessions(watched)).toBe(2);
    expect(picks(under({ sessionCap: { slow: 0 } }), "slow")).toBe(0);
  });
});

describe("reconnectPenalty", () => {
  const hanging = { ...GOOD, name: "hangs", count: 1, hangProbability: 0.1 };

  test("after a timeout a worker waits, and comes last", () => {
    const workers = [GOOD, hanging];
    const [none, penalty] = [
      under({}, { workers }),
      under({ reconnectPenalty: { wait: "2m" } }, { workers }),
    ];
    expect(metric(none, "worker.hangs.timeouts")).toBeGreaterThan(20);
    expect(picks(penalty, "hangs")).toBeLessThan(0.3 * picks(none, "hangs"));
    expect(errors(penalty)).toBeLessThan(errors(none));
  });
});
