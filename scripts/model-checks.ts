/**
 * Checks of the model against theory that take minutes, for `npm run test:statistics`: workers in
 * equilibrium, the warm-up of heavy-tailed streams, spells of slowness.
 */
import { makeKey, uniform } from "../src/core/random.js";
import { runExperiment } from "../src/sim/live/run.js";
import { lengthModel } from "../src/sim/model/world/lengths.js";
import type { Estimate } from "../src/sim/results.js";
import { loadScenario } from "../src/sim/scenario/load.js";
import { scenarioSchema } from "../src/sim/scenario/schema.js";

/** A figure of the model beside what theory says. */
export interface ModelCheck {
  readonly name: string;
  readonly found: Estimate;
  readonly expected: number;
  readonly holds: boolean;
}

type Settings = readonly (readonly [path: string, value: unknown])[];

const SPELLS = "scenarios/slow-spells.yaml";

async function figure(
  settings: Settings,
  plan: { readonly threads: number; readonly replications: number },
  metric: (metrics: ReadonlyMap<string, Estimate>) => Estimate | undefined,
): Promise<Estimate> {
  const set = settings.map(([path, value]) => ({ path, value }));
  const loaded = loadScenario(SPELLS, { set });
  const { variants } = await runExperiment(loaded, { ...plan, sensitivity: "off" });
  const [variant] = variants;
  const all = new Map(Object.entries(variant?.metrics ?? {}));
  for (const row of variant?.workers ?? []) {
    for (const [name, value] of Object.entries(row.metrics)) all.set(`${row.name}.${name}`, value);
  }
  const found = metric(all);
  if (found === undefined) throw new Error("the figure has a value");
  return found;
}

/** Whether theory lies within the 95 % interval widened to three standard errors. */
function check(name: string, found: Estimate, expected: number): ModelCheck {
  const half = 1.5 * (found.ci95[1] - found.mean);
  return { name, found, expected, holds: Math.abs(found.mean - expected) <= half };
}

const ONE: Settings = [
  ["variants", { base: {} }],
  ["expect", []],
];

/** Workers that are up for 8 h and down for 16 h: a third of a 3 h run, hour by hour. */
export async function equilibriumUptime(threads: number, replications: number) {
  const found = await figure(
    [
      ...ONE,
      ["workers.worker.up", "8h"],
      ["workers.worker.down", "16h"],
      ["workers.worker.slowSpells.extra", 0],
      ["warmup", "5m"],
      ["duration", "30m"],
      ["demand.concurrentStreams", 1],
      ["stream.length.mean", "1m"],
      ["orchestrator.stakeLpt", 999_999],
    ],
    { threads, replications },
    (metrics) => metrics.get("pool.segmentShare"),
  );
  return check("workers with up: 8h, down: 16h serve a third of a short run", found, 1 / 3);
}

/** A session is kept if it begins outside of spells, and none begins before its end. */
export async function keptThroughSpells(threads: number, replications: number) {
  const found = await figure(ONE, { threads, replications }, (metrics) =>
    metrics.get("worker.retention"),
  );
  return check(
    "sessions of 20 min with spells of 5 min, 60 min apart",
    found,
    (60 / 65) * Math.exp(-20 / 60),
  );
}

/** Chance that a segment fails at the pool, and its duration, of the check of warm-ups. */
const FAILS = 0.002;
const SEGMENT_MS = 10_000;
const HEAVY = { distribution: "lognormal", mean: "15m", cv: 3 } as const;

/**
 * Streams leave the pool at a rate, never to return, so that its share of segments is the mean of
 * (1 − q)^(age ÷ segment) over the ages of streams under way; after a warm-up W no age counts for
 * more than W and what was counted since. Lognormal lengths of cv 3: ten times the mean length.
 *
 * @param warmUp an hour, or the default
 */
export async function heavyTails(threads: number, replications: number, warmUp?: "1h") {
  const found = await figure(
    [
      ...ONE,
      ["workers.worker.slowSpells.extra", 0],
      ["workers.worker.roundTripCv", 0],
      // Room for all that are under way when the run begins: half the time they are more than 100.
      ["workers.worker.maxSessions", 1000],
      ["workers.worker.errorProbability", FAILS],
      ["stream.length", HEAVY],
      ["stream.segmentMs", SEGMENT_MS],
      ["demand.concurrentStreams", 100],
      ["warmup", warmUp ?? null],
      ["duration", "30m"],
    ],
    { threads, replications },
    (metrics) => metrics.get("pool.segmentShare"),
  );
  return check(
    `share of streams that leave, lognormal lengths of cv 3, warm-up ${warmUp ?? "as needed"}`,
    found,
    shareOfAges(warmUp === undefined ? NEEDED_MS : 3_600_000),
  );
}

/** Four mean residual lives of these streams: 20 mean lengths. */
export const NEEDED_MS = 5 * 3_600_000;
const COUNTED_MS = 1_800_000;

/**
 * Mean of (1 − q)^(age ÷ segment) over the ages of streams met at random in the counted time, no age
 * longer than the run has lasted.
 *
 * @param warmUpMs Infinity for the truth
 */
export function shareOfAges(warmUpMs: number): number {
  const { stream } = scenarioSchema.parse({ name: "x", stream: { length: HEAVY } });
  const { met } = lengthModel(stream.length);
  const { k0, k1 } = makeKey(1);
  const count = 400_000;
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const u = (part: number) => uniform(k0, k1, 3 * index + part);
    const lastedMs = warmUpMs + ((index * 0.6180339887) % 1) * COUNTED_MS;
    const ageMs = Math.min(u(2) * met(u(0), u(1)), lastedMs);
    sum += (1 - FAILS) ** (ageMs / SEGMENT_MS);
  }
  return sum / count;
}

/** All of them, in one thread; test/sim/checks has short forms, and how far off an hour of warm-up is. */
export const MODEL_CHECKS: readonly {
  readonly name: string;
  readonly run: () => Promise<ModelCheck>;
}[] = [
  { name: "equilibrium uptime", run: () => equilibriumUptime(1, 400) },
  { name: "kept through spells", run: () => keptThroughSpells(1, 100) },
  { name: "heavy tails, warm-up as needed", run: () => heavyTails(1, 20) },
  { name: "heavy tails, an hour of warm-up", run: () => heavyTails(1, 40, "1h") },
];
