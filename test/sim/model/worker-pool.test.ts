import { describe, expect, test } from "vitest";
import type { PoolBackend } from "../../../src/sim/model/backends/pool.js";
import type { Simulation } from "../../../src/sim/model/simulation.js";
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
  warmup: "0s",
  duration: "1h",
  demand: { concurrentStreams: 6 },
  stream: {
    segmentMs: 2000,
    segmentCv: 0,
    length: { distribution: "exponential", mean: "5m" },
  },
  orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
});

interface Event {
  readonly what: "registers" | "left" | "timeout";
  readonly worker: number;
  readonly atMs: number;
}

/** Who came and went when. */
function comings(watched: Simulation): readonly Event[] {
  const { pool } = watched;
  if (pool === null) throw new Error("the pool has workers");
  const { workers } = pool;
  const events: Event[] = [];
  const registers = workers.registers.bind(workers);
  workers.registers = (worker) => {
    events.push({ what: "registers", worker, atMs: watched.now });
    registers(worker);
  };
  const { policy } = workers;
  const onDisconnect = policy.onDisconnect.bind(policy);
  policy.onDisconnect = (worker, what, atMs) => {
    events.push({ what, worker, atMs });
    onDisconnect(worker, what, atMs);
  };
  watched.run();
  return events;
}

/** How long each task was waited for that timed out, ms. */
function timeouts(watched: Simulation): readonly number[] {
  const { pool } = watched;
  if (pool === null) throw new Error("the pool has workers");
  const waits: number[] = [];
  const taskTimeout: PoolBackend["taskTimeout"] = pool.taskTimeout.bind(pool);
  pool.taskTimeout = (call) => {
    waits.push(watched.now - call.begunMs);
    return taskTimeout(call);
  };
  watched.run();
  return waits;
}

function pool(worker: Settings, over: Settings = {}) {
  const workers = [{ name: "w", maxSessions: 10, roundTripMs: 300, roundTripCv: 0, ...worker }];
  return scenario(BASE, { workers }, over);
}

describe("a worker that hangs", () => {
  const events = comings(simulation(pool({ hangProbability: 0.02 })));
  const returns = events.flatMap((event, index) => {
    const before = events[index - 1];
    return event.what === "registers" && before?.what === "timeout"
      ? [event.atMs - before.atMs]
      : [];
  });

  test("is disconnected, and comes back after a back-off that grows by half each time (O-14)", () => {
    expect(returns.length).toBeGreaterThan(15);
    for (const [index, waitMs] of returns.entries()) {
      const interval = Math.min(60_000, 500 * 1.5 ** index);
      expect(waitMs).toBeGreaterThanOrEqual(0.5 * interval);
      expect(waitMs).toBeLessThanOrEqual(1.5 * interval);
    }
    // [Q] The interval never starts over, however long the connection lasted.
    expect(Math.min(...returns.slice(14))).toBeGreaterThanOrEqual(30_000);
  });

  test.each([
    [2000, 8000],
    [1500, 8000],
    [5000, 20_000],
  ])("with segments of %d ms its tasks are waited for %d ms (O-18)", (segmentMs, waitMs) => {
    const waits = timeouts(simulation(pool({ hangProbability: 0.05 }, { stream: { segmentMs } })));
    expect(waits.length).toBeGreaterThan(3);
    for (const wait of waits) expect(wait).toBeCloseTo(waitMs, 6);
  });

  test("that comes back at load 0 draws the next stream (O-16): worse than one that is slow", () => {
    const workers = [
      { name: "good", count: 3, maxSessions: 4, roundTripMs: 300 },
      { name: "hangs", maxSessions: 4, roundTripMs: 300, hangProbability: 0.3 },
    ];
    const result = run(scenario(BASE, { workers, duration: "3h" }));
    expect(metric(result, "worker.hangs.timeouts")).toBeGreaterThan(50);
    expect(metric(result, "worker.hangs.blackHoleFactor")).toBeGreaterThan(1.5);
    expect(metric(result, "worker.hangs.segmentsPerSession")).toBeLessThan(6);
    expect(metric(result, "worker.hangs.reRegistrations")).toBeGreaterThan(20);
  });
});

