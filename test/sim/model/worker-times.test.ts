import { describe, expect, test } from "vitest";
import { uniform } from "../../../src/core/random.js";
import { deviceOf, meanRoundTripMs, transcodeMs } from "../../../src/sim/model/work-times.js";
import { WorkerTimes } from "../../../src/sim/model/worker-times.js";
import { compileWorld } from "../../../src/sim/model/world.js";
import { IDEAL, merged, type Settings, scenario } from "../support.js";

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
  return new WorkerTimes(world, spec);
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
    expect(found.drawMs(WORK, ALONE, 0.5, 0.5, 0)).toBeCloseTo(expected, 6);
  });

  test("without noise is its mean", () => {
    const found = times(remote, { rttScale: 1 }).drawMs(WORK, ALONE, 0.1, 0.9, 0);
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
      stated.drawMs(WORK, ALONE, uniform(1, 2, index), 0.5, 0),
    );
    const mean = draws.reduce((sum, ms) => sum + ms, 0) / draws.length;
    const variance = draws.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean / 700 - 1)).toBeLessThan((5 * 0.2) / Math.sqrt(draws.length));
    expect(Math.sqrt(variance) / mean).toBeCloseTo(0.2, 2);
    expect(times({ roundTripMs: 700 }).drawMs(WORK, ALONE, 0.9, 0.9, 0)).toBeCloseTo(700, 6);
  });

  test("transfers at the same time share the bandwidth where sharing is on", () => {
    const shared = times(remote, { shareBandwidth: true });
    const alone = shared.drawMs(WORK, ALONE, 0.5, 0.5, 0);
    const second = shared.drawMs(WORK, ALONE, 0.5, 0.5, 0);
    // Download and upload take twice as long beside the first.
    expect(second - alone).toBeCloseTo(40 + 80, 6);
    // Long after both, nothing is left of it.
    expect(shared.drawMs(WORK, ALONE, 0.5, 0.5, 60_000)).toBeCloseTo(alone, 6);
    expect(times(remote).drawMs(WORK, ALONE, 0.5, 0.5, 0)).toBeCloseTo(alone, 6);
  });
});

describe("the benchmark at registration", () => {
  const report = times({ device: "gtx1060", downloadMbps: 300, uploadMbps: 100 }).benchmark(
    WORK,
    { maxSessions: 4, segments: 200 },
    { k0: 1, k1: 2 },
  );

  test("has every number of sessions, cold segments first, the parts apart", () => {
    expect(report.runs.map(({ sessions }) => sessions)).toEqual([1, 2, 3, 4]);
    for (const { sessions, segments } of report.runs) {
      expect(segments).toHaveLength(200);
      expect(segments.filter(({ cold }) => cold)).toHaveLength(sessions);
      expect(segments.at(-1)?.downloadMs).toBeCloseTo(40, 6);
      expect(segments.at(-1)?.uploadMs).toBeCloseTo(80, 6);
    }
    expect(report.runs[3]?.segments.at(-1)?.transcodeMs).toBeCloseTo(280, 6);
  });
});
