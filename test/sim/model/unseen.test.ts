/** What a segment that goes to a pool of workers costs: events, whatever the machine. */
import { expect, test } from "vitest";
import { IDEAL, type Settings, scenario, simulation } from "../../support/sim/runs.js";

const POOL: Settings = {
  warmup: "1m",
  duration: "10m",
  demand: { concurrentStreams: 10 },
  stream: { length: { distribution: "exponential", mean: "20m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 1, maxSessions: "auto" },
  workers: [{ name: "good", count: 3, maxSessions: 20, roundTripMs: 400, roundTripCv: 0.1 }],
};

/** Events scheduled for each segment, all in all. */
function eventsPerSegment(settings: Settings, atOnce = true): number {
  const one = simulation(scenario(IDEAL, POOL, settings), { atOnce });
  one.run();
  expect(one.segmentsCompleted).toBeGreaterThan(2000);
  return one.queue.scheduled / one.segmentsCompleted;
}

test("a segment that stays in time is ready, arrives and is worked on: three events", () => {
  expect(eventsPerSegment({})).toBeLessThan(3.2);
});

test("step by step there is no event for a timeout that cannot come", () => {
  expect(eventsPerSegment({}, false)).toBeLessThan(6.2);
});
