import { describe, expect, test } from "vitest";
import { MOST_UNIFORM, makeKey, uniform } from "../../../../src/core/random.js";
import { drawLognormal } from "../../../../src/sim/engine/distributions.js";
import { runBenchmark } from "../../../../src/sim/model/workers/worker-benchmark.js";
import { WorkerTimes } from "../../../../src/sim/model/workers/worker-times.js";
import { compileWorld } from "../../../../src/sim/model/world/compile-world.js";
import {
  mostRenditions,
  renditionSets,
  segmentPixels,
} from "../../../../src/sim/model/world/renditions.js";
import {
  deviceOf,
  meanRoundTripMs,
  transcodeMs,
} from "../../../../src/sim/model/world/work-times.js";
import { IDEAL, merged, metric, run, type Settings, scenario } from "../../../support/sim/runs.js";

const WORK = { durationMs: 2000, pixels: 80_100_000, sourceMbps: 6, outMbps: 4 };
const ALONE = { segments: 1, isFirst: false };

function times(worker: Settings, assumptions: Settings = {}): WorkerTimes {
  const world = compileWorld(
    scenario(
      merged(IDEAL, {
        assumptions,
        orchestrator: { region: "FRA", stakeLpt: 1 },
        workers: [{ name: "w", ...worker }],
      }),
    ),
  );
  const [spec] = world.workers;
  if (spec === undefined) throw new Error("there is a worker");
  return new WorkerTimes(world, spec, makeKey(7));
}

/** Each minute of so many hours, ms. */
function hours(count: number): number[] {
  return Array.from({ length: 60 * count }, (_, minute) => 60_000 * minute);
}

const tables = compileWorld(scenario(IDEAL)).tables;
const device = deviceOf(tables, "gtx1060");

describe("transcoding on a device", () => {
  test("takes pixels ÷ rate alone", () => {
    expect(transcodeMs(device, 80_100_000, ALONE, 1)).toBeCloseTo(100, 9);
  });

  test("is slowed down by company as the table says, linearly between its points", () => {
    const at = (segments: number) => transcodeMs(device, 80_100_000, { ...ALONE, segments }, 1);
    expect([1, 2, 4, 8].map(at)).toEqual([100, 140, 280, 560].map((ms) => expect.closeTo(ms, 6)));
    expect(at(3)).toBeCloseTo(210, 6);
    expect(at(64)).toBeCloseTo(4480, 6);
  });

  test("takes longer at first, and noise goes over all", () => {
    expect(transcodeMs(device, 80_100_000, { segments: 1, isFirst: true }, 1)).toBeCloseTo(260, 9);
    expect(transcodeMs(device, 80_100_000, ALONE, 1.5)).toBeCloseTo(150, 9);
  });

  test("an unknown device is refused by name", () => {
    expect(() => deviceOf(tables, "abacus")).toThrow(/unknown device "abacus", expected one of /);
  });
});

