/** How many sessions a worker is taken for: what it had where its pool was full, more where it had room. */
import { expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { calibrateWorkers } from "../../../src/sim/calibrate/calibrate-workers.js";
import { wasFull } from "../../../src/sim/calibrate/fits/room.js";
import { poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import { recordPool } from "../../../src/sim/record/record-pool.js";
import { scenario } from "../../support/sim/runs.js";

const MINUTE_MS = 60_000;

/** A worker of which somebody says how many sessions it has in each minute. */
function worker(address: string, sessions: readonly number[]) {
  const jobs = sessions.flatMap((count, minute) =>
    Array.from({ length: 30 * count }, (_, index) => ({
      atMs: MINUTE_MS * minute + (index % 30) * 2000 + 1,
      responseMs: 300,
      durationMs: 2000,
      pixels: 1,
    })),
  );
  jobs.sort((a, b) => a.atMs - b.atMs);
  return { address, region: "FRA", jobs, comings: [], lostAtMs: [] };
}

test("a pool was full that had all of its sessions for long, and none more", () => {
  const { k0, k1 } = makeKey(4);
  const now = (minute: number, most: number) =>
    Math.min(most, Math.floor(8 * uniform(k0, k1, Math.floor(minute / 10))));
  const minutes = Array.from({ length: 600 }, (_, minute) => minute);
  // Of eight numbers from 0 on those above the limit are the limit: half of the time, or an eighth.
  expect(
    wasFull([
      worker(
        "a",
        minutes.map((minute) => now(minute, 4)),
      ),
    ]),
  ).toBe(true);
  const rarely = minutes.map((minute) => (minute < 10 ? 4 : 1));
  expect(wasFull([worker("a", rarely), worker("b", rarely)])).toBe(false);
});

test("more sessions are assumed of those who would carry them, as long as the pool had room", () => {
  const pool = (streams: number) => {
    const { events } = recordPool(
      scenario({
        name: "room",
        network: { limit: 0 },
        gateways: [{ region: "FRA" }],
        warmup: "1h",
        duration: "6h",
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
          { name: "fast", count: 2, maxSessions: 3, roundTripMs: 250 },
          { name: "slow", maxSessions: 3, roundTripMs: 1300 },
        ],
      }),
      { startMs: 0, seed: 2 },
    );
    const { workers } = calibrateWorkers([], poolPast(events.map(({ event }) => event)));
    return [...workers].sort((a, b) => a.aloneMs.value - b.aloneMs.value);
  };
  const [fast, , slow] = pool(2);
  expect(fast?.sessionsMax).toBeLessThan(fast?.sessions ?? 0);
  // Half of 2.28 s ÷ 250 ms is 4, and twice as many where two at a time have shown to take no longer than one.
  expect(fast?.sessions).toBeGreaterThanOrEqual(4);
  expect(fast?.sessions).toBeLessThanOrEqual(10);
  expect(slow?.sessions).toBe(slow?.sessionsMax);
  expect(pool(12).map(({ sessions }) => sessions)).toEqual([3, 3, 3]);
});
