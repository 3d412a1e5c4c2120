/** Memory does not grow with simulated time: what comes goes, and slots are used again. */
import { describe, expect, test } from "vitest";
import { Slots } from "../../../src/sim/model/entities.js";
import type { Simulation } from "../../../src/sim/model/simulation.js";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { merged, type Settings, scenario, simulation } from "../../support/sim/runs.js";

/** What lives at the end of a run. */
function alive(watched: Simulation): Readonly<Record<string, number>> {
  return {
    events: watched.queue.size,
    calls: watched.calls.underWay,
    streams: watched.streams.underWay,
    discoveries: watched.discoveries.underWay,
    levels: Math.max(...watched.counters.orchestrators.map(({ levelMs }) => levelMs.length)),
  };
}

function aliveAfter(settings: Settings, duration: string): Readonly<Record<string, number>> {
  const watched = simulation(scenario(settings, { duration }));
  watched.run();
  return alive(watched);
}

describe("as much is alive after 4 h as after 1 h", () => {
  test.each(["pool", "hangingWorkers", "leaving", "tester", "verification", "longStreams"])(
    "%s",
    (name) => {
      const settings = merged(FEATURES[name] ?? {}, {
        demand: { concurrentStreams: 8 },
        ...(name === "tester" ? { tester: { testsPerDay: 48 } } : {}),
      });
      const [short, long] = [aliveAfter(settings, "1h"), aliveAfter(settings, "4h")];
      for (const [what, count] of Object.entries(long)) {
        expect([what, count <= 2 * (short[what] ?? 0) + 12]).toEqual([what, true]);
      }
    },
  );
});

test("a stream that has left gives its place back at its planned end", () => {
  const watched = simulation(
    scenario(FEATURES["leaving"] ?? {}, {
      duration: "2h",
      demand: { concurrentStreams: 20 },
      assumptions: { segmentFailure: 0.5 },
    }),
  );
  watched.run();
  // Planned streams, as the Poisson process has them, whether they left or not.
  expect(watched.streams.underWay).toBeLessThan(60);
});

test("series have at most 1,440 bins, whatever the length", () => {
  const watched = simulation(
    scenario({ demand: { concurrentStreams: 0 }, duration: "3w", network: { limit: 1 } }),
  );
  watched.run();
  const { series } = watched.counters;
  expect(series.bins).toBe(1440);
  expect(series.bins * series.binMs).toBe(3 * 7 * 86_400_000);
});

test("slots are given again before new ones are made", () => {
  const slots = new Slots((slot) => ({ slot }));
  const [a, b] = [slots.take(), slots.take()];
  expect([a.slot, b.slot, slots.used]).toEqual([0, 1, 2]);
  slots.give(a);
  expect(slots.used).toBe(1);
  expect(slots.take()).toBe(a);
  expect(slots.at(1)).toBe(b);
  expect(slots.take().slot).toBe(2);
});
