/** Sessions between a gateway and an orchestrator: slots, renewal, connections, discovery. */
import { describe, expect, test } from "vitest";
import type { Simulation } from "../../../src/sim/model/simulation.js";
import {
  IDEAL,
  merged,
  metric,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../support/sim/runs.js";

/** One stream of 70 min from the first minute on, and one orchestrator that gets it. */
const ONE = merged(IDEAL, {
  warmup: "0s",
  duration: "75m",
  demand: { arrivals: [{ at: "1m", length: "70m" }] },
  // A stream pushed by HTTP keeps its slot after its end (T-3): see slots.test.ts.
  stream: { segmentMs: 2000, segmentCv: 0, ingest: "rtmp" },
  orchestrators: [
    { name: "only", region: "FRA", stakeLpt: 1, backend: { type: "measured", roundTripMs: 300 } },
  ],
});

function only(over: Settings): Settings {
  return {
    orchestrators: [
      {
        name: "only",
        region: "FRA",
        stakeLpt: 1,
        backend: { type: "measured", roundTripMs: 300 },
        ...over,
      },
    ],
  };
}

interface Line {
  readonly atMs: number;
  readonly text: string;
}

function trace(settings: Settings): readonly Line[] {
  const lines: Line[] = [];
  const write = (text: string) =>
    lines.push({ atMs: 1000 * Number.parseFloat(text), text: text.trim() });
  run(scenario(settings), { trace: { stream: 0, write } });
  return lines;
}

/** Open sessions of a node whenever it takes up a new one. */
function openings(watched: Simulation, node = 0): readonly { atMs: number; open: number }[] {
  const runtime = watched.nodes[node];
  if (runtime === undefined) throw new Error("there is a node");
  const seen: { atMs: number; open: number }[] = [];
  const accept = runtime.accept.bind(runtime);
  runtime.accept = (info, nowMs) => {
    const before = info.nodeSession;
    const handle = accept(info, nowMs);
    if (handle >= 0 && handle !== before) {
      seen.push({ atMs: watched.now, open: runtime.sessions.openCount(watched.now) });
    }
    return handle;
  };
  watched.run();
  return seen;
}

describe("M-35: a session is renewed before its auth token runs out", () => {
  test("27 minutes after it was given, at the next segment, and every 27 minutes again", () => {
    const renewals = trace(ONE).filter(({ text }) => text.includes("refreshed: ok"));
    expect(renewals).toHaveLength(2);
    // The first segment is ready at 62 s, and with it the first answer.
    for (const [index, { atMs }] of renewals.entries()) {
      const due = 62_000 + (index + 1) * 27 * 60_000;
      expect(atMs).toBeGreaterThan(due);
      expect(atMs).toBeLessThan(due + 2100 + index * 2100);
    }
  });

  test("the new token is a new session at the orchestrator; the old slot frees after 70 s (O-10)", () => {
    const seen = openings(simulation(scenario(ONE), { atOnce: false }));
    expect(seen.map(({ open }) => open)).toEqual([1, 2, 2]);
    const result = run(scenario(ONE));
    // Slots × time: the stream itself, and two times 70 s.
    const slotMs = metric(result, "orchestrator.only.sessionsMean") * 75 * 60_000;
    expect(Math.abs(slotMs - (70 * 60_000 - 2000 + 2 * 70_000))).toBeLessThan(10_000);
  });

  test("a full orchestrator refuses, which costs it the stream (S-12 row 2)", () => {
    const lines = trace(merged(ONE, only({ maxSessions: 1 })));
    const refused = lines.filter(({ text }) => text.includes("refreshed: sessionRefreshFailed"));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.atMs).toBeGreaterThan(27 * 60_000);
    const result = run(scenario(ONE, only({ maxSessions: 1 })));
    expect(metric(result, "orchestrator.only.swapsAway.expired")).toBeGreaterThan(0);
    expect(metric(result, "network.noSessionShare")).toBeGreaterThan(0);
  });

  test("ticket parameters of a session that nobody used last 39 L1 blocks (P-6, P-16)", () => {
    const settings = merged(ONE, {
      assumptions: { segmentFailure: 0.005 },
      demand: { arrivals: [{ at: "1m", length: "25m" }] },
      orchestrators: Array.from({ length: 12 }, (_, index) => ({
        name: `o${index}`,
        region: "FRA",
        stakeLpt: 1,
        backend: { type: "measured", roundTripMs: 300 },
      })),
    });
    const lines = trace(merged(settings, { seed: 3 }));
    const chosen = lines.filter(({ text }) => text.includes("session never measured"));
    const renewed = lines.filter(({ text }) => text.includes("refreshed: ok"));
    expect(chosen.length).toBeGreaterThan(2);
    const late = chosen.filter(({ atMs }) => atMs > 62_000 + 39 * 12_000);
    expect(late.length).toBeGreaterThan(0);
    expect(renewed.map(({ atMs }) => atMs)).toEqual(late.map(({ atMs }) => atMs));
  });
});

