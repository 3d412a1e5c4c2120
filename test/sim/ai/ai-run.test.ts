import { describe, expect, test } from "vitest";
import { aiConservation } from "../../../src/sim/metrics/ai-conservation.js";
import { Simulation } from "../../../src/sim/model/simulation.js";
import { compileWorld } from "../../../src/sim/model/world/compile-world.js";
import { simulate } from "../../../src/sim/simulate.js";
import { loadText } from "../../support/sim/fake-simulate.js";

/** A pool of three with a rival, images and live video. */
const MIXED = `
name: mixed
warmup: 10 m
duration: 1 h
demand: { concurrentStreams: 0 }
network: { limit: 0 }
gateway: { region: FRA }
ai:
  jobs:
    - { name: images, pipeline: text-to-image, requestsPerSecond: 2, units: { distribution: lognormal, mean: 300000, cv: 0.5 } }
    - { name: live, pipeline: live-video-to-video, streamsPerHour: 20, length: { distribution: exponential, mean: 10 m } }
    - { name: speech, pipeline: text-to-speech, requestsPerSecond: 0.05, units: 400 }
  orchestrators:
    - name: rival
      transcodes: false
      models:
        - { pipeline: text-to-image, capacity: 4, fixedMs: 200, msPerUnit: 0.004, pricePerUnit: "1/10", failureProbability: 0.02 }
orchestrators:
  - { name: rival, region: FRA, stakeLpt: 1000, backend: { type: measured, roundTripMs: 100 } }
orchestrator:
  region: FRA
  stakeLpt: 1000
  ai:
    prices: [{ pipeline: text-to-image, pricePerUnit: "11/10" }, { pipeline: live-video-to-video, pricePerUnit: 1 }]
workers:
  - name: home
    count: 3
    up: 30 m
    down: 2 m
    ai:
      transcoding: none
      models:
        - { pipeline: text-to-image, capacity: 2, fixedMs: 100, msPerUnit: 0.004, failureProbability: 0.01, hangProbability: 0.001 }
        - { pipeline: live-video-to-video, capacity: 3, fixedMs: 500, liveFault: { every: 20 m } }
        - { pipeline: text-to-speech, fixedMs: 800 }
`;

function inputOf(text: string) {
  const [variant] = loadText(text).variants;
  if (variant === undefined) throw new Error("a scenario has a variant");
  return variant.input;
}

function runOf(text: string, replication = 0) {
  return simulate(inputOf(text), { replication });
}

