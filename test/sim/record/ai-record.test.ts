/** AI jobs of a run, as events: what the run's own books have, and what made them comes back. */
import { describe, expect, it } from "vitest";
import type { PoolEvent } from "../../../src/pool/books/events/event.js";
import { fitAIWorkers } from "../../../src/sim/calibrate/ai/fit-workers.js";
import { scenarioOf } from "../../../src/sim/calibrate/fragment.js";
import { poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import { type PoolRecord, recordPool } from "../../../src/sim/record/record-pool.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { type Settings, scenario } from "../../support/sim/runs.js";

const POOL: Settings = {
  name: "ai",
  network: { limit: 0 },
  gateway: { region: "FRA" },
  warmup: "10m",
  duration: "8h",
  demand: { concurrentStreams: 0 },
  ai: {
    jobs: [
      {
        name: "images",
        pipeline: "text-to-image",
        requestsPerSecond: 0.12,
        units: { distribution: "lognormal", mean: 300_000, cv: 0.7 },
      },
      { name: "chat", pipeline: "llm", requestsPerSecond: 0.02, units: 256 },
      { name: "speech", pipeline: "text-to-speech", requestsPerSecond: 0.005, units: 400 },
      {
        name: "live",
        pipeline: "live-video-to-video",
        streamsPerHour: 6,
        length: { distribution: "exponential", mean: "5m" },
      },
    ],
  },
  orchestrator: {
    name: "pool",
    region: "FRA",
    stakeShare: 0.5,
    maxSessions: 10,
    ai: {
      prices: [
        { pipeline: "text-to-image", pricePerUnit: "9336743/2" },
        { pipeline: "llm", pricePerUnit: "81964641" },
        { pipeline: "text-to-speech", pricePerUnit: "2384185" },
        { pipeline: "live-video-to-video", pricePerUnit: "2287" },
      ],
    },
  },
  workers: [
    {
      name: "one",
      slowSpells: { length: "0s" },
      ai: {
        transcoding: "none",
        models: [
          {
            pipeline: "text-to-image",
            fixedMs: 900,
            msPerUnit: 0.01,
            cv: 0.2,
            failureProbability: 0.03,
          },
          { pipeline: "llm", msPerUnit: 20, cv: 0.1 },
          { pipeline: "text-to-speech", msPerUnit: 5 },
          { pipeline: "live-video-to-video", capacity: 3 },
        ],
      },
    },
    {
      name: "two",
      slowSpells: { length: "0s" },
      ai: {
        transcoding: "none",
        models: [{ pipeline: "text-to-image", fixedMs: 500, msPerUnit: 0.02, capacity: 2 }],
      },
    },
  ],
};

function recorded(settings: Settings = POOL, seed = 1): PoolRecord {
  return recordPool(scenario({ ...settings }), { startMs: Date.UTC(2026, 9, 1), seed });
}

function typed<T extends PoolEvent["type"]>(record: PoolRecord, type: T) {
  return record.events.flatMap(({ event }) =>
    event.type === type ? [event as PoolEvent & { type: T }] : [],
  );
}

describe("AI jobs of a run", () => {
  const record = recorded();
  const jobs = typed(record, "job-processed");

  it("are told with the fees of the run's own books, cut to whole wei (E-11)", () => {
    const claims = new Map(typed(record, "job-received").map((one) => [one.requestId, one]));
    const fees = new Map<string, bigint>();
    for (const { requestId, feesWei, computeUnits, pricePerComputeUnitWei } of jobs) {
      expect(feesWei).toBe(computeUnits * pricePerComputeUnitWei);
      const { address = "nobody" } = claims.get(requestId ?? "") ?? {};
      fees.set(address, (fees.get(address) ?? 0n) + feesWei);
    }
    expect(record.earned.every(({ nodeType }) => nodeType === "ai")).toBe(true);
    expect(fees).toEqual(new Map(record.earned.map((one) => [one.address, one.feesWei])));
    const images = jobs.find(({ pipeline }) => pipeline === "text-to-image");
    expect(images?.pricePerComputeUnitWei).toBe(4_668_371n);
  });

  it("have a thousand times the units of speech (A-37), and nothing of live video but that it began (E-16)", () => {
    const speech = jobs.filter(({ pipeline }) => pipeline === "text-to-speech");
    expect(new Set(speech.map(({ computeUnits }) => computeUnits))).toEqual(new Set([400_000n]));
    const isLive = ({ pipeline }: { pipeline: string }) => pipeline === "live-video-to-video";
    expect(typed(record, "job-received").filter(isLive).length).toBeGreaterThan(20);
    expect(jobs.filter(isLive)).toEqual([]);
  });

  it("begin with the node's start and its workers, and name each request once", () => {
    const [reset, ...connected] = record.events.slice(0, 3).map(({ event }) => event.type);
    expect(reset).toBe("reset");
    expect(connected).toEqual(["worker-connected", "worker-connected"]);
    const ids = jobs.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(jobs.every(({ responseTimeNs }) => responseTimeNs > 100_000_000n)).toBe(true);
  });

  it("come back as what made them, each within its interval", () => {
    const { ai } = poolPast(record.events.map(({ event }) => event));
    const fits = fitAIWorkers(ai).flatMap(({ models }) => models);
    const images = fits.filter(({ pipeline }) => pipeline === "text-to-image");
    const isIn = (value: number, figure: { low: number; high: number } | null | undefined) =>
      figure !== null && figure !== undefined && figure.low <= value && value <= figure.high;
    const one = images.find(({ capacity }) => capacity === 1);
    expect(isIn(0.01, one?.msPerUnit)).toBe(true);
    expect(isIn(900, one?.fixedMs)).toBe(true);
    expect(isIn(0.2, one?.noiseCv)).toBe(true);
    expect(isIn(0.03, one?.failures)).toBe(true);
    const two = images.find(({ capacity }) => capacity === 2);
    expect(isIn(0.02, two?.msPerUnit)).toBe(true);
    const chat = fits.find(({ pipeline }) => pipeline === "llm");
    expect(isIn(20, chat?.msPerUnit)).toBe(true);
    const live = fits.find(({ pipeline }) => pipeline === "live-video-to-video");
    expect(live?.results).toBeGreaterThan(20);
  });
});

it("what came back is a scenario that loads, with the workers' models and what came to them", () => {
  const past = poolPast(recorded().events.map(({ event }) => event)).ai;
  const place = { name: "back", region: "FRA", stakeShare: 0.5 };
  const text = scenarioOf([], place, { ai: { fits: fitAIWorkers(past), past }, demand: null });
  const readFile = () => new TextEncoder().encode(text);
  const { base } = loadScenario("back.yaml", { readFile });
  expect(base.scenario.workers).toHaveLength(2);
  expect(base.scenario.ai?.jobs.map(({ pipeline }) => pipeline).sort()).toEqual([
    "live-video-to-video",
    "llm",
    "text-to-image",
  ]);
  // Speech is hardly answered at all: too few jobs to say how long they take.
  expect(text).toContain('# AI jobs of text-to-speech "parler-tts/parler-tts-large-v1": too few');
  expect(base.scenario.orchestrator?.ai?.prices).toHaveLength(2);
});

it("a scenario with AI jobs takes no made-up ones", () => {
  const input = scenario({ ...POOL, duration: "1h" });
  expect(() => recordPool(input, { startMs: 0, aiPerDay: 5 })).toThrow("expected one of them");
});