describe("slots of an orchestrator", () => {
  const demand = { arrivals: [{ at: "1m", length: "10m" }] };

  test("an RTMP stream that ends gives its slot back at once (M-26, O-10)", () => {
    const result = run(scenario(merged(ONE, { demand, duration: "20m" })));
    const slotMs = metric(result, "orchestrator.only.sessionsMean") * 20 * 60_000;
    expect(slotMs / (10 * 60_000 - 2000)).toBeCloseTo(1, 3);
    expect(metric(result, "orchestrator.only.idleSlotsMean")).toBe(0);
  });

  test("one that was left keeps it for 70 s", () => {
    const rivals = {
      orchestrators: [
        {
          name: "slow",
          region: "FRA",
          stakeLpt: 1e9,
          backend: { type: "measured", roundTripMs: 4500 },
        },
        {
          name: "fast",
          region: "FRA",
          stakeLpt: 1,
          backend: { type: "measured", roundTripMs: 300 },
        },
      ],
      gateway: { selectStakeWeight: 1, selectRandFreq: 0 },
    };
    const result = run(scenario(merged(ONE, { demand, duration: "20m" }), rivals));
    expect(metric(result, "orchestrator.slow.swapsAway.inFlight")).toBe(1);
    expect(metric(result, "orchestrator.fast.segments")).toBeGreaterThan(290);
    // Of one that was left in flight but never removed, the end of the stream would end it too.
    const slotMs = metric(result, "orchestrator.slow.sessionsMean") * 20 * 60_000;
    expect(slotMs).toBeGreaterThan(70_000);
    expect(slotMs).toBeLessThan(70_000 + 15_000);
  });
});

describe("a new connection takes two round trips more (G-17)", () => {
  test("unless the gateway used the orchestrator in the last minute", () => {
    const tookAlls = (gapMinutes: number) => {
      const settings = merged(ONE, {
        assumptions: { rttScale: 1 },
        gateways: [{ region: "NYC" }],
        demand: {
          arrivals: [
            { at: "1m", length: "3s" },
            { at: `${1 + gapMinutes}m`, length: "3s" },
          ],
        },
        duration: "10m",
      });
      const watched = simulation(scenario(settings), { atOnce: false });
      const seen: number[] = [];
      const answered = watched.metrics.answered.bind(watched.metrics);
      watched.metrics.answered = (call, segment, outcome) => {
        seen.push(call.tookAllMs);
        answered(call, segment, outcome);
      };
      watched.run();
      return seen;
    };
    const [first, soon] = tookAlls(0.9);
    const [, late] = tookAlls(2);
    const rttMs = simulation(scenario(ONE, { assumptions: { rttScale: 1 } })).world.tables.rttMs(
      "NYC",
      "FRA",
    );
    expect((first ?? 0) - (soon ?? 0)).toBeCloseTo(2 * rttMs, 3);
    expect((late ?? 0) - (soon ?? 0)).toBeCloseTo(2 * rttMs, 3);
  });
});

