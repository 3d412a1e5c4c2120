/** What events do to a run: to sessions, workers, prices and streams, and to the figures beside them. */
import { describe, expect, test } from "vitest";
import { compileWorld } from "../../../src/sim/model/world/compile-world.js";
import type { ReplicationResult } from "../../../src/sim/results.js";
import {
  IDEAL,
  merged,
  metric,
  POOL,
  run,
  type Settings,
  scenario,
} from "../../support/sim/runs.js";

/** One orchestrator under study and a rival, each for all streams there are; an hour of long streams. */
const BOTH: Settings = merged(IDEAL, {
  warmup: "2m",
  duration: "60m",
  demand: { concurrentStreams: 10 },
  stream: { length: { distribution: "constant", mean: "55m" }, segmentCv: 0 },
  orchestrator: {
    name: "pool",
    region: "FRA",
    stakeShare: 0.9,
    maxSessions: 200,
    pricePerUnit: 1000,
  },
  orchestrators: [
    {
      name: "rival",
      region: "FRA",
      stakeLpt: 1000,
      pricePerUnit: 1000,
      maxSessions: 200,
      backend: { type: "measured", roundTripMs: 500 },
    },
  ],
});

const TWO: Settings = merged(BOTH, {
  orchestrator: { backend: { type: "measured", roundTripMs: 500 } },
});

const WORKERS: Settings = merged(BOTH, {
  orchestrator: { maxSessions: "auto" },
  workers: [{ name: "w", count: 2, maxSessions: 50, roundTripMs: 500, roundTripCv: 0 }],
});

function withEvents(base: Settings, events: Settings, more: Settings = {}): ReplicationResult {
  const result = run(scenario(base, { events }, more));
  expect(result.conservation.filter(({ holds }) => !holds)).toEqual([]);
  return result;
}

const sumOf = (series: readonly number[] = [], from: number, to: number) =>
  series.slice(from, to).reduce((sum, value) => sum + value, 0);

describe("a price", () => {
  test("up to twice the old one costs no stream, above that those whose renewal comes (R-10)", () => {
    const at = (factor: number) =>
      withEvents(TWO, { dearer: { kind: "price", at: "10m", factor } });
    expect(metric(at(2), "pool.swapsAway")).toBe(0);
    const above = at(2.001);
    expect(metric(above, "pool.swapsAway")).toBeGreaterThan(2);
    expect(metric(above, "pool.swapsAway.expired")).toBe(metric(above, "pool.swapsAway"));
    // M-35: nobody is lost before his 27 minutes are over, and nobody later than 27 after the change.
    expect(sumOf(above.series["swaps"], 0, 10)).toBe(0);
    expect(sumOf(above.series["swaps"], 38, 60)).toBe(0);
  });

  test("does not matter to gateways that pay nothing", () => {
    const events = { dearer: { kind: "price", at: "10m", factor: 9 } };
    const gateway = { onchain: false, source: "hardcoded" };
    expect(metric(withEvents(TWO, events, { gateway }), "pool.swapsAway")).toBe(0);
  });

  test("is paid by sessions that began or were renewed at it, and by no others", () => {
    const settings = { stream: { length: { mean: "20m" } }, demand: { concurrentStreams: 30 } };
    const plain = run(scenario(TWO, settings));
    const twice = withEvents(TWO, { dearer: { kind: "price", at: "30m", factor: 2 } }, settings);
    // The same segments: those ready before the change cost the same, those of streams that began
    // after it twice as much. Streams of 20 minutes are never renewed.
    expect(metric(twice, "pool.segments")).toBe(metric(plain, "pool.segments"));
    const ratio = metric(twice, "pool.feesEthPerDay") / metric(plain, "pool.feesEthPerDay");
    // From minute 50 on all pay it; between 30 and 50 ever more do: (10 + 10) ÷ 60 of the time.
    expect(ratio).toBeGreaterThan(1 + 1 / 3 - 0.08);
    expect(ratio).toBeLessThan(1 + 1 / 3 + 0.08);
    const orchestrator = metric(twice, "orchestrator.pool.feesEthPerDay");
    expect(orchestrator / metric(twice, "pool.feesEthPerDay")).toBeCloseTo(1, 9);
  });

  test("buys tickets at its own terms", () => {
    const tickets = { tickets: { enabled: true } };
    const events = { dearer: { kind: "price", at: "1s", factor: 3, for: "50m" } };
    const result = withEvents(WORKERS, events, tickets);
    expect(metric(result, "pool.tickets")).toBeGreaterThan(0);
  });
});

