import { describe, expect, test } from "vitest";
import { modelNotes } from "../../../src/sim/model/world/model-notes.js";
import {
  IDEAL,
  merged,
  metric,
  run,
  type Settings,
  scenario,
  simulation,
} from "../../support/sim/runs.js";

const BASE = merged(IDEAL, {
  warmup: "0s",
  duration: "20m",
  stream: { segmentMs: 2000, segmentCv: 0 },
  orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
});

/** So many streams at once, all of one length. */
const together = (count: number): Settings => ({
  demand: {
    arrivals: Array.from({ length: count }, (_, index) => ({
      // Apart by less than a segment takes: all of them are under way at a time.
      at: `${index * 20}ms`,
      length: "15m",
    })),
  },
});

describe("devices of one's own", () => {
  const worker = { name: "w", uploadMbps: 1e6, downloadMbps: 1e6, maxSessions: 4 };
  const roundTrip = (devices: Settings, device: string) =>
    metric(
      run(scenario(BASE, together(1), { devices, workers: [{ ...worker, device }] })),
      "worker.w.roundTripMs.p50",
    );

  test("are as they say, and as the one that they are like", () => {
    const table = roundTrip({}, "gtx1060");
    const half = { mine: { pixelsPerSecond: 400_500_000, warmupMs: 160, noiseCv: 0 } };
    expect(roundTrip(half, "mine") / table).toBeCloseTo(2, 1);
    expect(roundTrip({ mine: { like: "gtx1060" } }, "mine")).toBe(table);
  });

  test("of the table's name go before it", () => {
    const faster = { gtx1060: { like: "gtx1060", pixelsPerSecond: 8_010_000_000 } };
    expect(roundTrip(faster, "gtx1060")).toBeLessThan(roundTrip({}, "gtx1060") / 2);
  });

  test("what nobody measured is counted", () => {
    const imputed = (device: string, more: Settings = {}) =>
      run(
        scenario(BASE, together(1), {
          devices: { mine: { pixelsPerSecond: 1e9 } },
          workers: [{ ...worker, device, ...more }],
        }),
      ).imputed["devices"];
    // The GTX 1060's figures are measured or derived; of the RTX 2070 none is.
    expect(imputed("gtx1060")).toBe(0);
    expect(imputed("rtx2070")).toBe(1);
    expect(imputed("mine")).toBe(3 / 4);
    expect(imputed("rtx2070", { slowdown: { 4: 2 } })).toBe(1);
    expect(imputed("gtx1060", { encoderSessions: "driver" })).toBe(0);
    expect(imputed("gtx1080", { roundTripMs: 300 })).toBe(0);
    const without = scenario(BASE, together(1), { workers: [{ name: "w", roundTripMs: 300 }] });
    expect(run(without).imputed["devices"]).toBe(0);
  });
});

describe("a stated round trip", () => {
  const at = (streams: number, more: Settings) =>
    metric(
      run(
        scenario(BASE, together(streams), {
          workers: [{ name: "w", maxSessions: 8, roundTripMs: 300, roundTripCv: 0, ...more }],
        }),
      ),
      "worker.w.roundTripMs.p90",
    );

  test("is that of one session; above it the curve of a device or its own counts", () => {
    expect(at(1, { device: "gtx1060" })).toBeCloseTo(at(1, {}), 6);
    expect(at(4, {}) / at(1, {})).toBeCloseTo(1, 1);
    expect(at(4, { device: "gtx1060" }) / at(1, {})).toBeCloseTo(2.8, 1);
    expect(at(4, { slowdown: { 4: 1.5 } }) / at(1, {})).toBeCloseTo(1.5, 1);
    expect(at(4, { device: "gtx1060", slowdown: { 4: 1 } }) / at(1, {})).toBeCloseTo(1, 1);
  });

  test("alone says nothing of more sessions, which is said", () => {
    const notes = (...workers: readonly Settings[]) =>
      modelNotes([scenario(BASE, together(1), { workers })]);
    const alone = { name: "w", roundTripMs: 300 };
    const text =
      "the capacity of w, v is assumed: with roundTripMs alone a worker is as fast at all its sessions as at one (device or slowdown says how much slower)";
    expect(notes(alone, { ...alone, name: "v" })).toEqual([text]);
    expect(notes({ ...alone, maxSessions: 1 })).toEqual([]);
    const few = { ...alone, name: "v", maxSessions: 2, slowdown: { 2: 1.5 } };
    expect(notes({ ...alone, device: "gtx1060" }, few)).toEqual([]);
    // Beyond what was measured it is extrapolated, and that is said too.
    expect(notes({ ...few, maxSessions: 3 })).toEqual([
      "worker v: beyond 2 at a time its slow-down is extrapolated in proportion, and it has 3 sessions",
    ]);
    // A device of the table has points up to 32 at a time, its own figures are of its `like`.
    expect(notes({ ...alone, device: "gtx1060", maxSessions: 40 })).toContain(
      "worker w: beyond 32 at a time its slow-down is extrapolated in proportion, and it has 40 sessions",
    );
    const many = Array.from({ length: 6 }, (_, index) => ({ ...alone, name: `w${index}` }));
    expect(notes(...many)[0]).toMatch(/^the capacity of w0, w1, w2, w3 and 2 more is assumed/);
  });
});