describe("a worker that fails", () => {
  test("in the middle of a task is noticed by the timeout only (O-18)", () => {
    const waits = timeouts(simulation(pool({ up: "3m", down: "30s", roundTripMs: 1500 })));
    expect(waits.length).toBeGreaterThan(5);
    for (const wait of waits) expect(wait).toBeCloseTo(8000, 6);
  });

  test("is there for up ÷ (up + down) of the time, and fails once per up-time", () => {
    const watched = simulation(
      pool({ up: "4m", down: "1m" }, { duration: "40h", demand: { concurrentStreams: 0 } }),
    );
    const events = comings(watched);
    const { world, counters } = watched;
    const share = (counters.workers[0]?.capacityMs ?? 0) / 10 / (world.endMs - world.warmupMs);
    expect(Math.abs(share - 0.8)).toBeLessThan(0.05);
    const failures = events.filter(({ what }) => what === "left").length;
    expect(Math.abs(failures - 480)).toBeLessThan(5 * Math.sqrt(480));
  });

  test("fails no more often for having hung and come back", () => {
    const settings = { up: "4m", down: "1s", maxSessions: 10 };
    const failures = (worker: Settings) =>
      comings(simulation(pool({ ...settings, ...worker }, { duration: "5h" }))).filter(
        ({ what }) => what === "left",
      ).length;
    expect(failures({ hangProbability: 0.02 })).toBeLessThan(1.3 * failures({}));
  });

  test("leaves its sessions to the others at their next segment (O-16)", () => {
    const workers = [
      { name: "stays", maxSessions: 20, roundTripMs: 300 },
      { name: "goes", maxSessions: 20, roundTripMs: 300, up: "3m", down: "20m" },
    ];
    const result = run(scenario(BASE, { workers }));
    expect(metric(result, "worker.stays.share")).toBeGreaterThan(0.75);
    expect(metric(result, "network.noSessionShare")).toBeLessThan(0.01);
  });
});

describe("the workers at the start", () => {
  test("are up in equilibrium: up 8 h, down 16 h is a third, in the first hour as in any", () => {
    const count = 3000;
    const worker = { count, maxSessions: 1, up: "8h", down: "16h" };
    const demand = { concurrentStreams: 0 };
    const watched = simulation(pool(worker, { duration: "3h", demand }));
    watched.run();
    const upMs = watched.counters.workers.reduce((sum, { capacityMs }) => sum + capacityMs, 0);
    // One is there for all, nothing or a part of 3 h: a deviation of at most that of all or nothing.
    const deviation = Math.sqrt(((1 / 3) * (2 / 3)) / count);
    expect(Math.abs(upMs / count / 10_800_000 - 1 / 3)).toBeLessThan(5 * deviation);
  });

  test("register in an order of their own in each replication, the same in every variant", () => {
    const order = (replication: number, over: Settings = {}) =>
      comings(
        simulation(
          scenario(
            BASE,
            {
              duration: "1s",
              demand: { concurrentStreams: 0 },
              workers: ["a", "b", "c", "d"].map((name) => ({ name, roundTripMs: 300 })),
            },
            over,
          ),
          { replication },
        ),
      ).map(({ worker }) => worker);
    const orders = Array.from({ length: 400 }, (_, replication) => order(replication));
    for (const worker of [0, 1, 2, 3]) {
      const last = orders.filter((all) => all.at(-1) === worker).length;
      expect(Math.abs(last - 100)).toBeLessThan(5 * Math.sqrt(400 * 0.25 * 0.75));
    }
    const without = { workers: ["a", "c", "d"].map((name) => ({ name, roundTripMs: 300 })) };
    for (const [replication, all] of orders.slice(0, 20).entries()) {
      const others = all.filter((worker) => worker !== 1).map((worker) => Math.max(0, worker - 1));
      expect(order(replication, without)).toEqual(others);
    }
  });

  test("one that failed while it was thrown out comes back when it is up again", () => {
    const worker = { up: "2m", down: "10m", hangProbability: 0.2 };
    const watched = simulation(pool(worker, { duration: "20h" }));
    comings(watched);
    const share = (watched.counters.workers[0]?.capacityMs ?? 0) / 10 / 72_000_000;
    // Never more than it is up: 1/6, less what it spends thrown out.
    expect(share).toBeLessThan(1 / 6 + 0.05);
    expect(share).toBeGreaterThan(0.05);
  });
});

