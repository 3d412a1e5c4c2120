/** Same seed, same bytes; and the same draws whoever else takes part (common random numbers). */
import { describe, expect, test } from "vitest";
import type { SimulationInput } from "../../../src/sim/input.js";
import { foundDraw } from "../../../src/sim/model/draws.js";
import type { ReadySegment, Stream } from "../../../src/sim/model/entities.js";
import { simulateInSteps } from "../../../src/sim/simulate.js";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { merged, POOL, run, type Settings, scenario, simulation } from "../../support/sim/runs.js";

const SMALL = merged(POOL, {
  warmup: "2m",
  duration: "10m",
  network: { limit: 20 },
  demand: { concurrentStreams: 15 },
});

describe("same seed, same bytes", () => {
  test.each(["tickets", "tester", "webhook", "verification", "policies"])("%s", (name) => {
    const input = scenario(FEATURES[name] ?? {});
    expect(JSON.stringify(run(input))).toBe(JSON.stringify(run(input)));
  });

  test("whatever ran before in the same thread", () => {
    const input = scenario(SMALL);
    const first = JSON.stringify(run(input));
    run(scenario(FEATURES["verification"] ?? {}));
    expect(JSON.stringify(run(scenario(SMALL)))).toBe(first);
  });

  test("in steps, whatever other run has a step in between", () => {
    // Networks of their own, of fewer orchestrators: no tables have been made of them yet.
    const inputs = [scenario(SMALL), scenario(FEATURES["policies"] ?? {}, { seed: 7 })].map(
      ({ scenario: own, data }, index): SimulationInput => {
        const { name, text } = data.network;
        const lines = text
          .trimEnd()
          .split("\n")
          .slice(0, -1 - index);
        return { scenario: own, data: { ...data, network: { name, text: lines.join("\n") } } };
      },
    );
    const own = inputs.map((input) => ({
      steps: simulateInSteps(input, { replication: 0 }),
      count: 0,
      found: "",
    }));
    while (own.some(({ found }) => found === "")) {
      for (const one of own.filter(({ found }) => found === "")) {
        const step = one.steps.next();
        one.count += 1;
        if (step.done === true) one.found = JSON.stringify(step.value);
      }
    }
    expect(own.map(({ found }) => found)).toEqual(
      inputs.map((input) => JSON.stringify(run(input))),
    );
    // One for each orchestrator, and some for the events.
    for (const { count } of own) expect(count).toBeGreaterThan(100);
  });
});

test("other seeds and other replications give other results", () => {
  const input = scenario(SMALL);
  const results = [
    run(input),
    run(input, { seed: 2 }),
    run(input, { replication: 1 }),
    run(input, { seed: 2, replication: 1 }),
  ];
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(4);
});

/** Of each segment, by its stream's key: what must not depend on anybody else. */
function segmentsOf(input: SimulationInput): Map<string, string> {
  const watched = simulation(input, { atOnce: false });
  const { metrics } = watched;
  const started = metrics.started.bind(metrics);
  const seen = new Map<string, string>();
  metrics.started = (stream: Stream, segment: ReadySegment) => {
    if (stream.probe === null) {
      const name = `${watched.world.sites[stream.site]?.name}/${stream.k0}/${stream.k1}/${segment.index}`;
      seen.set(
        name,
        `${segment.readyMs} ${segment.durationMs} ${stream.endMs} ${stream.renditions.count}`,
      );
    }
    started(stream, segment);
  };
  watched.run();
  return seen;
}

/** What the noise of the sessions that discoveries found is or would be, by stream and orchestrator. */
function noiseOf(input: SimulationInput): Map<string, number> {
  const watched = simulation(input);
  const { discoveries, noise, world } = watched;
  const discovered = discoveries.discovered.bind(discoveries);
  const seen = new Map<string, number>();
  discoveries.discovered = (slot) => {
    const over = discovered(slot);
    for (const { info, sessionKey } of over?.pool.sessMap.values() ?? []) {
      const { stream, foundBy } = info;
      if (foundBy < 0) continue;
      const name = `${world.sites[stream.site]?.name}/${stream.k0}/${foundBy}`;
      const drawn = noise.session(stream, sessionKey, foundDraw(foundBy));
      seen.set(`${name}/${world.nodes[sessionKey]?.name}`, drawn);
    }
    return over;
  };
  watched.run();
  return seen;
}

const EXTRA: readonly [string, Settings][] = [
  [
    "another orchestrator",
    {
      orchestrators: [
        {
          name: "new",
          region: "FRA",
          stakeLpt: 1e6,
          backend: { type: "measured", roundTripMs: 500 },
        },
      ],
    },
  ],
  ["fewer orchestrators", { network: { limit: 12 } }],
  [
    "another worker",
    {
      workers: [
        { name: "slow", maxSessions: 9, roundTripMs: 2500 },
        { name: "good", count: 4, maxSessions: 4, roundTripMs: 350 },
      ],
    },
  ],
  ["a tester", { tester: { testsPerDay: 300 } }],
  ["tickets", { tickets: { enabled: true } }],
  ["another price", { orchestrator: { pricePerUnit: "5" } }],
  ["a node more", { orchestrator: { topology: { nodes: [{ name: "pool" }, { name: "n2" }] } } }],
];

describe("two variants have the same streams and segments", () => {
  const base = segmentsOf(scenario(SMALL));

  test.each(EXTRA)("with %s", (_, over) => {
    expect(base.size).toBeGreaterThan(3000);
    expect(segmentsOf(scenario(SMALL, over))).toEqual(base);
  });

  test("with another gateway the others' streams stay", () => {
    const with3 = {
      gateways: [
        { region: "FRA", weight: 60 },
        { region: "NYC", weight: 40 },
        { region: "SIN", weight: 100 },
      ],
      demand: { concurrentStreams: 30 },
    };
    const seen = segmentsOf(scenario(SMALL, with3));
    for (const [name, segment] of base) expect(seen.get(name)).toBe(segment);
    expect(seen.size).toBeGreaterThan(base.size);
  });
});

describe("and the same noise for those who are in both", () => {
  const base = noiseOf(scenario(SMALL));

  test.each(EXTRA.slice(0, 3))("with %s", (_, over) => {
    const seen = noiseOf(scenario(SMALL, over));
    let shared = 0;
    for (const [name, noise] of base) {
      const other = seen.get(name);
      if (other === undefined) continue;
      shared++;
      expect(other).toBe(noise);
    }
    expect(shared).toBeGreaterThan(300);
  });
});
