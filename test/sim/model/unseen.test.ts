/** What a segment that goes to a pool of workers costs: events, whatever the machine. */
import { expect, test } from "vitest";
import { IDEAL, type Settings, scenario, simulation } from "../../support/sim/runs.js";

const POOL: Settings = {
  warmup: "1m",
  duration: "10m",
  demand: { concurrentStreams: 10 },
  stream: { length: { distribution: "exponential", mean: "20m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 1, maxSessions: "auto" },
};

/** Three workers, each of which may hang: that would throw it out, and concern all its sessions. */
const SHARED: Settings = {
  workers: [{ name: "good", count: 3, maxSessions: 20, roundTripMs: 400, hangProbability: 1e-12 }],
};

/** Events scheduled for each segment, all in all. */
function eventsPerSegment(settings: Settings, atOnce = true): number {
  const one = simulation(scenario(IDEAL, POOL, settings), { atOnce });
  one.run();
  expect(one.segmentsCompleted).toBeGreaterThan(2000);
  return one.queue.scheduled / one.segmentsCompleted;
}

test("a segment at a worker that all share is ready, arrives and is done: three events", () => {
  expect(eventsPerSegment(SHARED)).toBeLessThan(3.2);
});

test("no event watches over a timeout that cannot come", () => {
  expect(eventsPerSegment(SHARED, false)).toBeLessThan(6.2);
});

test("segments at a worker whose stated times depend on nobody are done in runs", () => {
  expect(
    eventsPerSegment({ workers: [{ name: "good", count: 3, maxSessions: 20 }] }),
  ).toBeGreaterThan(2);
  const steady = { name: "good", count: 3, maxSessions: 20, roundTripMs: 400 };
  expect(eventsPerSegment({ workers: [steady] })).toBeLessThan(0.5);
});