describe("a worker that answers with errors", () => {
  test("is told from one that hangs, stays connected, and the session is given up (S-12 row 3)", () => {
    const result = run(pool({ errorProbability: 0.05 }));
    expect(metric(result, "worker.w.errors")).toBeGreaterThan(100);
    expect(metric(result, "worker.w.timeouts")).toBe(0);
    expect(metric(result, "worker.w.reRegistrations")).toBe(0);
    expect(metric(result, "pool.swapsAway.error")).toBe(metric(result, "worker.w.errors"));
  });

  test("one in so many segments", () => {
    const result = run(pool({ errorProbability: 0.05 }));
    const errors = metric(result, "worker.w.errors");
    const all = errors + metric(result, "worker.w.segments");
    expect(Math.abs(errors - 0.05 * all)).toBeLessThan(5 * Math.sqrt(0.05 * 0.95 * all));
  });
});

describe("MaxSessions of the pool (O-7)", () => {
  test("auto is the sum of what is connected", () => {
    const workers = [
      { name: "a", count: 2, maxSessions: 3, roundTripMs: 300 },
      { name: "b", maxSessions: 1, roundTripMs: 300 },
    ];
    const watched = simulation(scenario(BASE, { workers, duration: "1m" }));
    watched.run();
    expect(watched.nodes[0]?.sessions.maxSessions).toBe(7);
  });

  test("a full pool refuses discoveries and segments (O-6), and never holds more", () => {
    const result = run(pool({ maxSessions: 3 }));
    expect(metric(result, "pool.cappedShare")).toBeGreaterThan(0.2);
    expect(metric(result, "pool.sessionsP99")).toBe(3);
    expect(metric(result, "network.noSessionShare")).toBeGreaterThan(0.2);
  });

  test("without workers everything is capped", () => {
    const result = run(pool({}, { orchestrator: { admission: { exclude: ["w"] } } }));
    expect(metric(result, "pool.cappedShare")).toBe(1);
    expect(metric(result, "pool.segments")).toBe(0);
  });

  test("more sessions than workers: no transcoders available (O-16)", () => {
    // Each that fails holds a slot for 70 s (O-10), so it takes many to be never full.
    const result = run(pool({ maxSessions: 2 }, { orchestrator: { maxSessions: 2000 } }));
    expect(metric(result, "pool.cappedShare")).toBe(0);
    expect(metric(result, "pool.swapsAway.error")).toBeGreaterThan(100);
    expect(metric(result, "worker.w.utilisation")).toBeLessThanOrEqual(1);
  });
});

test("O-9: one segment runs and four wait, the next one finds the orchestrator busy", () => {
  const input = pool(
    { roundTripMs: 2000 },
    { stream: { segmentMs: 100 }, demand: { concurrentStreams: 1 }, duration: "5m" },
  );
  const watched = simulation(input);
  const { orchestratorSide } = watched;
  let longest = 0;
  const workDone = orchestratorSide.workDone.bind(orchestratorSide);
  orchestratorSide.workDone = (call) => {
    longest = Math.max(longest, call.info?.queue?.length ?? 0);
    workDone(call);
  };
  watched.run();
  expect(longest).toBe(4);
  const busy = watched.counters.orchestrators[0]?.lost[5] ?? 0;
  expect(busy).toBeGreaterThan(3);
});

test("O-16: a worker of too low a version gets nothing of a gateway that asks for more", () => {
  const workers = [
    { name: "old", maxSessions: 10, roundTripMs: 300, version: "0.7.0" },
    { name: "new", maxSessions: 10, roundTripMs: 300, version: "0.8.8" },
  ];
  const result = run(scenario(BASE, { workers, gateway: { orchMinLivepeerVersion: "0.8.0" } }));
  expect(metric(result, "worker.old.picks")).toBe(0);
  expect(metric(result, "worker.new.picks")).toBeGreaterThan(10);
});
