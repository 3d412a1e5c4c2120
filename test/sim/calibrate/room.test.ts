/** How many sessions a worker takes, from a pool that was busy, and from one that had room. */
import { describe, expect, test } from "vitest";
import { calibrateWorkers } from "../../../src/sim/calibrate/calibrate-workers.js";
import { sessionsOfRoom, wasAtLimit } from "../../../src/sim/calibrate/fits/room.js";
import { poolPast, type WorkerPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import type { WorkerFit } from "../../../src/sim/calibrate/worker-fit.js";
import { addressOf } from "../../../src/sim/network/made-address.js";
import { recordPool } from "../../../src/sim/record/record-pool.js";
import { scenario } from "../../support/sim/runs.js";

const SPELLS = { slowSpells: { length: "0s" } };
const TAKES = { capped: 2, slow: 3, one: 1 };

function calibrated(streams: number) {
  const pool = scenario({
    name: "known",
    network: { limit: 0 },
    gateways: [{ region: "FRA" }],
    warmup: "1h",
    duration: "3h",
    demand: { concurrentStreams: streams },
    stream: { length: { distribution: "exponential", mean: "10m" } },
    orchestrator: {
      name: "pool",
      region: "FRA",
      stakeLpt: 1,
      pricePerUnit: 100,
      maxSessions: "auto",
    },
    workers: [
      { name: "fast", roundTripMs: 220, maxSessions: 8, ...SPELLS },
      { name: "capped", roundTripMs: 300, maxSessions: TAKES.capped, ...SPELLS },
      { name: "slow", roundTripMs: 900, maxSessions: TAKES.slow, ...SPELLS },
      { name: "one", roundTripMs: 350, maxSessions: TAKES.one, ...SPELLS },
    ],
  });
  const { events } = recordPool(pool, { startMs: Date.UTC(2026, 9, 1), seed: 5 });
  const { workers } = calibrateWorkers([], poolPast(events.map(({ event }) => event)));
  const of = (name: string) => {
    const fit = workers.find(({ worker }) => worker === addressOf(name));
    if (fit === undefined) throw new Error(`${name} is not there`);
    return fit;
  };
  return of;
}

describe("the sessions of a worker", () => {
  test("are the most that it had where it was held at that, though the pool was not full", () => {
    // Eight of fourteen are taken.
    const of = calibrated(8);
    for (const [name, sessions] of Object.entries(TAKES)) {
      expect(of(name)).toMatchObject({ sessionsMax: sessions, sessions });
    }
  });

  test("are assumed to be more, twice as many at most, where it was not", () => {
    const of = calibrated(3);
    const { sessionsMax, sessions } = of("fast");
    expect(sessionsMax).toBeLessThan(8);
    expect(sessions).toBeGreaterThan(sessionsMax);
    expect(sessions).toBeLessThanOrEqual(2 * sessionsMax);
  });
});

/** A past with so many minutes of so many sessions, one second of video at a time. */
function pastOf(minutes: readonly number[]): WorkerPast {
  const rising = minutes.flatMap((times, sessions) => Array<number>(times).fill(sessions));
  // Minutes without sessions count where they lie between others.
  const counts = [...rising.slice(-1), ...rising.slice(0, -1)];
  const jobs = counts.flatMap((sessions, minute) =>
    Array.from({ length: 60 * sessions }, (_, at) => ({
      atMs: minute * 60_000 + Math.floor((at * 1000) / Math.max(1, sessions)),
      durationMs: 1000,
      responseMs: 300,
    })),
  );
  return { jobs } as unknown as WorkerPast;
}

describe("a worker was at its limit", () => {
  test.each([
    ["most of the time at two", [100, 500, 500], 2, true],
    ["at two for a third of the time, after one", [100, 400, 250], 2, true],
    ["as chance has it, at a mean of one", [368, 368, 184, 61, 15, 3], 5, false],
    ["as chance has it, at a mean of three", [50, 149, 224, 224, 168, 101, 50, 22, 8], 8, false],
    ["never busy", [900, 20], 1, false],
  ] as const)("%s", (_, minutes, most, isAt) => {
    expect(wasAtLimit(pastOf(minutes), most)).toBe(isAt);
  });

  test("one that is too slow for more has as many as it had", () => {
    const fit = {
      sessionsMax: 2,
      aloneMs: { value: 1800 },
      curve: [{ atATime: 2, factor: { value: 1.5 } }],
    } as unknown as WorkerFit;
    expect(sessionsOfRoom(fit, pastOf([900, 200, 5]), 2000)).toBe(2);
  });
});
