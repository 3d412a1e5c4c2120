/** What is recorded of a run: what its own books count, and nothing else. */
import { describe, expect, it } from "vitest";
import { makeKey } from "../../../src/core/random.js";
import type { PoolEvent } from "../../../src/pool/books/events/event.js";
import { EventRecorder } from "../../../src/sim/record/event-recorder.js";
import { type PoolRecord, recordPool } from "../../../src/sim/record/record-pool.js";
import { FEW_DAYS, recorded, START_MS } from "../../support/books/recorded-month.js";
import { IDEAL, POOL, scenario, simulation } from "../../support/sim/runs.js";

/** Who is connected when all is over, by applying the events. */
function connectedIn({ events }: PoolRecord): string[] {
  const open = new Map<string, Set<string>>();
  for (const { source, event } of events) {
    const here = open.get(source.name) ?? new Set();
    open.set(source.name, here);
    if (event.type === "reset") here.clear();
    else if (event.type === "worker-connected") {
      here.add(`${event.address} ${event.connection}`);
    } else if (event.type === "worker-disconnected") {
      const was = here.delete(`${event.address} ${event.connection}`);
      if (!was) throw new Error(`${event.connection} was never there`);
    }
  }
  return [...open].flatMap(([source, here]) =>
    [...here].map((who) => `${source} ${who.split(" ")[0]}`),
  );
}

function typed<T extends PoolEvent["type"]>(record: PoolRecord, type: T) {
  return record.events.flatMap(({ event }) =>
    event.type === type ? [event as PoolEvent & { type: T }] : [],
  );
}

describe("A record", () => {
  const record = recorded(FEW_DAYS, { aiPerDay: 50 });

  it("is the same for the same seed, another for another", () => {
    expect(recorded(FEW_DAYS, { aiPerDay: 50 })).toEqual(record);
    const other = recorded(FEW_DAYS, { aiPerDay: 50, seed: 2 });
    expect(other.events).not.toEqual(record.events);
    const idsOf = ({ events }: PoolRecord) => events.map(({ event }) => event.identity.id);
    expect(new Set([...idsOf(record), ...idsOf(other)]).size).toBe(
      record.events.length + other.events.length,
    );
  });

  it("is in order of time, begins with the node's start and who is there, and ends with the run", () => {
    const times = record.events.map(({ event }) => event.atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBe(START_MS);
    for (const source of record.sources) {
      const own = record.events.filter((one) => one.source === source);
      expect(own[0]?.event).toMatchObject({ type: "reset", atMs: START_MS });
      expect(own[1]?.event).toMatchObject({ type: "worker-connected", atMs: START_MS });
    }
    const jobs = typed(record, "job-processed").filter(({ job }) => job === "transcode");
    expect(Math.max(...jobs.map(({ atMs }) => atMs))).toBeLessThan(START_MS + 2 * 86_400_000);
  });

  it("has the fees of the run's own books, per worker", () => {
    const fees = new Map<string, bigint>();
    for (const { job, address, feesWei, computeUnits } of typed(record, "job-processed")) {
      if (job !== "transcode" || address === null) continue;
      expect(feesWei).toBe(1200n * computeUnits);
      fees.set(address, (fees.get(address) ?? 0n) + feesWei);
    }
    const due = record.earned.filter(({ nodeType }) => nodeType === "transcode");
    expect(fees).toEqual(new Map(due.map(({ address, feesWei }) => [address, feesWei])));
  });

  it("has one redemption for each ticket that won, and some that failed before", () => {
    const { incomeWei, ...rest } = recorded({ ...FEW_DAYS, "tickets.gasPriceGwei": "1/200000" });
    const tickets = typed({ incomeWei, ...rest }, "ticket-redeemed");
    const redeemed = tickets.filter(({ txHash }) => txHash !== null);
    expect(redeemed.reduce((sum, { faceValueWei }) => sum + faceValueWei, 0n)).toBe(incomeWei);
    expect(new Set(redeemed.map(({ txHash }) => txHash)).size).toBe(redeemed.length);
    expect(tickets.length).toBeGreaterThan(redeemed.length);
  });

  it("has AI requests whose halves say who earned what, and some that nobody received", () => {
    const claims = new Map(
      // The last of several counts (E-15).
      typed(record, "job-received").map(({ requestId, address, region }) => [
        requestId,
        `${address} ${region}`,
      ]),
    );
    const jobs = typed(record, "job-processed").filter(({ job }) => job === "ai");
    const fees = new Map<string, bigint>();
    for (const { requestId, feesWei } of jobs) {
      const who = claims.get(requestId ?? "") ?? "nobody";
      fees.set(who, (fees.get(who) ?? 0n) + feesWei);
    }
    const due = record.earned
      .filter(({ nodeType }) => nodeType === "ai")
      .map(({ address, region, feesWei }) => [`${address} ${region}`, feesWei] as const);
    expect(fees).toEqual(new Map([...due, ["nobody", record.unattributedWei]]));
    expect(claims.size).toBeLessThan(typed(record, "job-received").length);
    const paid = new Set(jobs.map(({ requestId }) => requestId));
    expect([...claims.keys()].some((request) => !paid.has(request))).toBe(true);
  });

  it("of nodes that are started again leaves the same workers connected", () => {
    for (const restarts of [1, 3]) {
      const again = recorded(FEW_DAYS, { aiPerDay: 50, restarts });
      expect(typed(again, "reset")).toHaveLength((1 + restarts) * record.sources.length);
      expect(connectedIn(again).sort()).toEqual(connectedIn(record).sort());
      expect(typed(again, "job-processed")).toEqual(typed(record, "job-processed"));
    }
  });
});

it("Segments of the warm-up are not recorded, workers that came in it are", () => {
  const input = scenario(POOL);
  const { events } = recordPool(input, { startMs: START_MS });
  const [reset, ...connected] = events.slice(0, 5).map(({ event }) => event);
  expect(reset).toMatchObject({ type: "reset", atMs: START_MS });
  for (const event of connected) {
    expect(event).toMatchObject({ type: "worker-connected", atMs: START_MS });
  }
  expect(events.length).toBeGreaterThan(100);
});

it("A run that is recorded is the run that is not", () => {
  const input = scenario(POOL, { tickets: { enabled: true } });
  const plain = simulation(input);
  const listener = new EventRecorder({
    world: plain.world,
    key: makeKey(1),
    run: "run",
    startMs: 0,
    sources: new Map(
      plain.nodes.map((_, node) => [node, { name: "n", nodeType: "transcode", region: "FRA" }]),
    ),
  });
  const heard = simulation(input, { listener });
  expect(heard.run()).toEqual(plain.run());
  expect(heard.counters).toEqual(plain.counters);
});

it("An orchestrator without workers has nothing to record", () => {
  const input = scenario(IDEAL, {
    demand: { concurrentStreams: 1 },
    orchestrator: { region: "FRA", stakeShare: 1, backend: { type: "measured", roundTripMs: 500 } },
  });
  expect(() => recordPool(input, { startMs: 0 })).toThrow(/with workers/);
});
