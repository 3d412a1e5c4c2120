/** Workers whose segments fail: no event tells, but their sessions end sooner than those of the others. */
import { beforeAll, describe, expect, test } from "vitest";
import { calibrateWorkers } from "../../../src/sim/calibrate/calibrate-workers.js";
import { lostByChance } from "../../../src/sim/calibrate/fits/lost-by-chance.js";
import { type PoolPast, poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import { addressOf } from "../../../src/sim/network/made-address.js";
import { recordPool } from "../../../src/sim/record/record-pool.js";
import { scenario } from "../../support/sim/runs.js";

const SPELLS = { slowSpells: { length: "0s" } };
const FAILING = 0.02;

const POOL = {
  name: "known",
  network: { limit: 0 },
  gateways: [{ region: "FRA" }],
  warmup: "1h",
  duration: "6h",
  demand: { concurrentStreams: 8 },
  stream: { length: { distribution: "exponential", mean: "15m" } },
  orchestrator: {
    name: "pool",
    region: "FRA",
    stakeLpt: 1,
    pricePerUnit: 100,
    maxSessions: "auto",
  },
  workers: [
    { name: "good", count: 4, maxSessions: 4, roundTripMs: 300, ...SPELLS },
    { name: "failing", maxSessions: 4, roundTripMs: 300, errorProbability: FAILING, ...SPELLS },
    { name: "slow", maxSessions: 4, roundTripMs: 2500, ...SPELLS },
    { name: "away", maxSessions: 4, roundTripMs: 300, up: "20m", down: "5m", ...SPELLS },
    { name: "dead", maxSessions: 4, roundTripMs: 300, errorProbability: 1, ...SPELLS },
  ],
};

const startMs = Date.UTC(2026, 9, 1);
let past: PoolPast;
beforeAll(() => {
  const { events } = recordPool(scenario(POOL), { startMs, seed: 3 });
  past = poolPast(events.map(({ event }) => event));
});

describe("of a pool's workers", () => {
  test.each([1, 1000])("those are found whose segments fail, with times of whole %d ms", (unit) => {
    const coarse = past.workers.map((one) => ({
      ...one,
      jobs: one.jobs.map((job) => ({ ...job, atMs: Math.floor(job.atMs / unit) * unit })),
    }));
    const found = lostByChance(coarse, startMs);
    // Not those that are slow or away: their times and absences say so.
    expect([...found.keys()]).toEqual([addressOf("failing")]);
    // With times of whole seconds some that were lost look like one session with the next.
    const share = (found.get(addressOf("failing")) ?? 0) / FAILING;
    expect(share).toBeGreaterThan(unit === 1 ? 0.6 : 0.4);
    expect(share).toBeLessThan(1.15);
  });

  test("one alone has nothing to be compared with", () => {
    const failing = past.workers.filter(({ address }) => address === addressOf("failing"));
    expect(lostByChance(failing, startMs).size).toBe(0);
    const [fit] = calibrateWorkers([], { ...past, workers: failing }).workers;
    expect(fit?.notes.join("\n")).toMatch(/with no other worker beside it nobody can tell/);
  });

  test("one that never delivered anything is named, with how long it was there", () => {
    expect(past.silent.map(({ address }) => address)).toEqual([addressOf("dead")]);
    expect(past.silent[0]?.upMs).toBeGreaterThan(5 * 3_600_000);
    expect(calibrateWorkers([], past).unused.join("\n")).toMatch(
      /^0x[0-9a-f]{40}: connected for [\d.]+ hours while others worked, and never delivered a segment$/m,
    );
  });
});
