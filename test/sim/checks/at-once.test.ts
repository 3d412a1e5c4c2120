/**
 * Segments that nobody can see meanwhile are done within one event, many in a row: all that a run
 * leaves behind is, to the last bit, that of a run in which every step is an event of its own.
 */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SCENARIO_FOLDER, SCENARIO_FORMS, scenarioNames } from "../../../scripts/scenario-forms.js";
import type { SimulationInput } from "../../../src/sim/input.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { randomScenarios } from "../../support/sim/random-scenarios.js";
import { type Settings, scenario } from "../../support/sim/runs.js";
import { wholeRun } from "../../support/sim/whole-run.js";

/** In the suite 40 of them; `npm run test:runs` has 200, and whole hours of the committed scenarios. */
const RANDOM = Number(process.env["POOLSIM_RANDOM_SCENARIOS"] ?? 40);
const isLong = RANDOM > 40;

/** All that runs with and without leave is equal; returns how many segments there were. */
function compare(input: SimulationInput): number {
  const atOnce = wholeRun(input);
  expect(wholeRun(input, { atOnce: false })).toEqual(atOnce);
  return atOnce.segmentsCompleted;
}

test.each(Object.entries(FEATURES))("%s: the same results step by step", (_, settings) => {
  expect(compare(scenario(settings))).toBeGreaterThan(500);
});

describe("a measured pool with books", () => {
  const measuredPool: Settings = {
    gateways: [{ region: "FRA" }, { region: "NYC" }],
    network: { limit: 5 },
    warmup: "3m",
    duration: "20m",
    demand: { concurrentStreams: 20 },
    stream: { length: { distribution: "exponential", mean: "10m" } },
    orchestrator: {
      region: "FRA",
      stakeShare: 0.6,
      // So that a wei more or less of a round makes a difference.
      pricePerUnit: "1/7",
      maxSessions: 50,
      backend: { type: "measured", roundTripMs: 900 },
      economics: { roundLengthMinutes: 1, payoutInterval: "90s", commission: "1/3" },
    },
  };

  test("is credited when segments arrive, in every round", () => {
    expect(compare(scenario(measuredPool))).toBeGreaterThan(5000);
  });

  test("and so are its tickets' wins, and their luck", () => {
    const tickets = { tickets: { enabled: true, ticketEV: "200000", gasPriceGwei: "0" } };
    const economics = { attribution: "byWeights" };
    expect(compare(scenario(measuredPool, tickets))).toBeGreaterThan(5000);
    expect(
      compare(scenario(measuredPool, tickets, { orchestrator: { economics } })),
    ).toBeGreaterThan(5000);
  });
});

describe("segments that are just about late", () => {
  const busy: Settings = {
    gateways: [{ region: "FRA" }, { region: "NYC" }],
    network: { limit: 4 },
    warmup: "3m",
    duration: "15m",
    demand: { concurrentStreams: 20 },
    stream: { length: { distribution: "exponential", mean: "10m" }, segmentCv: 0.1 },
    assumptions: { downloadShare: 0.4, segmentNoiseCv: 0.15, segmentFailure: 0.002, prepareMs: 60 },
    tickets: { enabled: true, ticketEV: "200000", gasPriceGwei: "0" },
    orchestrator: { region: "FRA", stakeShare: 0.8, pricePerUnit: "1/7", maxSessions: 50 },
  };

  // The next one is ready while the renditions are being downloaded, and goes the same way.
  test.each([1_500, 1_800, 2_000])("at a measured pool that takes %d ms", (roundTripMs) => {
    const backend = { type: "measured", roundTripMs };
    expect(compare(scenario(busy, { orchestrator: { backend } }))).toBeGreaterThan(3000);
  });

  test("of all lengths, with uploads that take long", () => {
    const backend = { type: "measured", roundTripMs: 900 };
    const uneven = { stream: { segmentCv: 0.6 }, assumptions: { prepareMs: 400, prepareCv: 1 } };
    expect(compare(scenario(busy, uneven, { orchestrator: { backend } }))).toBeGreaterThan(3000);
  });
});