describe("a worker's round trip", () => {
  const remote = { device: "gtx1060", region: "NYC", downloadMbps: 300, uploadMbps: 100 };

  test("half a round trip, download, transcode, upload: by hand", () => {
    const found = times(remote, { rttScale: 1 });
    const rttMs = tables.rttMs("FRA", "NYC");
    expect(found.rttMs).toBe(rttMs);
    const transfers = (6 * 2000) / 300 + (4 * 2000) / 100;
    const expected = rttMs * (0.5 + 2 * 4.2) + transfers + 100;
    expect(found.drawMs(WORK, ALONE, 1, 0.5, 0.5)).toBeCloseTo(expected, 6);
  });

  test("without noise is its mean", () => {
    const found = times(remote, { rttScale: 1 }).drawMs(WORK, ALONE, 1, 0.1, 0.9);
    const { scenario: parsed } = scenario(
      merged(IDEAL, { orchestrator: { region: "FRA" }, workers: [{ name: "w", ...remote }] }),
    );
    const [settings] = parsed.workers;
    if (settings === undefined) throw new Error("there is a worker");
    expect(found).toBeCloseTo(
      meanRoundTripMs({
        settings,
        device,
        rttMs: tables.rttMs("FRA", "NYC"),
        transferRtts: 4.2,
        work: WORK,
      }),
      6,
    );
  });

  test("as stated, with its own spread, whatever the work", () => {
    const stated = times({ roundTripMs: 700, roundTripCv: 0.2 }, { noiseScale: 1 });
    const draws = Array.from({ length: 20_000 }, (_, index) =>
      stated.drawMs(WORK, ALONE, 1, uniform(1, 2, index), 0.5),
    );
    const mean = draws.reduce((sum, ms) => sum + ms, 0) / draws.length;
    const variance = draws.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean / 700 - 1)).toBeLessThan((5 * 0.2) / Math.sqrt(draws.length));
    expect(Math.sqrt(variance) / mean).toBeCloseTo(0.2, 2);
    expect(times({ roundTripMs: 700 }).drawMs(WORK, ALONE, 1, 0.9, 0.9)).toBeCloseTo(700, 6);
  });

  test("slowness is on everything", () => {
    const found = times(remote, { rttScale: 1 });
    const alone = found.drawMs(WORK, ALONE, 1, 0.5, 0.5);
    expect(found.drawMs(WORK, ALONE, 1.5, 0.5, 0.5)).toBeCloseTo(1.5 * alone, 6);
    const stated = times({ roundTripMs: 700 });
    expect(stated.drawMs(WORK, ALONE, 1.5, 0.5, 0.5)).toBeCloseTo(1050, 6);
  });
});

describe("a worker that is slow for a while", () => {
  const spells = { every: "55m", length: "5m", extra: 2 };

  test("never takes longer than the most that is known of it, in whatever session", () => {
    const slow = times(
      { roundTripMs: 700, roundTripCv: 0.2, sessionCv: 0.3, slowSpells: spells },
      { noiseScale: 1 },
    );
    const most = slow.mostStatedMs();
    const extreme = slow.statedMs(
      slow.sessionFactor(MOST_UNIFORM) * Math.max(...hours(100).map((at) => slow.slownessAt(at))),
      MOST_UNIFORM,
    );
    expect(extreme).toBeLessThanOrEqual(most);
    expect(extreme).toBeGreaterThan(0.99 * most);
  });

  test("draws one lognormal quantity for each segment", () => {
    const slow = times({ roundTripMs: 700, roundTripCv: 0.2 }, { noiseScale: 1 });
    for (const u of [0.01, 0.5, 0.99]) {
      expect(drawLognormal(slow.stated(), u) * 1.25).toBe(slow.statedMs(1.25, u));
    }
  });

  test("has the stated mean over time", () => {
    const slow = times({ roundTripMs: 700, slowSpells: spells }, { noiseScale: 1 });
    // A twelfth of the time three times as slow: 1 + 2/12 = 7/6 of the quiet time on average.
    const all = Array.from({ length: 40_000 }, (_, minute) => slow.slownessAt(60_000 * minute));
    expect(new Set(all.map((factor) => factor.toFixed(6)))).toEqual(
      new Set([(6 / 7).toFixed(6), (18 / 7).toFixed(6)]),
    );
    const mean = all.reduce((sum, factor) => sum + factor, 0) / all.length;
    // Variance of a mean over T: 2 σ² τ ÷ T, with τ = 1 ÷ (1/5 + 1/55) min and σ² = (12/7)² × 11/144.
    const variance = ((12 / 7) ** 2 * 11) / 144;
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt((2 * variance * 4.58) / all.length));
  });

  test("says so for itself, or as all do", () => {
    const factors = (worker: Settings, assumptions: Settings) => {
      const one = times({ roundTripMs: 700, ...worker }, { noiseScale: 1, ...assumptions });
      return new Set(Array.from({ length: 5000 }, (_, minute) => one.slownessAt(60_000 * minute)));
    };
    expect(factors({ slowSpells: { extra: 0 } }, {})).toEqual(new Set([1]));
    expect(factors({}, { slowSpells: { length: "0s" } })).toEqual(new Set([1]));
    expect(factors({}, { noiseScale: 0 })).toEqual(new Set([1]));
    // Every two hours for five minutes, half as long again: 1 + 1/50 on average.
    expect(factors({}, {})).toEqual(
      new Set([1 / 1.02, 1.5 / 1.02].map((one) => expect.closeTo(one, 9))),
    );
  });

  test("differs from session to session, by 1 on average", () => {
    const one = times({ roundTripMs: 700, sessionCv: 0.3 }, { noiseScale: 1 });
    const draws = Array.from({ length: 20_000 }, (_, index) =>
      one.sessionFactor(uniform(5, 6, index)),
    );
    const mean = draws.reduce((sum, factor) => sum + factor, 0) / draws.length;
    const variance = draws.reduce((sum, factor) => sum + (factor - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 1)).toBeLessThan((5 * 0.3) / Math.sqrt(draws.length));
    expect(Math.sqrt(variance)).toBeCloseTo(0.3, 2);
  });
});

