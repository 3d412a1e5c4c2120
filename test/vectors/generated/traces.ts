/** The grammar of the families whose cases are long traces, and what holds of their outcomes. */
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import type { GeneratedFamily } from "./families.js";
import {
  bytes,
  count,
  float,
  int64,
  integer,
  list,
  maybe,
  name,
  rational,
  tableOf,
} from "./grammar.js";

const uri = fc.constantFrom("o0", "o1", "o2", "__proto__", "constructor");
const sessionId = fc
  .tuple(uri, fc.integer({ min: 1, max: 4 }))
  .map(([where, number]) => `${where}.${number}`);
const plainOp: Arbitrary<object> = fc.oneof(
  fc.record({ op: fc.constant("select"), n: fc.integer({ min: -2, max: 4 }) }),
  fc.record({ op: fc.constant("push"), id: sessionId, segDur: fc.oneof(float, fc.constant(2)) }),
  fc.record({ op: fc.constantFrom("pop", "remove"), id: sessionId }),
  fc.record({ op: fc.constant("complete"), id: sessionId, latencyScore: maybe(float) }),
  fc.record({ op: fc.constantFrom("suspend", "suspended"), uri }),
  fc.record({ op: fc.constant("advance"), ms: fc.nat(9_000) }),
  fc.record({ op: fc.constant("cleanup") }),
);
const create = list(sessionId, 6);
const poolOp = fc.oneof(
  { weight: 5, arbitrary: plainOp },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("refresh"), create }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant("refresh"),
      create,
      during: fc.array(plainOp, { maxLength: 3 }),
    }),
  },
);

interface PoolStep {
  readonly selected?: readonly string[] | null;
  readonly sessMap?: readonly string[];
  readonly lastSess?: readonly string[];
  readonly size?: number;
  readonly during?: readonly PoolStep[];
}

const sessionPool: GeneratedFamily = {
  inputs: fc.record({
    group: fc.constant("generated"),
    poolSize: count,
    numOrchs: count,
    minLS: float,
    ops: list(poolOp, 30),
  }),
  law: "who is selected has its URI in the map and is in use now; each URI has one entry",
  holds: (_given, { steps }: { steps: readonly PoolStep[] }) => {
    for (const step of steps.flatMap((one) => [one, ...(one.during ?? [])])) {
      const { selected, lastSess = [], sessMap = [] } = step;
      const uriOf = (id: string) => id.slice(0, id.lastIndexOf("."));
      expect(new Set(sessMap.map(uriOf)).size).toBe(sessMap.length);
      if (!selected) continue;
      expect(selected).toEqual(lastSess);
      for (const id of selected) expect(sessMap.map(uriOf)).toContain(uriOf(id));
    }
  },
};

const capabilityNumbers = maybe(fc.array(fc.integer({ min: -1, max: 70 }), { maxLength: 3 }));
const version = fc.constantFrom("", "0.8.9", "1.0.0", "undefined", "x");
const session = fc.constantFrom("s0", "s1", "s2", "__proto__");

const transcoders: GeneratedFamily = {
  inputs: fc
    .record({
      group: fc.constantFrom("small", "largeTiesImplementationSpecific"),
      registrations: fc.array(
        fc.record({
          capacity: count,
          caps: capabilityNumbers,
          version,
          initialLoad: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
        }),
        { maxLength: 5 },
      ),
      others: fc.array(
        fc.oneof(
          fc.record({
            op: fc.constant("select"),
            session,
            caps: capabilityNumbers,
            minVersion: version,
          }),
          fc.record({ op: fc.constant("complete"), session }),
          fc.record({ op: fc.constant("disconnect"), id: fc.constantFrom("t0", "t1", "t4") }),
        ),
        { maxLength: 25 },
      ),
      order: fc.array(fc.nat(30), { maxLength: 5 }),
    })
    .map(({ group, registrations, others, order }) => {
      const ops: object[] = [...others];
      for (const [at, registration] of registrations.entries()) {
        const place = Math.min(order[at] ?? 0, ops.length);
        ops.splice(place, 0, { op: "register", id: `t${at}`, ...registration });
      }
      return { group, ops };
    }),
  law: "nobody is listed twice; a session's worker counts it; who is not live takes no session",
  holds: (
    _given,
    {
      steps,
    }: {
      steps: readonly {
        result: { transcoder: string | null } | null;
        order: string[];
        live: string[];
        loads: Record<string, number>;
        sessions: Record<string, string>;
      }[];
    },
  ) => {
    for (const { result, order, live, loads, sessions } of steps) {
      expect(new Set(order).size).toBe(order.length);
      if (result?.transcoder) expect(live).toContain(result.transcoder);
      for (const [worker, load] of Object.entries(loads)) {
        const held = Object.values(sessions).filter((one) => one === worker).length;
        expect(held).toBeLessThanOrEqual(load);
      }
    }
  },
};

