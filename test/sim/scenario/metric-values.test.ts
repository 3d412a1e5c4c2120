/** What `check` lets through can have a value, and what it refuses has none in a real run. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import type { LoadedScenario } from "../../../src/sim/input.js";
import {
  NETWORK_METRICS,
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  POOL_METRICS,
  REGION_METRICS,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "../../../src/sim/metrics/catalogue.js";
import { readFileWithin } from "../../../src/sim/scenario/files.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { simulate } from "../../../src/sim/simulate.js";

const RICH = `name: rich
warmup: 1m
duration: 30m
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 20 }
stream: { length: { distribution: constant, mean: 3m } }
tester: { testsPerDay: 400 }
tickets: { enabled: true }
orchestrator: { name: mine, region: FRA, stakeShare: 0.5, maxSessions: auto }
workers:
  - { name: good, roundTripMs: 400 }
  - { name: out, roundTripMs: 400 }
variants:
  a: { orchestrator.admission.exclude: [out] }
  b: { orchestrator.admission.exclude: [out] }
decision: { baseline: a, candidate: b, objective: pool.segments, constraints: [] }
`;

/** Without streams: a tester of another region than the gateway's. */
const TESTED = `name: tested
warmup: 1m
duration: 30m
network: { limit: 3 }
gateway: { region: FRA }
tester: { testsPerDay: 400, regions: [NYC] }
`;

const BARE = `name: bare
warmup: 1m
duration: 10m
network: { limit: 0 }
gateway: { region: FRA }
demand: { concurrentStreams: 4 }
stream: { length: { distribution: constant, mean: 3m } }
orchestrators:
  - { name: other, region: FRA, stakeLpt: 10, backend: { type: measured, roundTripMs: 600 } }
`;

function load(text: string, expectation?: string): LoadedScenario {
  return loadScenario("s.yaml", {
    readFile: (path, bytesMax) =>
      path === "s.yaml" ? new TextEncoder().encode(text) : readFileWithin(path, bytesMax),
    set: expectation === undefined ? [] : [{ path: "expect", value: [expectation] }],
  });
}

function problem(text: string, expectation: string): string {
  try {
    load(text, expectation);
    return "";
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** Full names of all metrics of the subjects of a scenario. */
function metricsOf(subjects: Readonly<Record<"worker" | "region" | "orchestrator", string[]>>) {
  const all = (prefix: string, ...lists: (readonly { readonly name: string }[])[]) =>
    lists.flat().map(({ name }) => `${prefix}.${name}`);
  return [
    ...all("network", NETWORK_METRICS),
    ...all("viewer", VIEWER_METRICS),
    ...all("pool", ORCHESTRATOR_METRICS, POOL_METRICS),
    ...subjects.worker.flatMap((name) => all(`worker.${name}`, WORKER_METRICS)),
    ...subjects.region.flatMap((name) => all(`region.${name}`, REGION_METRICS)),
    ...subjects.orchestrator.flatMap((name) => all(`orchestrator.${name}`, ORCHESTRATOR_METRICS)),
    ...subjects.region.flatMap((code) => all(`pool.region.${code}`, ORCHESTRATOR_REGION_METRICS)),
  ];
}

describe("a metric in an expectation", () => {
  it.each([
    [
      RICH,
      "a",
      { worker: ["good", "out"], region: ["FRA"], orchestrator: ["mine", "vidwave.eth"] },
    ],
    [TESTED, "base", { worker: [], region: ["FRA", "NYC"], orchestrator: ["vidwave.eth"] }],
    [BARE, "base", { worker: [], region: ["FRA"], orchestrator: ["other"] }],
  ])(
    "has a value, or is refused: %#",
    (text, variant, subjects) => {
      const loaded = load(text);
      const input = loaded.variants.find(({ name }) => name === variant)?.input;
      if (input === undefined) throw new Error("the variant is there");
      const { metrics } = simulate(input, { seed: 1, replication: 0 });
      const names = metricsOf(subjects);
      const refused = names.filter((name) => problem(text, `${variant}.${name} >= 0`) !== "");
      expect(refused).toEqual(names.filter((name) => metrics[name] === undefined));
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(names.length);
    },
    60_000,
  );

  it.each([
    ["b.worker.good.marginalValue > 0", ""],
    ["a.worker.good.marginalValue > 0", "only the candidate of a decision has one"],
    ["difference(b,a).worker.good.marginalValue > 0", "only the candidate of a decision has one"],
    ["b.worker.out.marginalValue > 0", "orchestrator.admission leaves the worker out"],
    ["b.worker.out.retention > 0", "orchestrator.admission leaves the worker out"],
    ["b.worker.out.picks == 0", ""],
    ["a.orchestrator.titan-node.eth.segments > 0", "no orchestrator is called"],
  ])("%s: %s", (expectation, says) => {
    const message = problem(RICH, expectation);
    if (says === "") expect(message).toBe("");
    else expect(message).toContain(says);
  });

  it("is refused as what decides, too", () => {
    const deciding = (metric: string) =>
      problem(RICH.replace("pool.segments, constraints: []", `${metric}`), "a.pool.segments >= 0");
    expect(deciding("pool.segments")).toBe("");
    expect(deciding("worker.good.marginalValue")).toContain(
      "decision.objective: worker.good.marginalValue never has a value in the variant a",
    );
    expect(deciding("worker.out.retention")).toContain("decision.objective");
    expect(
      deciding("pool.segments, constraints: [{ metric: region.FRA.q, maxIncrease: 1 }]"),
    ).toContain("no metric is called");
  });
});