describe("the benchmark at registration", () => {
  const link = { device: "gtx1060", downloadMbps: 300, uploadMbps: 100 };
  const benchmark = (worker: Settings, assumptions: Settings = {}) =>
    runBenchmark(
      times(worker, assumptions),
      WORK,
      { maxSessions: 4, segments: 200, atMs: 0 },
      { k0: 1, k1: 2 },
    );
  const shared = benchmark(link);

  test("has every number of sessions, cold segments first, the parts apart", () => {
    expect(shared.runs.map(({ sessions }) => sessions)).toEqual([1, 2, 3, 4]);
    for (const { sessions, segments } of shared.runs) {
      expect(segments).toHaveLength(200);
      expect(segments.filter(({ cold }) => cold)).toHaveLength(sessions);
    }
    expect(shared.runs[3]?.segments.at(-1)?.transcodeMs).toBeCloseTo(280, 6);
  });

  test("goes through the links that live work shares: k at a time take k times as long", () => {
    for (const { sessions, segments } of shared.runs) {
      const { downloadMs, uploadMs } = segments.at(0) ?? { downloadMs: 0, uploadMs: 0 };
      expect(downloadMs).toBeCloseTo(40 * sessions, 6);
      expect(uploadMs).toBeCloseTo(80 * sessions, 6);
    }
    for (const { segments } of benchmark(link, { shareBandwidth: false }).runs) {
      expect(segments.at(0)?.uploadMs).toBeCloseTo(80, 6);
    }
  });

  test("live, k sessions are never slower than k in the benchmark: 20 Mbit/s, every k", () => {
    for (const sessions of [1, 3, 6, 12]) {
      const worker = { name: "w", device: "gtx1060", maxSessions: sessions, uploadMbps: 20 };
      const result = run(
        scenario(IDEAL, {
          warmup: "2m",
          duration: "20m",
          demand: { concurrentStreams: 3 * sessions },
          stream: { length: { distribution: "exponential", mean: "5m" } },
          orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: sessions },
          workers: [worker],
        }),
      );
      const { scenario: parsed } = scenario(IDEAL, {});
      const all = mostRenditions(renditionSets(parsed.stream.profiles));
      // Segments differ in length by a tenth: four standard deviations above the mean one.
      const longMs = 1.5 * parsed.stream.segmentMs;
      const work = {
        durationMs: longMs,
        pixels: segmentPixels(all, longMs),
        sourceMbps: parsed.stream.sourceMbps,
        outMbps: all.bitrateMbps,
      };
      const plan = { maxSessions: sessions, segments: 200, atMs: 0 };
      const { runs } = runBenchmark(times(worker), work, plan, { k0: 1, k1: 2 });
      const slowest = Math.max(
        ...(runs.at(-1)?.segments ?? []).map(
          (one) => one.downloadMs + one.transcodeMs + one.uploadMs,
        ),
      );
      expect(metric(result, "worker.w.roundTripMs.p99")).toBeLessThan(slowest);
      expect(metric(result, "worker.w.roundTripMs.p99")).toBeGreaterThan(0.2 * slowest);
    }
  });
});