const row = fc.record({
  ethereumAddr: fc.constantFrom("0xAa", "0xBb", "0xCc", "12", "1e3", ""),
  serviceURI: maybe(
    fc.oneof(name, fc.constantFrom(" ", "\t", " https://a ", "007", "1.50", "1e400")),
  ),
  pricePerPixel: maybe(int64),
  activationRound: maybe(int64),
  deactivationRound: maybe(int64),
  stake: maybe(int64),
});

const table: GeneratedFamily = {
  inputs: fc.record({
    ops: list(
      fc.oneof(
        { weight: 3, arbitrary: fc.record({ op: fc.constant("update"), orch: row }) },
        {
          weight: 1,
          arbitrary: fc.record({
            op: fc.constant("age"),
            ethereumAddr: fc.constantFrom("0xAa", "12"),
            days: fc.integer({ min: -3, max: 3 }),
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({
            op: fc.constant("select"),
            filter: maybe(
              fc.record({
                maxPrice: maybe(rational),
                currentRound: maybe(integer),
                addresses: maybe(fc.array(fc.constantFrom("0xAa", "0xaa", "12", "12.0"))),
                updatedLastDay: fc.boolean(),
              }),
            ),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            op: fc.constant("isActive"),
            ethereumAddr: fc.constantFrom("0xAa", "0xBb", "zz"),
            round: maybe(integer),
          }),
        },
      ),
      12,
    ),
  }),
  law: "as many rows as are counted, each address once, none without one",
  holds: (
    _given,
    { steps }: { steps: readonly { rows?: { ethereumAddr: string }[]; count?: number }[] },
  ) => {
    for (const { rows, count: counted } of steps) {
      if (rows === undefined) continue;
      expect(rows).toHaveLength(counted ?? -1);
      expect(new Set(rows.map(({ ethereumAddr }) => ethereumAddr)).size).toBe(rows.length);
      for (const { ethereumAddr } of rows) expect(ethereumAddr).not.toBe("");
    }
  },
};

const where = fc.constantFrom("https://o0:1", "https://o1:1", "o2", "__proto__", "constructor", "");
const discovery: GeneratedFamily = {
  inputs: fc.record({
    orchestrators: list(fc.record({ uri: where, score: float }), 5),
    responses: tableOf(
      where,
      fc.record({
        latencyMs: fc.integer({ min: 0, max: 7_000 }),
        kind: fc.constantFrom("ok", "ok", "error", "never"),
        transcoder: maybe(where),
        address: maybe(bytes(25)),
        caps: maybe(fc.array(fc.integer({ min: -2, max: 130 }), { maxLength: 4 })),
        nodes: list(where, 5),
      }),
      6,
    ),
    extraNodes: count,
    discoveryTimeoutMs: fc.oneof(fc.integer({ min: -100, max: 9_000 }), fc.constant(2 ** 40)),
    numOrchestrators: count,
    blacklist: list(fc.oneof(bytes(25), name), 3),
    suspended: tableOf(where, count),
    scorePred: fc.oneof(fc.record({ atLeast: float }), fc.record({ equalTo: float })),
    jobCaps: maybe(fc.array(fc.integer({ min: -2, max: 130 }), { maxLength: 3 })),
    predReject: list(where, 3),
  }),
  law: "at most as many as wanted, within the cut-off, the unsuspended by latency, then the others",
  holds: (
    { numOrchestrators }: { numOrchestrators: number },
    {
      selected,
      elapsedMs,
    }: { selected: { latencyMs: number; backfilled: boolean }[]; elapsedMs: number },
  ) => {
    expect(selected.length).toBeLessThanOrEqual(Math.max(0, numOrchestrators));
    expect(elapsedMs).toBeGreaterThanOrEqual(0);
    expect(elapsedMs).toBeLessThanOrEqual(6_000);
    const flags = selected.map(({ backfilled }) => Number(backfilled));
    expect(flags).toEqual([...flags].sort((a, b) => a - b));
    const latencies = selected.filter((one) => !one.backfilled).map((one) => one.latencyMs);
    expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
  },
};

/** Families whose cases are traces of one object. */
export const TRACE_FAMILIES: Readonly<Record<string, GeneratedFamily>> = {
  session_pool: sessionPool,
  remote_transcoders: transcoders,
  db_orchestrators: table,
  discovery,
};
