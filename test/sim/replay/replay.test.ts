/**
 * A made-up past of several kinds of workers, played again under its own rule: what the books say of
 * each worker lies in the interval. `npm run test:replay` plays a month, and other seeds.
 */
import { describe, expect, test } from "vitest";
import { absencesOf } from "../../../src/sim/calibrate/fits/absences.js";
import { sessionsOf } from "../../../src/sim/calibrate/fits/sessions.js";
import { poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import { RecordedPresence } from "../../../src/sim/engine/recorded-presence.js";
import type { SimulationInput } from "../../../src/sim/input.js";
import { recordPool } from "../../../src/sim/record/record-pool.js";
import { RemainingLengths } from "../../../src/sim/replay/remaining-lengths.js";
import { type Replay, replay } from "../../../src/sim/replay/replay.js";
import { type Settings, scenario } from "../../support/sim/runs.js";

/** In the suite six hours, once. */
const HOURS = Number(process.env["POOLSIM_REPLAY_HOURS"] ?? 6);
const SEEDS = Number(process.env["POOLSIM_REPLAY_SEEDS"] ?? 1);
/** A month takes a minute and more of each seed. */
const TIMEOUT_MS = SEEDS > 1 ? 3_600_000 : 900_000;

const POOL: Settings = {
  gateways: [
    { region: "FRA", weight: 60 },
    { region: "NYC", weight: 40 },
  ],
  network: { limit: 12 },
  warmup: "2h",
  duration: `${HOURS}h`,
  // A record has at most two million events.
  demand: { concurrentStreams: HOURS > 100 ? 4 : 12 },
  stream: { length: { distribution: "exponential", mean: "20m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 0.3, maxSessions: "auto" },
  workers: [
    { name: "fast", count: 3, maxSessions: 3, roundTripMs: 350 },
    { name: "slow", maxSessions: 3, roundTripMs: 1300 },
    { name: "away", count: 2, maxSessions: 3, roundTripMs: 400, up: "3h", down: "40m" },
    { name: "hole", maxSessions: 2, roundTripMs: 2400 },
    { name: "capped", maxSessions: 1, roundTripMs: 350 },
    { name: "jittery", maxSessions: 3, roundTripMs: 500, roundTripCv: 0.5 },
  ],
};

function played(
  input: SimulationInput,
  seed: number,
  other: SimulationInput | null,
  replications = 12,
): Replay {
  const record = recordPool(input, { startMs: Date.UTC(2026, 9, 1), seed });
  const events = record.events.map(({ event }) => event);
  const earnings = new Map<string, bigint>();
  for (const event of events) {
    if (event.type !== "job-processed" || event.address === null) continue;
    const key = `${event.address} ${event.region}`;
    earnings.set(key, (earnings.get(key) ?? 0n) + event.feesWei);
  }
  const past = poolPast(events);
  return replay({ past, earnings, own: input, other, seed: 9, replications });
}

test("under its own rule the past comes out as the books have it", { timeout: TIMEOUT_MS }, () => {
  let [all, within] = [0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const input = scenario({ ...POOL, name: "past", seed });
    const without = scenario(
      { ...POOL, name: "past", seed },
      {
        orchestrator: { admission: { exclude: ["fast-1"] } },
      },
    );
    const result = played(input, seed, SEEDS > 1 ? null : without);
    for (const { segments, feesEth } of result.workers) {
      all += 2;
      within += Number(segments.isWithin) + Number(feesEth.isWithin);
    }
    if (SEEDS > 1) continue;
    // Whoever is left out does nothing.
    const { change = null, segments } = result.workers.find(({ name }) => name === "fast-1") ?? {};
    expect(change?.segments.mean).toBeCloseTo(-(segments?.replayed.mean ?? 0), 6);
  }
  // Of 18 intervals of 95 % two may miss by chance (binomial, 95 %); of many, one in twenty.
  expect(all - within).toBeLessThanOrEqual(SEEDS > 1 ? all / 20 : 2);
});

test("what a worker did that is left out the others do, where they lose nothing and have room", () => {
  const settings: Settings = {
    ...POOL,
    name: "past",
    seed: 1,
    duration: "6h",
    demand: { concurrentStreams: 8 },
    workers: [{ name: "fast", count: 4, maxSessions: 4, roundTripMs: 350 }],
  };
  const without = { orchestrator: { admission: { exclude: ["fast-1"] } } };
  const { workers, pool } = played(scenario(settings), 1, scenario(settings, without), 6);
  const did = workers.find(({ name }) => name === "fast-1")?.segments.replayed.mean ?? 0;
  expect(did).toBeGreaterThan(0);
  expect(pool.change?.segments.mean).toBeGreaterThan(-did / 10);
}, 60_000);

test("a worker that loses streams, and leaves others behind when it goes, comes out as it was", () => {
  const input = scenario({
    ...POOL,
    name: "past",
    seed: 1,
    warmup: "30m",
    duration: "48h",
    demand: { concurrentStreams: 8 },
    workers: [
      { name: "steady", count: 2, maxSessions: 4, roundTripMs: 350 },
      {
        name: "flaky",
        maxSessions: 4,
        roundTripMs: 350,
        up: "20m",
        down: "5m",
        errorProbability: 0.003,
      },
    ],
  });
  const { workers } = played(input, 1, null, 6);
  const flaky = workers.find(({ name }) => name === "flaky");
  // Of all workers together one total or another may be off by chance.
  expect(flaky?.segments).toMatchObject({ isWithin: true });
  expect(flaky?.feesEth).toMatchObject({ isWithin: true });
}, 60_000);

test("a worker that loses most of its streams loses as many in each replay", () => {
  const input = scenario({
    ...POOL,
    name: "past",
    seed: 101,
    duration: "40h",
    demand: { concurrentStreams: 12 },
    workers: [
      { name: "fast", count: 2, maxSessions: 3, roundTripMs: 350 },
      { name: "slow", maxSessions: 3, roundTripMs: 1300 },
    ],
  });
  const { workers, pool } = played(input, 101, null, 6);
  // What all losses together are is known to some percent: how often and how much has to fit together.
  const { actual, replayed } = pool.segments;
  expect(Math.abs(replayed.mean / actual - 1)).toBeLessThan(0.05);
  for (const { segments } of workers) expect(segments).toMatchObject({ isWithin: true });
}, 120_000);

describe("sessions", () => {
  const job = (
    fromMs: number,
    options: { durationMs?: number; rate?: number; ms?: number } = {},
  ) => {
    const { durationMs = 2000, rate = 100, ms = 500 } = options;
    return { atMs: fromMs + ms, responseMs: ms, durationMs, pixels: durationMs * rate };
  };

  test("are segments that follow each other, each after its own duration", () => {
    const jobs = [0, 2000, 4100, 5950].map((ms) => job(ms));
    const other = [900, 2950, 4850].map((ms) => job(ms));
    const found = sessionsOf([...other, ...jobs], []);
    expect(found.map(({ fromMs, segments, lengthMs }) => [fromMs, segments, lengthMs])).toEqual([
      [0, 4, 7950],
      [900, 3, 5950],
    ]);
  });

  test("of other renditions are others", () => {
    const found = sessionsOf([job(0), job(2000, { rate: 120 }), job(4000)], []);
    expect(found.map(({ segments }) => segments)).toEqual([2, 1]);
  });

  test("go on after up to three segments that are not told of, not after more", () => {
    expect(sessionsOf([job(0), job(8000)], [])).toHaveLength(1);
    expect(sessionsOf([job(0), job(10_000)], [])).toHaveLength(2);
  });

  test("say how late their last segments were, and whether the worker left", () => {
    const [late] = sessionsOf([job(0), job(2000, { ms: 2500 })], []);
    expect(late?.lateness).toBeCloseTo(0.25, 9);
    const [left] = sessionsOf([job(0), job(2000)], [9000]);
    expect(left?.lateness).toBe(Number.POSITIVE_INFINITY);
    const [later] = sessionsOf([job(0), job(2000)], [90_000]);
    expect(later?.lateness).toBeCloseTo(-0.75, 9);
  });
});

test("absences are between connections, and before the first of them", () => {
  const coming = (atMs: number, isUp: boolean, connection = "a") => ({ atMs, isUp, connection });
  expect(absencesOf([], 0, [])).toEqual([]);
  expect(absencesOf([coming(5, true), coming(9, false), coming(12, true)], 0, [])).toEqual([
    { fromMs: 0, toMs: 5 },
    { fromMs: 9, toMs: 12 },
  ]);
  // The old connection ends after the new one has begun.
  expect(absencesOf([coming(0, true), coming(5, true, "b"), coming(6, false)], 0, [])).toEqual([]);
  const gone = absencesOf([coming(3, false)], 0, []);
  expect(gone).toEqual([{ fromMs: 3, toMs: Number.POSITIVE_INFINITY }]);
  const presence = new RecordedPresence(gone);
  expect([presence.isOn(2), presence.isOn(3), presence.nextChange(0)]).toEqual([true, false, 3]);
  expect(presence.nextChange(3)).toBe(Number.POSITIVE_INFINITY);
});

test("what is left of a lost stream is what others had left (Kaplan and Meier)", () => {
  const kept = (lengthMs: number) => ({ lengthMs, isLost: false });
  const lengths = new RemainingLengths([kept(10), kept(20), kept(30), kept(40)]);
  expect(lengths.whole(0, 0.99)).toBe(10);
  expect(lengths.whole(0, 0.3)).toBe(30);
  expect(lengths.whole(20, 0.6)).toBe(30);
  expect(lengths.whole(20, 0.4)).toBe(40);
  // Of all four 25 on average; of 20, 30 and 40, 30: 15 more than 15; and so on.
  expect([0, 5, 15, 35, 40].map((ms) => lengths.meanRest(ms))).toEqual([25, 20, 15, 5, 0]);
  // One that was lost at 25 counts as somebody who was there until then: 1/2 of what is left at 30.
  const lost = new RemainingLengths([
    kept(10),
    kept(20),
    { lengthMs: 25, isLost: true },
    kept(30),
    kept(40),
  ]);
  expect(lost.whole(0, 0.59)).toBe(30);
  expect(lost.whole(0, 0.29)).toBe(40);
});