// A discovery hears its answers when its round may be over: those that came before a suspension before it.
test("orchestrators that are suspended while discoveries are under way", () => {
  const measured = (roundTripMs: number, successRate: number) => ({
    type: "measured",
    roundTripMs,
    successRate,
  });
  const few = { stakeLpt: 1000, pricePerUnit: "1", maxSessions: 1 };
  const suspending: Settings = {
    gateways: [
      { region: "FRA", suspension: "relative", discoveryTimeout: "100ms", maxAttempts: 1 },
    ],
    network: { limit: 3 },
    warmup: "1m",
    duration: "5m",
    demand: { concurrentStreams: 15 },
    stream: { length: { distribution: "exponential", mean: "4m" } },
    assumptions: { noiseScale: 2, segmentFailure: 0.2 },
    orchestrators: [
      { name: "far", region: "NYC", ...few, backend: measured(1200, 1) },
      { name: "near", region: "FRA", ...few, backend: measured(700, 0.9) },
    ],
    orchestrator: {
      region: "NYC",
      stakeShare: 0.5,
      pricePerUnit: "1",
      maxSessions: 2,
      backend: measured(1900, 0.9),
    },
  };
  expect(compare(scenario(suspending))).toBeGreaterThan(500);
});

describe("a pool of workers with stated round trips", () => {
  const pool: Settings = {
    gateways: [{ region: "FRA" }, { region: "NYC" }],
    network: { limit: 5 },
    warmup: "3m",
    duration: "15m",
    demand: { concurrentStreams: 20 },
    stream: { length: { distribution: "exponential", mean: "10m" } },
    assumptions: { slowSpells: { every: "4m", length: "1m", extra: 0.5 }, segmentFailure: 0.002 },
    tickets: { enabled: true, ticketEV: "200000", gasPriceGwei: "0" },
    orchestrator: {
      region: "FRA",
      stakeShare: 0.7,
      pricePerUnit: "1/7",
      maxSessions: "auto",
      economics: { roundLengthMinutes: 1, payoutInterval: "90s", commission: "1/3" },
    },
  };
  const up = { up: "5m", down: "30s" };

  test("that come and go, and fail now and then", () => {
    const workers = [
      { name: "good", count: 3, maxSessions: 8, roundTripMs: 400, errorProbability: 0.003, ...up },
      { name: "slow", maxSessions: 8, roundTripMs: 900 },
    ];
    expect(compare(scenario(pool, { workers }))).toBeGreaterThan(5000);
  });

  test("some of which hang, or may be late for their tasks", () => {
    const workers = [
      { name: "good", count: 2, maxSessions: 8, roundTripMs: 400 },
      { name: "hangs", count: 2, maxSessions: 8, roundTripMs: 400, hangProbability: 0.003 },
      { name: "late", maxSessions: 8, roundTripMs: 1500, roundTripCv: 0.9, ...up },
    ];
    expect(compare(scenario(pool, { workers }))).toBeGreaterThan(5000);
  });

  test("whose segments a policy looks at", () => {
    const workers = [{ name: "good", count: 4, maxSessions: 8, roundTripMs: 400, ...up }];
    const admission = { tier: { slowMs: 420 } };
    expect(compare(scenario(pool, { workers, orchestrator: { admission } }))).toBeGreaterThan(5000);
  });
});

describe("the scenarios that come with poolsim", () => {
  test.each(scenarioNames())("%s", (name) => {
    const { duration, set = {} } = SCENARIO_FORMS[name] ?? {};
    // Events have their times: a shorter run would end before them.
    const { events } = loadScenario(join(SCENARIO_FOLDER, `${name}.yaml`)).base.scenario;
    const isWhole = isLong || Object.keys(events).length > 0;
    const short = isWhole ? {} : { warmup: "5m", duration: "8m" };
    const settings = { ...set, ...(duration === undefined ? {} : { duration }), ...short };
    const loaded = loadScenario(join(SCENARIO_FOLDER, `${name}.yaml`), {
      set: Object.entries(settings).map(([path, value]) => ({ path, value })),
    });
    for (const { name: variant } of isLong ? loaded.variants : loaded.variants.slice(-1)) {
      compare(loaded.withSettings(variant, []));
    }
  });
});

test("scenarios of chance", () => {
  let segments = 0;
  fc.assert(
    fc.property(randomScenarios, (settings) => {
      segments += compare(scenario(settings));
    }),
    { seed: 12, numRuns: RANDOM },
  );
  expect(segments).toBeGreaterThan(RANDOM * 500);
});