test("what ends leaves what another event has left for good", () => {
  const kept = { kind: "stake", at: "5m", stakeLpt: 30 };
  const short = { kind: "stake", at: "10m", for: "5m", stakeLpt: 90 };
  const before = { kind: "stake", at: "1m", for: "2m", stakeLpt: 60 };
  const input = scenario(TWO, { events: { short, before, kept } });
  const { timeline, pool, orchestrators } = compileWorld(input);
  const steps = timeline.stakes.get(pool)?.map(({ value }) => value / 100_000);
  const own = (orchestrators[pool]?.stake ?? 0) / 100_000;
  expect(steps).toEqual([60, own, 30, 90, 30]);
});

test("a stake counts from its instant on (L-13)", () => {
  const settings = { stream: { length: { mean: "2m" } }, demand: { concurrentStreams: 30 } };
  const { series } = withEvents(TWO, { less: { kind: "stake", at: "30m", stakeLpt: 0 } }, settings);
  const share = (from: number, to: number) =>
    sumOf(series["poolSegments"], from, to) / sumOf(series["segments"], from, to);
  expect(share(5, 30)).toBeGreaterThan(0.7);
  // Without any stake a gateway still draws (L-13), now and then by chance alone (-selectRandFreq).
  expect(share(33, 60)).toBeLessThan(0.3);
});

describe("an outage", () => {
  test("of all workers stops them, and of one of them that one", () => {
    const out = (worker: string) =>
      withEvents(WORKERS, { out: { kind: "outage", at: "20m", for: "5m", worker } });
    const all = out("w");
    expect(sumOf(all.series["poolSegments"], 21, 25)).toBe(0);
    // MaxSessions is 0 meanwhile (O-7), and they register again at its end (O-13).
    expect(metric(all, "worker.w-1.reRegistrations")).toBe(1);
    expect(metric(all, "worker.w-2.reRegistrations")).toBe(1);
    expect(metric(out("w-2"), "worker.w-1.reRegistrations")).toBe(0);
  });

  test("of a region is one of its workers and orchestrators, and of no others", () => {
    const settings = merged(WORKERS, {
      workers: [
        { name: "here", maxSessions: 50, roundTripMs: 500 },
        { name: "there", maxSessions: 50, roundTripMs: 500, region: "NYC" },
      ],
    });
    const result = withEvents(settings, {
      out: { kind: "outage", at: "20m", for: "5m", region: "NYC", every: "10m" },
    });
    expect(metric(result, "worker.there.reRegistrations")).toBe(4);
    expect(metric(result, "worker.here.reRegistrations")).toBe(0);
  });

  test("of an orchestrator sends its streams elsewhere (S-12 row 3)", () => {
    const result = withEvents(TWO, { out: { kind: "outage", at: "20m", for: "5m" } });
    expect(sumOf(result.series["poolSegments"], 21, 25)).toBe(0);
    expect(metric(result, "pool.swapsAway.timeout")).toBeGreaterThan(3);
    expect(metric(result, "event.out.during.poolSegmentsPerMinute")).toBeLessThan(10);
    expect(metric(result, "event.out.before.poolSegmentsPerMinute")).toBeGreaterThan(100);
  });

  test("of an hour in which nobody is there is none", () => {
    expect(() =>
      withEvents(TWO, { out: { kind: "outage", at: "1m", for: "5m", region: "SYD" } }),
    ).toThrow(/events\.out: nobody is in "SYD"/);
  });
});