describe("AI jobs in a run", () => {
  test("what must balance does, to the wei", () => {
    const { conservation, metrics } = runOf(MIXED);
    expect(conservation.filter(({ holds }) => !holds)).toEqual([]);
    expect(conservation.filter(({ name }) => name.includes("AI")).length).toBe(7);
    expect(metrics["ai.images.requests"]).toBeGreaterThan(6000);
    expect(metrics["ai.live.swapsPerStream"]).toBeGreaterThan(0);
    expect(metrics["worker.home-1.ai.timeouts"]).toBeGreaterThan(0);
  });

  test.each([
    ["requests", "AI requests"],
    ["unitsSent", "AI units paid for"],
    ["unitsUnreceived", "AI units done by orchestrators"],
    ["liveRunUnits", "live AI units"],
  ] as const)("a counter that is one off is noticed: %s", (counter, name) => {
    const world = compileWorld(inputOf(MIXED.replace("duration: 1 h", "duration: 5 m")));
    const simulation = new Simulation({ world, seed: 1, replication: 0 });
    const money = simulation.run();
    const checks = () => aiConservation(world, simulation.counters, money);
    expect(checks().every(({ holds }) => holds)).toBe(true);
    const [job] = simulation.counters.ai?.jobs ?? [];
    if (job === undefined) throw new Error("there are counters");
    job[counter] += 1;
    expect(checks().filter(({ holds }) => !holds)).toMatchObject([
      { name: expect.stringContaining(name) },
    ]);
  });

  test("units that only one side counts are noticed in the books too", () => {
    const world = compileWorld(inputOf(MIXED.replace("duration: 1 h", "duration: 5 m")));
    const simulation = new Simulation({ world, seed: 1, replication: 0 });
    const money = simulation.run();
    const done = simulation.counters.ai?.jobs[0]?.unitsDone;
    if (done === undefined) throw new Error("there are counters");
    done[world.pool] = (done[world.pool] ?? 0) + 1;
    const failed = aiConservation(world, simulation.counters, money).filter(({ holds }) => !holds);
    expect(failed.map(({ name }) => name)).toEqual([
      "AI units done by orchestrators = received + not received + on their way",
      "AI units in the pool's books = units it did",
      "AI fees of the pool = units done and live units at its prices",
    ]);
  });

  test("the same scenario and seed give the same bytes; another replication does not", () => {
    const text = MIXED.replace("duration: 1 h", "duration: 10 m");
    expect(JSON.stringify(runOf(text))).toBe(JSON.stringify(runOf(text)));
    expect(runOf(text, 1).metrics).not.toEqual(runOf(text).metrics);
  });

  test("who is there does not change what is asked for", () => {
    const fewer = MIXED.replace("count: 3", "count: 1");
    const requests = (text: string) => runOf(text).metrics["ai.images.requests"];
    expect(requests(fewer)).toBe(requests(MIXED));
  });

  test("E-11, E-16: events tell of whole wei, and nothing of live video; the operator keeps the rest", () => {
    const { metrics } = runOf(MIXED);
    const of = (name: string) => metrics[name] ?? Number.NaN;
    expect(of("ai.live.invisibleFeesEthPerDay")).toBe(of("ai.live.feesEthPerDay"));
    expect(of("ai.live.feesEthPerDay")).toBeGreaterThan(0);
    expect(of("ai.images.invisibleFeesEthPerDay") / of("ai.images.feesEthPerDay")).toBeCloseTo(
      1 / 11,
      6,
    );
    const workers = ["home-1", "home-2", "home-3"].map((name) =>
      of(`worker.${name}.feesEthPerDay`),
    );
    const visible = of("pool.aiFeesEthPerDay") - of("pool.aiInvisibleFeesEthPerDay");
    expect(workers.reduce((sum, fees) => sum + fees, 0) / visible).toBeCloseTo(1, 6);
    expect(of("pool.workersEthPerDay") / visible).toBeCloseTo(0.75, 4);
    expect(of("pool.feesEthPerDay")).toBeCloseTo(of("pool.aiFeesEthPerDay"), 12);
  });

  test("a worker that is excluded gets no AI job, and sessionCap caps its jobs of a model", () => {
    const exclude = MIXED.replace(
      "  ai:\n    prices",
      "  admission: { exclude: [home-1], sessionCap: { home-2: 1 } }\n  ai:\n    prices",
    );
    const { metrics } = runOf(exclude);
    expect(metrics["worker.home-1.ai.jobs"]).toBe(0);
    expect(metrics["worker.home-2.ai.jobs"]).toBeGreaterThan(0);
    expect(metrics["worker.home-2.ai.busyMean"]).toBeLessThan(3);
  });

  test("a scenario without AI says nothing of it", () => {
    const plain = `
name: plain
warmup: 10 m
duration: 10 m
demand: { concurrentStreams: 2 }
network: { limit: 3 }
gateway: { region: FRA }
orchestrator: { region: FRA, stakeLpt: 100000 }
workers: [{ name: home, roundTripMs: 500 }]
`;
    const result = runOf(plain);
    expect(Object.keys(result.metrics).filter((name) => /(^|\.)ai/.test(name))).toEqual([]);
    expect("aiJobs" in result).toBe(false);
    expect(result.conservation.some(({ name }) => name.includes("AI"))).toBe(false);
  });
});