describe("encoder sessions", () => {
  const four: Settings = {
    stream: {
      profiles: [
        { width: 1280, height: 720, bitrateMbps: 3 },
        { width: 852, height: 480, bitrateMbps: 1.5 },
        { width: 640, height: 360, bitrateMbps: 0.8 },
        { width: 426, height: 240, bitrateMbps: 0.4 },
      ],
    },
  };
  const card = { name: "w", device: "gtx1060", maxSessions: 6 };
  const delivered = (streams: number, workers: readonly Settings[]) => {
    const result = run(scenario(BASE, four, together(streams), { workers }));
    return { segments: metric(result, "pool.segments"), errors: metric(result, "worker.w.errors") };
  };
  const whole = delivered(1, [card]).segments;

  test("a job of four renditions fails at once on a card with three", () => {
    const { segments, errors } = delivered(1, [{ ...card, encoderSessions: 3 }]);
    expect(segments).toBe(0);
    expect(errors).toBeGreaterThan(0);
    expect(delivered(1, [{ ...card, encoderSessions: 4 }])).toEqual({ segments: whole, errors: 0 });
  });

  test("are held from a session's first segment on: the third of 8 ÷ 4 gets none", () => {
    const { segments, errors } = delivered(3, [{ ...card, encoderSessions: 8 }]);
    expect(errors).toBeGreaterThan(0);
    expect(segments / whole).toBeCloseTo(2, 1);
    expect(delivered(3, [{ ...card, encoderSessions: 12 }]).errors).toBe(0);
    expect(delivered(3, [{ ...card, encoderSessions: "driver" }]).errors).toBe(0);
  });

  test("are given back when a session ends", () => {
    const streams = (at: readonly string[]): Settings => ({
      demand: { arrivals: at.map((one) => ({ at: one, length: "3m" })) },
    });
    const errors = (at: readonly string[]) =>
      metric(
        run(scenario(BASE, four, streams(at), { workers: [{ ...card, encoderSessions: 4 }] })),
        "worker.w.errors",
      );
    // Pushed by HTTP: the first ends for the orchestrator two minutes after it has.
    expect(errors(["0s", "6m", "12m"])).toBe(0);
    expect(errors(["0s", "1m"])).toBeGreaterThan(0);
  });

  test("are those of the system: two cards of one machine share them", () => {
    const cards = { ...card, count: 2, encoderSessions: 4 };
    const shared = run(
      scenario(BASE, four, together(2), { workers: [{ ...cards, system: "home" }] }),
    );
    const apart = run(scenario(BASE, four, together(2), { workers: [cards] }));
    const errors = (result: typeof shared) =>
      metric(result, "worker.w-1.errors") + metric(result, "worker.w-2.errors");
    expect(errors(apart)).toBe(0);
    expect(errors(shared)).toBeGreaterThan(0);
    expect(metric(shared, "pool.segments") / metric(apart, "pool.segments")).toBeCloseTo(0.5, 1);
  });

  test("count in the benchmark at registration", () => {
    const limited = { ...card, encoderSessions: 8, uploadMbps: 1e4, downloadMbps: 1e4 };
    const { pool } = simulation(
      scenario(BASE, four, together(1), {
        orchestrator: { admission: { benchmark: { limitMs: 1000 } } },
        workers: [limited],
      }),
    );
    const steps = pool?.workers.list[0]?.figures?.steps ?? [];
    expect(steps.map(({ transcode }) => transcode.p99Ms < Infinity)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