describe("a restart", () => {
  test.each([
    ["measured", TWO],
    ["pool", WORKERS],
  ])("of a %s one loses its sessions (G-10)", (_, base) => {
    const result = withEvents(base, { again: { kind: "restart", at: "20m" } });
    const before = Math.round(metric(result, "event.again.before.poolSessions"));
    expect(before).toBeGreaterThan(3);
    // Tokens of before are refused (S-13), and work in hand comes to nothing.
    const lost =
      metric(result, "pool.swapsAway.expired") + metric(result, "pool.swapsAway.timeout");
    expect(lost).toBeGreaterThanOrEqual(before - 1);
    expect(metric(result, "pool.swapsAway")).toBe(lost);
  });

  test("has its workers connect again, when it is there again (O-14)", () => {
    const result = withEvents(WORKERS, { again: { kind: "restart", at: "20m", for: "3m" } });
    expect(sumOf(result.series["poolSegments"], 21, 23)).toBe(0);
    expect(metric(result, "worker.w-1.reRegistrations")).toBe(1);
    expect(metric(result, "worker.w-2.reRegistrations")).toBe(1);
    expect(sumOf(result.series["poolSegments"], 40, 60)).toBeGreaterThan(0);
  });
});

describe("further streams", () => {
  test("come when, where and for as long as they are said to", () => {
    const result = withEvents(merged(TWO, { demand: { concurrentStreams: 0 } }), {
      crowd: { kind: "streams", at: "10m", streams: 6, length: "5m", over: "3m" },
    });
    const { segments = [] } = result.series;
    expect(metric(result, "network.streams")).toBe(6);
    expect(sumOf(segments, 0, 10)).toBe(0);
    expect(sumOf(segments, 18, 60)).toBe(0);
    // 6 × 5 min of 2280 ms, each without the segment that is not finished.
    expect(sumOf(segments, 10, 18)).toBe(6 * Math.floor(300_000 / 2280));
  });

  test("leave others as they are", () => {
    const plain = run(scenario(TWO));
    const events = { crowd: { kind: "streams", at: "10m", streams: 3, length: "5m" } };
    const more = metric(withEvents(TWO, events), "network.streams");
    expect(more).toBe(metric(plain, "network.streams") + 3);
  });

  test("that are bad fail everywhere, and hold slots everywhere (O-10)", () => {
    const events = { bad: { kind: "badSource", at: "10m", streams: 1, length: "10m" } };
    const result = withEvents(merged(TWO, { demand: { concurrentStreams: 0 } }), events);
    expect(metric(result, "pool.segments")).toBe(0);
    expect(metric(result, "orchestrator.rival.sessions")).toBeGreaterThan(50);
    expect(metric(result, "event.bad.during.notRealTimeShare")).toBe(1);
    // A session for each attempt, 70 s each: more than one slot for one stream.
    expect(metric(result, "event.bad.during.poolSessions")).toBeGreaterThan(10);
  });
});

test("a burst brings at once what has piled up", () => {
  const quiet = merged(TWO, { stream: { segmentMs: 2000 } });
  const result = withEvents(quiet, {
    burst: { kind: "burst", at: "20m", for: "60s" },
  });
  const plain = run(scenario(quiet));
  const { segments = [] } = result.series;
  expect(segments[20]).toBe(0);
  // What did not come in this minute comes in the next one; of streams that end meanwhile, nothing.
  const both = sumOf(plain.series["segments"], 20, 22);
  expect(segments[21]).toBeLessThanOrEqual(both);
  expect(segments[21]).toBeGreaterThan(both - 30);
  // O-9: one runs and four wait; the sixth of a session is refused.
  expect(metric(result, "pool.swapsAway.busy")).toBeGreaterThan(0);
  expect(metric(plain, "pool.swapsAway.busy")).toBe(0);
});

test("events happen in an order of their own, whatever the scenario's is", () => {
  const events = {
    out: { kind: "outage", at: "5m", for: "5m", worker: "good-1" },
    again: { kind: "restart", at: "5m" },
    crowd: { kind: "streams", at: "5m", streams: 5, length: "5m" },
    bad: { kind: "badSource", at: "10m", streams: 2, length: "5m" },
    dearer: { kind: "price", at: "10m", factor: 3, for: "5m" },
  };
  const turned = Object.fromEntries(Object.entries(events).reverse());
  const one = withEvents(POOL, events);
  const other = withEvents(POOL, turned);
  expect(other.series).toEqual(one.series);
  expect(other.metrics).toEqual(one.metrics);
});

test("a result without events has nothing of them", () => {
  const result = run(scenario(merged(TWO, { duration: "2m" })));
  expect(Object.keys(result.metrics).filter((name) => name.startsWith("event."))).toEqual([]);
  expect("events" in result).toBe(false);
});
