import { describe, expect, test } from "vitest";
import { modelNotes } from "../../../../src/sim/model/world/model-notes.js";
import { type Settings, scenario } from "../../../support/sim/runs.js";

const BASE: Settings = { gateways: [{ region: "FRA" }], demand: { concurrentStreams: 10 } };
const notes = (...settings: readonly Settings[]) => modelNotes([scenario(BASE, ...settings)]);

const pool = (worker: Settings): Settings => ({
  orchestrator: { region: "FRA", stakeShare: 0.1, maxSessions: "auto" },
  workers: [{ name: "w", device: "gtx1060", ...worker }],
});

describe("links that cannot carry what is asked of them", () => {
  test("of a worker, at its maxSessions: 20 × (3 + 0.7 × 0.8) Mbit/s", () => {
    expect(notes(pool({ maxSessions: 20, uploadMbps: 20 }))).toEqual([
      "worker w: its 20 sessions need 71.2 Mbit/s of upload and it has 20 Mbit/s, enough for 5",
    ]);
    expect(notes(pool({ maxSessions: 20, uploadMbps: 72 }))).toEqual([]);
    expect(notes(pool({ maxSessions: 60, uploadMbps: 1000 }))).toEqual([
      "worker w: its 60 sessions need 360 Mbit/s of download and it has 300 Mbit/s, enough for 50",
      "worker w: beyond 32 at a time its slow-down is extrapolated in proportion, and it has 60 sessions",
    ]);
  });

  test("each once, and what is ignored is said", () => {
    const one = scenario(BASE, pool({ maxSessions: 20, uploadMbps: 20 }));
    expect(modelNotes([one, one])).toHaveLength(1);
    const off = { assumptions: { shareBandwidth: false } };
    expect(notes(pool({ maxSessions: 20, uploadMbps: 20 }), off)[0]).toMatch(
      /enough for 5, which assumptions\.shareBandwidth: false ignores$/,
    );
  });

  test("not of a worker whose round trip says it all", () => {
    const stated = { maxSessions: 20, uploadMbps: 1, roundTripMs: 300 };
    expect(notes(pool({ ...stated, device: "gtx1060" }))).toEqual([]);
  });

  test("of the orchestrator and of a gateway", () => {
    const large = pool({ maxSessions: 200, uploadMbps: 1e4, downloadMbps: 1e4 });
    expect(notes(large)).toEqual([
      "worker w: beyond 32 at a time its slow-down is extrapolated in proportion, and it has 200 sessions",
      "orchestrator pool: 200 sessions need 1910 Mbit/s each way and it has 1000 Mbit/s; the model does not share that link",
    ]);
    expect(notes({ gateway: { bandwidthMbps: 50 } })).toEqual([
      "gateway FRA: 10 streams at a time need 60 Mbit/s and it has 50 Mbit/s; the model does not share that link",
    ]);
  });
});

describe("the warm-up", () => {
  const heavy = { stream: { length: { distribution: "lognormal", mean: "3h", cv: 3 } } };

  test("is said to be cut", () => {
    expect(notes(heavy)).toEqual([
      "the warm-up was cut to 48 h; streams of this length ask for 4 mean residual lives of a stream, 60 h",
    ]);
    expect(notes({})).toEqual([]);
  });

  test("is said to be short where the scenario makes it less than half of it", () => {
    const length = { distribution: "exponential", mean: "20m" };
    expect(notes({ warmup: "40m", stream: { length } })).toEqual([]);
    expect(notes({ warmup: "39m", stream: { length } })).toEqual([
      "the warm-up of 39m is less than half of 4 mean residual lives of a stream, 1.33 h: many streams are counted whose sessions began with the run",
    ]);
    const fixed = { concurrentStreams: undefined, arrivals: [{ at: "0s", length: "1m" }] };
    expect(notes({ warmup: "0s", demand: fixed })).toEqual([]);
  });
});

test("hours of the day that are drawn are said", () => {
  expect(notes({ demand: { hourly: "evening" }, duration: "3h" })).toEqual([
    "3h are no whole number of days: each replication begins at an hour of the day that is drawn, the same in all variants",
  ]);
  expect(notes({ demand: { hourly: "evening" }, duration: "2d" })).toEqual([]);
  expect(notes({ duration: "3h" })).toEqual([]);
});
