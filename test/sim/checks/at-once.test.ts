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

describe("the scenarios that come with poolsim", () => {
  test.each(scenarioNames())("%s", (name) => {
    const { duration, set = {} } = SCENARIO_FORMS[name] ?? {};
    const short = isLong ? {} : { warmup: "5m", duration: "8m" };
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
