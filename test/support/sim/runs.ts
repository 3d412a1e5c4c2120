/** What the tests of engine, model and checks share: scenarios as objects on the committed data. */
import { readFileSync } from "node:fs";
import type { ScenarioData, SimulationInput } from "../../../src/sim/input.js";
import { Simulation, type SimulationOptions } from "../../../src/sim/model/simulation.js";
import { compileWorld } from "../../../src/sim/model/world/compile-world.js";
import type { ReplicationResult } from "../../../src/sim/results.js";
import { scenarioSchema } from "../../../src/sim/scenario/schema.js";
import { type SimulateOptions, simulate } from "../../../src/sim/simulate.js";

function dataFile(name: string) {
  const url = new URL(`../../../scenarios/data/${name}`, import.meta.url);
  return { name, text: readFileSync(url, "utf8") };
}

/** The committed data files; one object, so that they are parsed and fitted once. */
export const DATA: ScenarioData = {
  network: dataFile("network.csv"),
  regions: dataFile("regions.csv"),
  rtt: dataFile("rtt.csv"),
  devices: dataFile("devices.csv"),
};

/** A part of a scenario as a file would say it. */
export type Settings = Readonly<Record<string, unknown>>;

/** Settings on top of others: objects are merged, everything else is replaced. */
export function merged(base: Settings, over: Settings): Settings {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isSettings(before) && isSettings(value) ? merged(before, value) : value;
  }
  return result;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A scenario ready to run. Later settings go before earlier ones. */
export function scenario(...settings: readonly Settings[]): SimulationInput {
  const named = settings.reduce(merged, { name: "test", replications: 1 });
  return { scenario: scenarioSchema.parse(named), data: DATA };
}

/** Runs one replication, the first by default. */
export function run(
  input: SimulationInput,
  options: Partial<SimulateOptions> = {},
): ReplicationResult {
  return simulate(input, { replication: 0, ...options });
}

/** A simulation that is not run yet: for tests that look inside. */
export function simulation(
  input: SimulationInput,
  options: Partial<Omit<SimulationOptions, "world">> = {},
): Simulation {
  return new Simulation({
    world: compileWorld(input),
    seed: input.scenario.seed,
    replication: 0,
    ...options,
  });
}

/** A metric that must have a value. */
export function metric({ metrics }: ReplicationResult, name: string): number {
  const value = metrics[name];
  if (value === undefined) throw new Error(`no metric ${name}`);
  return value;
}

/** No noise, no latency, no failures: what is left is arithmetic. */
export const IDEAL: Settings = {
  network: { limit: 0 },
  gateways: [{ region: "FRA" }],
  assumptions: {
    noiseScale: 0,
    rttScale: 0,
    prepareMs: 0,
    answerMs: 0,
    answerCv: 0,
    segmentFailure: 0,
    calibrateGatewaySide: false,
  },
};

/** The default network of 100 and a pool with workers, for half an hour: runs in about 1 s. */
export const POOL: Settings = {
  gateways: [
    { region: "FRA", weight: 60 },
    { region: "NYC", weight: 40 },
  ],
  warmup: "10m",
  duration: "30m",
  demand: { concurrentStreams: 30 },
  stream: { length: { distribution: "exponential", mean: "10m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 0.1, maxSessions: "auto" },
  workers: [{ name: "good", count: 4, maxSessions: 4, roundTripMs: 350 }],
};

/** A mean over independent replications with its standard error. */
export interface Estimated {
  readonly mean: number;
  readonly error: number;
}

/** Runs replications and estimates figures of them. */
export function estimates(
  input: SimulationInput,
  replications: number,
  figures: readonly ((result: ReplicationResult) => number)[],
): readonly Estimated[] {
  const results = Array.from({ length: replications }, (_, replication) =>
    run(input, { replication }),
  );
  return figures.map((figure) => estimated(results.map(figure)));
}

/** Mean and standard error of independent values. */
export function estimated(values: readonly number[]): Estimated {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** By how many standard errors an estimate misses what theory says. */
export function missBy(found: Estimated | undefined, expected: number): number {
  if (found === undefined || !(found.error > 0)) throw new Error("nothing was estimated");
  return Math.abs(found.mean - expected) / found.error;
}
