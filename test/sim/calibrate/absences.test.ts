/** When a worker was away, where events are missing or a node began anew: nobody is away who delivers. */
import { expect, test } from "vitest";
import type { PoolEvent } from "../../../src/pool/books/index.js";
import { absencesOf } from "../../../src/sim/calibrate/fits/absences.js";
import { poolPast } from "../../../src/sim/calibrate/readers/pool-events.js";

const START_MS = Date.UTC(2026, 9, 1);
const MINUTE_MS = 60_000;
const WHERE = {
  region: "FRA",
  nodeType: "transcode",
  address: "0x00000000000000000000000000000000000000aa",
} as const;

const at = (minute: number) => START_MS + minute * MINUTE_MS;
const identityOf = (what: string, minute: number) =>
  ({ form: "caller", id: `${what} ${minute}` }) as const;

const comes = (minute: number, connection: string): PoolEvent => ({
  ...WHERE,
  identity: identityOf(`comes ${connection}`, minute),
  type: "worker-connected",
  atMs: at(minute),
  connection,
});
const goes = (minute: number, connection: string): PoolEvent => ({
  ...WHERE,
  identity: identityOf(`goes ${connection}`, minute),
  type: "worker-disconnected",
  atMs: at(minute),
  connection,
});
const begins = (minute: number): PoolEvent => ({
  region: "FRA",
  nodeType: "transcode",
  identity: identityOf("begins", minute),
  type: "reset",
  node: "orchestrator",
  atMs: at(minute),
});

/** A segment in each minute, from one until before another, that takes a second. */
const delivers = (from: number, to: number): PoolEvent[] =>
  Array.from({ length: to - from }, (_, index) => ({
    ...WHERE,
    identity: identityOf("delivers", from + index),
    type: "job-processed",
    job: "transcode",
    atMs: at(from + index) + 1000,
    requestId: null,
    pipeline: "",
    modelId: "",
    pricePerComputeUnitWei: 1n,
    feesWei: 1n,
    realTimeRatio: null,
    renditions: null,
    round: null,
    computeUnits: 1000n,
    durationMs: 2000n,
    responseTimeNs: 1_000_000_000n,
  }));

/** Minutes from and to which the worker was away; the one that delivers is the first of the record. */
function away(...events: readonly (PoolEvent | readonly PoolEvent[])[]) {
  const { workers, fromMs } = poolPast(events.flat());
  const [worker] = workers;
  return absencesOf(worker?.comings ?? [], fromMs, worker?.jobs ?? []).map(
    ({ fromMs: from, toMs }) => [from, toMs].map((ms) => Math.round((ms - START_MS) / MINUTE_MS)),
  );
}

test("one that comes and goes", () => {
  expect(
    away(comes(0, "a"), delivers(0, 60), goes(60, "a"), comes(90, "b"), delivers(90, 120)),
  ).toEqual([[60, 90]]);
});

test("a record that begins when the worker is there already", () => {
  expect(away(delivers(0, 60), goes(60, "a"), comes(90, "b"), delivers(90, 120))).toEqual([
    [59, 90],
  ]);
});

test("a record without the hours in which a worker went and came back", () => {
  // Away from 150 to 180, whatever was before.
  const after = [goes(150, "b"), comes(180, "c"), ...delivers(180, 200)];
  expect(away(comes(0, "a"), delivers(0, 60), delivers(120, 150), after)).toEqual([[150, 180]]);
});

test("a record without the hours in which a worker went", () => {
  const after = [goes(150, "c"), comes(180, "d"), ...delivers(180, 200)];
  expect(away(comes(0, "a"), delivers(0, 60), comes(120, "c"), delivers(120, 150), after)).toEqual([
    [150, 180],
  ]);
  // Somebody delivers while only the first one can be there: they are two machines.
  expect(away(comes(0, "a"), delivers(0, 180), comes(120, "c"), after)).toEqual([]);
});

test("a record without the hours in which a worker came back", () => {
  const after = [goes(150, "b"), comes(180, "c"), ...delivers(180, 200)];
  const before = [comes(0, "a"), ...delivers(0, 30), goes(30, "a")];
  expect(away(before, delivers(120, 150), after)).toEqual([
    [30, 120],
    [149, 180],
  ]);
  // Nothing is told of it any more: it was there as long as it delivered, and may be still.
  expect(away(before, delivers(120, 150))).toEqual([[30, 120]]);
});

test("a node that begins anew", () => {
  const after = [begins(100), comes(101, "c"), ...delivers(101, 120)];
  expect(away(begins(0), comes(0, "a"), delivers(0, 100), after)).toEqual([[99, 101]]);
  expect(
    away(
      begins(0),
      comes(0, "a"),
      delivers(0, 50),
      goes(50, "a"),
      comes(70, "b"),
      delivers(70, 100),
      after,
    ),
  ).toEqual([
    [50, 70],
    [99, 101],
  ]);
});

test("a segment that was under way when the worker left does not bring it back", () => {
  const last = delivers(60, 61).map((event) => ({ ...event, atMs: at(60) + 400 }));
  expect(
    away(comes(0, "a"), delivers(0, 60), goes(60, "a"), last, comes(90, "b"), delivers(90, 99)),
  ).toEqual([[60, 90]]);
});
