/**
 * Known workers, simulated, recorded and calibrated back: what their figures are, and what was found.
 * Used by `npm run test:calibration` for many seeds, and by a test for a few hours of one.
 */

import { calibrateWorkers } from "../src/sim/calibrate/calibrate-workers.js";
import { PastCollector, type PoolPast } from "../src/sim/calibrate/readers/pool-events.js";
import type { Figure, WorkerFit } from "../src/sim/calibrate/worker-fit.js";
import type { SimulationInput } from "../src/sim/input.js";
import { takeEvents } from "../src/sim/record/record-pool.js";

const QUIET = { length: "0s" };

/** What a parameter of a worker is, and how it is read from a fit. */
interface Known {
  readonly parameter: string;
  readonly value: number;
  readonly found: (fit: WorkerFit) => Figure | null;
}

const time = (value: number): Known => ({
  parameter: "roundTripMs",
  value,
  found: ({ aloneMs }) => aloneMs,
});
const spread = (value: number): Known => ({
  parameter: "roundTripCv",
  value,
  found: ({ noiseCv }) => noiseCv,
});
const between = (value: number): Known => ({
  parameter: "sessionCv",
  value,
  found: ({ sessionCv }) => sessionCv,
});
const slower = (atATime: number, value: number): Known => ({
  parameter: `slowdown at ${atATime}`,
  value,
  found: ({ curve }) => curve.find((one) => one.atATime === atATime)?.factor ?? null,
});

const spells = (every: number, length: number): readonly Known[] => [
  { parameter: "spells: extra", value: 1, found: ({ spells: seen }) => seen?.extra ?? null },
  { parameter: "spells: every", value: every, found: ({ spells: seen }) => seen?.every ?? null },
  { parameter: "spells: length", value: length, found: ({ spells: seen }) => seen?.length ?? null },
];
const times = (up: number, down: number): readonly Known[] => [
  { parameter: "up", value: up, found: ({ uptime }) => uptime?.upMs ?? null },
  { parameter: "down", value: down, found: ({ uptime }) => uptime?.downMs ?? null },
];
const hangs = (value: number): Known => ({
  parameter: "hangProbability",
  value,
  found: ({ errors }) => errors,
});

/** The kinds: settings as a scenario has them, and what has to be found. */
export const KINDS: readonly {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly capacity: number;
  readonly known: readonly Known[];
  /** What it does is so rare that a day cannot tell how often: its intervals hold, but are wide. */
  readonly isRare?: true;
}[] = [
  {
    name: "fast",
    settings: { roundTripMs: 220, roundTripCv: 0.15 },
    capacity: 4,
    known: [time(220), spread(0.15), between(0.1)],
  },
  {
    name: "slow",
    settings: { roundTripMs: 900, roundTripCv: 0.1, maxSessions: 3 },
    capacity: 3,
    known: [time(900), spread(0.1), between(0.1)],
  },
  {
    name: "jittery",
    settings: { roundTripMs: 350, roundTripCv: 0.4 },
    capacity: 4,
    known: [time(350), spread(0.4), between(0.1)],
  },
  {
    name: "spells",
    settings: { roundTripMs: 300, slowSpells: { every: "4m", length: "2m", extra: 1 } },
    capacity: 4,
    known: [time(300), spread(0.15), between(0.1), ...spells(240_000, 120_000)],
  },
  {
    name: "capped",
    settings: { roundTripMs: 300, maxSessions: 2 },
    capacity: 2,
    known: [time(300), spread(0.15)],
  },
  {
    name: "loaded",
    settings: { roundTripMs: 300, maxSessions: 6, slowdown: { 2: 1.3, 3: 1.6, 6: 2.5 } },
    capacity: 6,
    known: [time(300), spread(0.15), slower(2, 1.3), slower(3, 1.6)],
  },
  {
    name: "flaky",
    settings: { roundTripMs: 300, up: "2m", down: "210s" },
    capacity: 4,
    known: [time(300), spread(0.15), ...times(120_000, 210_000)],
  },
  {
    name: "hanging",
    settings: { roundTripMs: 300, hangProbability: 0.0025 },
    capacity: 4,
    known: [time(300), spread(0.15), hangs(0.0025)],
  },
  {
    name: "uneven",
    settings: { roundTripMs: 300, sessionCv: 0.3 },
    capacity: 4,
    known: [time(300), spread(0.15), between(0.3)],
  },
  {
    // Its link is shared: how long segments take depends on when others come too. What it takes alone, and
    // with one and with two others when it begins, are the means of 24 days of other seeds (25 to 48).
    name: "uplink",
    settings: { device: "rtx3060", uploadMbps: 40, downloadMbps: 1000, maxSessions: 3 },
    capacity: 3,
    known: [time(307.5), slower(2, 1.251), slower(3, 1.549)],
  },
  {
    name: "rare-spells",
    settings: { roundTripMs: 300, slowSpells: { every: "30m", length: "5m", extra: 1 } },
    capacity: 4,
    known: [time(300), spread(0.15), ...spells(1_800_000, 300_000)],
    isRare: true,
  },
  {
    name: "rarely-down",
    settings: { roundTripMs: 300, up: "1h", down: "10m", hangProbability: 0.0003 },
    capacity: 4,
    known: [time(300), ...times(3_600_000, 600_000), hangs(0.0003)],
    isRare: true,
  },
];

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/**
 * The scenario of one kind of worker in a pool of its own, with as many streams as it has sessions.
 *
 * @param hours counted
 */