describe("discovery", () => {
  const two = (over: Settings) =>
    merged(ONE, {
      duration: "5m",
      demand: { arrivals: [{ at: "1m", length: "2m" }] },
      orchestrators: [
        {
          name: "near",
          region: "FRA",
          stakeLpt: 1,
          backend: { type: "measured", roundTripMs: 300 },
        },
        { name: "other", region: "FRA", stakeLpt: 1, ...over },
      ],
    });
  const took = (settings: Settings) => {
    const line = trace(settings).find(({ text }) => text.includes("untrusted discovery"));
    return Number(/in (\d+) ms/.exec(line?.text ?? "")?.[1]);
  };

  test("ends with the last answer when all answer", () => {
    expect(took(two({ backend: { type: "measured", roundTripMs: 300 } }))).toBeLessThan(100);
  });

  test.each([
    ["500ms", 500],
    ["2s", 2000],
  ])("with a silent one it lasts until the first timer, %s (D-30)", (discoveryTimeout, ms) => {
    const silent = { backend: { type: "measured", roundTripMs: 300, successRate: 0 } };
    expect(took(merged(two(silent), { gateway: { discoveryTimeout } }))).toBe(ms);
  });

  test("a late answer does not hold it up, even of one that may be full (O-6)", () => {
    // Its answer takes three round trips of some 300 ms: later than the timer.
    const far = {
      region: "SYD",
      maxSessions: 1,
      backend: { type: "measured", roundTripMs: 300 },
    };
    const settings = merged(two(far), { assumptions: { rttScale: 1 } });
    expect(took(settings)).toBe(500);
    const first = trace(settings).find(({ text }) => text.includes("selected"));
    expect(first?.atMs).toBeCloseTo(62_000 + 500, 3);
  });

  test("a full one answers with an error, for everybody (O-6)", () => {
    const settings = merged(ONE, only({ maxSessions: 1 }));
    const demand = {
      arrivals: [
        { at: "1m", length: "10m" },
        { at: "2m", length: "5m" },
      ],
    };
    const result = run(scenario(settings, { demand, duration: "15m" }));
    expect(metric(result, "orchestrator.only.cappedShare")).toBeGreaterThan(0.5);
    expect(metric(result, "network.noSessionShare")).toBeCloseTo(149 / (299 + 149), 1);
  });

  test("nobody to ask: the stream never gets a session", () => {
    const result = run(scenario(merged(ONE, { orchestrators: [], duration: "5m" })));
    expect(metric(result, "network.noSessionShare")).toBe(1);
  });
});

describe("who is down", () => {
  const settings = (first: Settings, second: Settings) =>
    merged(IDEAL, {
      warmup: "0s",
      duration: "60h",
      demand: { concurrentStreams: 0.2 },
      stream: { segmentMs: 60_000, length: { distribution: "constant", mean: "2m" } },
      assumptions: { meanDown: "1h" },
      orchestrators: ["a", "b"].map((name, index) => ({
        name,
        region: "FRA",
        stakeLpt: 1,
        availability: 0.7,
        backend: { type: "measured", roundTripMs: 300 },
        ...(index === 0 ? first : second),
      })),
    });
  const bothUp = (over: Settings) => {
    const watched = simulation(scenario(settings(over, over)));
    let [either, both] = [0, 0];
    for (let minute = 0; minute < 60 * 60; minute++) {
      const up = [0, 1].filter((node) => watched.conditions.isUp(0, node, minute * 60_000)).length;
      if (up > 0) either++;
      if (up === 2) both++;
    }
    return both / either;
  };

  test("operators fail by themselves, those of a group together", () => {
    expect(bothUp({})).toBeLessThan(0.85);
    expect(bothUp({ operatorGroup: "same" })).toBe(1);
  });

  test("an orchestrator that is down gets no streams, and loses those that it has", () => {
    const result = run(scenario(settings({ availability: 1 }, { availability: 0.3 })));
    const [a, b] = ["a", "b"].map((name) => metric(result, `orchestrator.${name}.streams`));
    expect(b).toBeLessThan(0.6 * (a ?? 0));
    expect(b).toBeGreaterThan(0);
  });
});
