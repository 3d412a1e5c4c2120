import { describe, expect, test } from "vitest";
import { IDEAL, merged, metric, run, type Settings, scenario } from "../../support/sim/runs.js";

/** Sources of 12 Mbit: at 3 Mbit/s each takes 4 s to download. */
const BASE = merged(IDEAL, {
  warmup: "0s",
  duration: "30m",
  demand: { concurrentStreams: 1 },
  stream: {
    segmentMs: 2000,
    segmentCv: 0,
    sourceMbps: 6,
    length: { distribution: "exponential", mean: "10m" },
  },
  orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
});

const LINK = { device: "gtx1060", uploadMbps: 1e5, sessionCv: 0 };

function pool(worker: Settings, over: Settings = {}) {
  return scenario(BASE, { workers: [{ name: "w", maxSessions: 1, ...LINK, ...worker }] }, over);
}

/** What became of the worker's segments. */
function ends(worker: Settings, over: Settings = {}) {
  const result = run(pool(worker, over));
  const of = (name: string) => metric(result, `worker.w.${name}`);
  return { done: of("segments"), errors: of("errors"), timeouts: of("timeouts") };
}

describe("a worker that downloads a source for longer than 4 s (O-21)", () => {
  test.each([
    ["shared", true],
    ["of each task's own", false],
  ])("fails with it, and stays connected (O-18): links %s", (_, shareBandwidth) => {
    const over = { assumptions: { shareBandwidth } };
    const slow = ends({ downloadMbps: 2.9 }, over);
    expect(slow).toMatchObject({ done: 0, timeouts: 0 });
    expect(slow.errors).toBeGreaterThan(10);
    const justInTime = ends({ downloadMbps: 3.01 }, over);
    expect(justInTime).toMatchObject({ errors: 0, timeouts: 0 });
    expect(justInTime.done).toBeGreaterThan(50);
  });

  test("fails by those that share its link, which go on with what it leaves", () => {
    // Five streams of 6 Mbit/s through 20: not all of them fit, and those that do are in time.
    const over = { demand: { concurrentStreams: 5 }, duration: "1h" };
    const { done, errors, timeouts } = ends({ maxSessions: 10, downloadMbps: 20 }, over);
    expect(timeouts).toBe(0);
    expect(errors).toBeGreaterThan(20);
    expect(done).toBeGreaterThan(20);
  });

  test("is late by nothing else: the work after the download has no such limit", () => {
    const worker = { downloadMbps: 3.01, uploadMbps: 10 };
    expect(ends(worker)).toMatchObject({ errors: 0, timeouts: 0 });
  });

  test("also where it is far away: the round trips that a transfer waits for count", () => {
    // At 3.5 Mbit/s the bytes take 3.43 s, which alone would be in time.
    const rtts = { assumptions: { transferRtts: 4.2, rttScale: 1, rttCv: 0 } };
    const far = (mbps: number) => ends({ region: "SIN", downloadMbps: mbps }, rtts);
    expect(far(1e3).errors).toBe(0);
    expect(far(3.5).errors).toBeGreaterThan(10);
  });
});