export function kindScenario(
  { name, settings, capacity }: Kind,
  hours: number,
): Readonly<Record<string, unknown>> {
  const worker = { name, maxSessions: capacity, slowSpells: QUIET, ...settings };
  return {
    name: `calibration-${name}`,
    network: { limit: 0 },
    gateways: [{ region: "FRA" }],
    warmup: "1h",
    duration: `${hours}h`,
    demand: { concurrentStreams: capacity },
    stream: { length: { distribution: "exponential", mean: "10m" } },
    orchestrator: {
      name: "pool",
      region: "FRA",
      stakeLpt: 1,
      pricePerUnit: 100,
      maxSessions: "auto",
    },
    workers: [worker],
  };
}

/** Whole seconds do not tell sessions apart: both spreads are one. */
function coarsely(known: readonly Known[]): readonly Known[] {
  const session = known.find(({ parameter }) => parameter === "sessionCv")?.value ?? 0.1;
  return known
    .filter(({ parameter }) => parameter !== "sessionCv")
    .map((one) =>
      one.parameter === "roundTripCv" ? { ...one, value: Math.hypot(one.value, session) } : one,
    );
}

/** What was found of one parameter. */
export interface Finding {
  readonly kind: string;
  readonly parameter: string;
  readonly value: number;
  readonly found: Figure | null;
}

/**
 * A past of what `poolsim pool record` would write, without files.
 *
 * @param isCoarse times of whole seconds, as nodes have them
 */
export function recordedPast(
  input: SimulationInput,
  { seed, isCoarse }: { readonly seed: number; readonly isCoarse: boolean },
): PoolPast {
  const collector = new PastCollector();
  takeEvents(input, {
    seed,
    startMs: Date.UTC(2026, 1, 1),
    take: ({ event }) => {
      const { atMs } = event;
      collector.add(isCoarse ? { ...event, atMs: 1000 * Math.floor(atMs / 1000) } : event);
    },
  });
  return collector.past();
}

/**
 * Calibrates what was recorded of one of {@link KINDS}.
 *
 * @param isCoarse times of whole seconds, as nodes have them
 */
export function calibratedBack(
  { name, capacity, known }: Kind,
  past: PoolPast,
  { isCoarse }: { readonly isCoarse: boolean },
): { readonly findings: readonly Finding[]; readonly fit: WorkerFit } {
  const [fit] = calibrateWorkers([], past).workers;
  if (fit === undefined) throw new Error(`${name} delivered nothing`);
  const { sessionsMax } = fit;
  const sessions = { value: sessionsMax, low: sessionsMax, high: sessionsMax };
  const findings = (isCoarse ? coarsely(known) : known).map(({ parameter, value, found }) => ({
    kind: name,
    parameter,
    value,
    found: found(fit),
  }));
  const most = { kind: name, parameter: "maxSessions", value: capacity, found: sessions };
  return { findings: [...findings, most], fit };
}
