/** What a segment that goes to a pool of workers costs: events, whatever the machine. */
import { expect, test, vi } from "vitest";
import { EVENT } from "../../../../src/sim/model/events.js";
import { type Settings, scenario, simulation } from "../../../support/sim/runs.js";

const FAR_AHEAD: Settings = {
  network: { limit: 20 },
  gateways: [{ region: "FRA" }],
  warmup: "1m",
  duration: "15m",
  demand: { concurrentStreams: 10 },
  stream: { length: { distribution: "exponential", mean: "20m" } },
  orchestrator: { name: "pool", region: "FRA", stakeShare: 0.9, maxSessions: "auto" },
};
const GOOD = { name: "good", count: 3, maxSessions: 20 };

/** Events of some kinds that a run schedules, beside the segments that the pool delivers. */
function eventsOf(worker: Settings, kinds: readonly number[], atOnce = true): number {
  const one = simulation(scenario(FAR_AHEAD, { workers: [{ ...GOOD, ...worker }] }), { atOnce });
  const schedule = vi.spyOn(one.queue, "schedule");
  one.run();
  const segments = one.counters.orchestrators[one.world.pool]?.segments ?? 0;
  expect(segments).toBeGreaterThan(1000);
  return schedule.mock.calls.filter(([, kind]) => kinds.includes(kind)).length / segments;
}

/** At a worker that may hang, which would throw it out and concern all its sessions. */
const SHARED = { roundTripMs: 400, hangProbability: 1e-12 };

test("a segment at a worker that is shared arrives and is done: other steps are no events", () => {
  expect(eventsOf(SHARED, [EVENT.arrived])).toBeGreaterThan(0.9);
  expect(eventsOf(SHARED, [EVENT.inFlight, EVENT.result, EVENT.downloaded])).toBeLessThan(0.2);
});

test("no event watches over a timeout that cannot come, step by step or not", () => {
  expect(eventsOf(SHARED, [EVENT.callTimeout])).toBe(0);
  expect(eventsOf(SHARED, [EVENT.callTimeout], false)).toBe(0);
});

test("segments at workers whose stated times depend on nobody go in runs, others do not", () => {
  expect(eventsOf({ roundTripMs: 400 }, [EVENT.arrived])).toBeLessThan(0.2);
  expect(eventsOf({}, [EVENT.arrived])).toBeGreaterThan(0.9);
});
