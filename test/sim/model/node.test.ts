import { describe, expect, test } from "vitest";
import { OrchestratorCounters } from "../../../src/sim/metrics/counters.js";
import { SessionInfo, Stream } from "../../../src/sim/model/entities.js";
import { NodeRuntime } from "../../../src/sim/model/node.js";
import type { Node } from "../../../src/sim/model/world/world.js";
import { IDEAL, scenario, simulation } from "../../support/sim/runs.js";

const watched = simulation(
  scenario(IDEAL, {
    orchestrators: [
      { name: "o", region: "FRA", stakeLpt: 1, backend: { type: "device", device: "t4" } },
    ],
  }),
);
const [renditions] = watched.world.renditions;
const [only] = watched.world.nodes;
if (renditions === undefined || only === undefined) {
  throw new Error("there is one of each");
}
const spec: Node = only;
const stream = new Stream({
  number: 0,
  order: 0,
  site: 0,
  k0: 1,
  k1: 2,
  endMs: 1e9,
  renditions,
  probe: null,
  traced: false,
});

function node(maxSessions: number, countFromMs = 0) {
  const counters = new OrchestratorCounters();
  const ended: string[] = [];
  const runtime = new NodeRuntime({
    spec: { ...spec, maxSessions },
    counters,
    countFromMs,
  });
  runtime.onSessionEnd((_, slot, atMs, cause) => ended.push(`${slot} ${cause} at ${atMs}`));
  const info = () => new SessionInfo(stream, 0, 1);
  return { runtime, counters, ended, info };
}

describe("slots of a node (O-6 … O-10)", () => {
  test("a session keeps its slot for 70 s after its last segment", () => {
    const { runtime, ended, info } = node(1);
    const [a, b] = [info(), info()];
    const handle = runtime.accept(a, 1000);
    runtime.finishSegment(handle, 1500, 10);
    expect(runtime.isFull(1500)).toBe(true);
    expect(runtime.accept(b, 71_499)).toBeLessThan(0);
    expect(runtime.accept(b, 71_500)).toBeGreaterThanOrEqual(0);
    expect(ended).toEqual(["0 idle at 71500"]);
    expect(runtime.infoAt(0)).toBe(b);
  });

  test("counts slots × time from the warm-up on, and what is refused", () => {
    const { runtime, counters, info } = node(2, 10_000);
    for (const atMs of [0, 5000]) {
      const handle = runtime.accept(info(), atMs);
      runtime.finishSegment(handle, atMs + 100, 7);
    }
    runtime.accept(info(), 6000);
    expect(counters.cappedSegments).toBe(0);
    runtime.accept(info(), 12_000);
    expect(counters.cappedSegments).toBe(1);
    runtime.finish(80_000);
    // Until 70,100 and 75,100.
    expect(counters.sessionMs).toBe(70_100 - 10_000 + 75_100 - 10_000);
    expect(counters.levelMs).toEqual([80_000 - 75_100, 5000, 60_100]);
    expect(counters.idleCloses).toBe(2);
    expect(runtime.pixelsUploaded).toBe(14);
  });

  test("mayFill is certain only when there is room for all that may come", () => {
    const { runtime, info } = node(3);
    expect(runtime.mayFill(0, 2)).toBe(false);
    expect(runtime.mayFill(0, 3)).toBe(true);
    runtime.accept(info(), 0);
    expect(runtime.mayFill(0, 2)).toBe(true);
    expect(runtime.openInfos()).toHaveLength(1);
  });
});
