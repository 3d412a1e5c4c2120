/** One orchestrator with c slots and nothing that takes time: blocked as Erlang B says. */
import { expect, test } from "vitest";
import type { ReplicationResult } from "../../../src/sim/results.js";
import {
  estimates,
  IDEAL,
  metric,
  missBy,
  type Settings,
  scenario,
} from "../../support/sim/runs.js";

const MEAN_MS = 180_000;
const SEGMENT_MS = 6000;
const REPLICATIONS = 12;

/** Share of calls blocked with `load` Erlang on `servers`. */
function erlangB(load: number, servers: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) {
    blocked = (load * blocked) / (count + load * blocked);
  }
  return blocked;
}

/**
 * A stream asks for a slot when its first segment is ready, and what is left of it then is
 * exponential again: this is the load that the orchestrator is offered.
 */
function offered(concurrentStreams: number): number {
  return concurrentStreams * Math.exp(-SEGMENT_MS / MEAN_MS);
}

function queueOf(concurrentStreams: number, servers: number, leaveOnFailure: boolean): Settings {
  return {
    ...IDEAL,
    warmup: "30m",
    duration: "3h",
    demand: { concurrentStreams },
    stream: {
      // A stream pushed by HTTP keeps its slot after its end (T-3, O-10).
      ingest: "rtmp",
      segmentMs: SEGMENT_MS,
      segmentCv: 0,
      leaveOnFailure,
      length: { distribution: "exponential", mean: "3m" },
    },
    orchestrators: [
      {
        name: "only",
        region: "FRA",
        stakeLpt: 1,
        maxSessions: servers,
        // Not 0: a latency score of 0 means never measured (M-14).
        backend: { type: "measured", roundTripMs: 0.01 },
      },
    ],
  };
}

/** A stream that gives up at its first failure has one unserved segment if it was blocked. */
function blockedShare(result: ReplicationResult): number {
  const blocked = metric(result, "network.noSessionShare") * metric(result, "network.segments");
  const served = metric(result, "orchestrator.only.sessions");
  return blocked / (blocked + served);
}

const slotsUsed = (result: ReplicationResult) => metric(result, "orchestrator.only.sessionsMean");

test.each([
  [3, 2],
  [5, 5],
  [10, 8],
  [4, 7],
])("%d streams on %d slots are blocked as Erlang B says", (streams, servers) => {
  const [blocked, used] = estimates(scenario(queueOf(streams, servers, true)), REPLICATIONS, [
    blockedShare,
    slotsUsed,
  ]);
  const load = offered(streams);
  const expected = erlangB(load, servers);
  expect(missBy(blocked, expected)).toBeLessThan(5);
  // Carried load; a segment late in the stream's last 6 s makes no difference to the slot's end.
  expect(missBy(used, load * (1 - expected))).toBeLessThan(5);
});

test("with go-livepeer's own retrials (M-19) they are not: who waits takes the next free slot", () => {
  const [used, unserved] = estimates(scenario(queueOf(5, 5, false)), REPLICATIONS, [
    slotsUsed,
    (result) => metric(result, "network.noSessionShare"),
  ]);
  const load = offered(5);
  const expected = erlangB(load, 5);
  expect(used?.mean).toBeGreaterThan(load * (1 - expected) + 5 * (used?.error ?? 0));
  expect(unserved?.mean).toBeLessThan(expected - 5 * (unserved?.error ?? 0));
});
