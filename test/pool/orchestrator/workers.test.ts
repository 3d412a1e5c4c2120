import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitString } from "../../../src/discovery/capabilities.js";
import { settleTask } from "../../../src/pool/orchestrator/tasks.js";
import { WorkerOrder } from "../../../src/pool/orchestrator/worker-order.js";
import {
  ANY_JOB,
  NO_CAPABLE_TRANSCODERS,
  NO_TRANSCODERS_AVAILABLE,
  RemoteTranscoderManager,
} from "../../../src/pool/orchestrator/workers.js";

const video = { bitstring: bitString([0, 12]), version: "0.8.8" };
const hevc = { bitstring: bitString([0, 12, 16]), version: "0.8.8" };

function managerOf(...capacities: number[]): RemoteTranscoderManager {
  const manager = new RemoteTranscoderManager();
  for (const capacity of capacities) manager.register({ capacity, capabilities: video });
  return manager;
}

describe("selection (O-15, O-16)", () => {
  it("gives a new session to the least loaded worker and keeps it there", () => {
    const manager = managerOf(2, 4);
    expect([0, 1, 2].map((session) => manager.select(session, ANY_JOB))).toEqual([1, 0, 1]);
    expect([0, 1, 2].map((session) => manager.select(session, ANY_JOB))).toEqual([1, 0, 1]);
    expect([manager.load(0), manager.load(1)]).toEqual([1, 2]);
  });

  it("of equally loaded workers takes the one that was sorted last", () => {
    const manager = managerOf(1, 1, 1);
    expect(manager.order()).toEqual([0, 1, 2]);
    manager.select(0, ANY_JOB);
    expect(manager.order()).toEqual([2, 0, 1]);
    manager.complete(0);
    expect(manager.order()).toEqual([2, 0, 1]);
  });

  it("a black hole: the worker whose sessions leave is first in line again", () => {
    const manager = managerOf(2, 2);
    manager.select(0, ANY_JOB);
    for (let session = 1; session < 10; session++) {
      expect(manager.select(session, ANY_JOB)).toBe(0);
      manager.complete(session);
    }
  });

  it("has none available when the least loaded is full, or nobody is there", () => {
    expect(managerOf().select(0, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
    const manager = managerOf(1);
    manager.select(0, ANY_JOB);
    expect(manager.select(1, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
    expect(manager.select(0, ANY_JOB)).toBe(0);
  });

  it("skips who lacks the capabilities or the version", () => {
    const manager = managerOf(9);
    const skilled = manager.register({ capacity: 9, capabilities: hevc });
    manager.setLoad(skilled, 5);
    const job = manager.job({ bitstring: bitString([16]), minVersion: "0.8.0" });
    expect(manager.select(0, job)).toBe(skilled);
    const newer = manager.job({ bitstring: bitString([0]), minVersion: "0.9.0" });
    expect(manager.select(1, newer)).toBe(NO_CAPABLE_TRANSCODERS);
  });

  it("takes any whole capacity, and nothing else (O-13 is for the edge)", () => {
    const manager = new RemoteTranscoderManager();
    const worker = manager.register({ capacity: -2, capabilities: null });
    expect(manager.select(0, ANY_JOB)).toBe(worker);
    expect(manager.load(manager.register({ capacity: 2 ** 40, capabilities: null }))).toBe(0);
    const refused = expect.objectContaining({ code: "POOL_WORKER" });
    for (const capacity of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => manager.register({ capacity, capabilities: null })).toThrow(refused);
    }
  });

  it("refuses a session that has a worker when nobody fits its new job", () => {
    const manager = managerOf(9);
    manager.select(0, ANY_JOB);
    const job = manager.job({ bitstring: bitString([16]), minVersion: "" });
    expect(manager.select(0, job)).toBe(NO_CAPABLE_TRANSCODERS);
    expect(manager.workerOf(0)).toBe(0);
  });

  it("keeps a session on its worker for a job that only another worker fits", () => {
    const manager = managerOf(9);
    manager.select(0, ANY_JOB);
    manager.register({ capacity: 9, capabilities: hevc });
    const job = manager.job({ bitstring: bitString([16]), minVersion: "" });
    expect(manager.select(0, job)).toBe(0);
  });

  it("a worker without capabilities fits no job that asks for any; nothing crashes", () => {
    const manager = new RemoteTranscoderManager();
    manager.register({ capacity: 1, capabilities: null });
    const job = manager.job({ bitstring: bitString([0]), minVersion: "" });
    expect(manager.select(0, job)).toBe(NO_CAPABLE_TRANSCODERS);
    expect(manager.select(0, ANY_JOB)).toBe(0);
  });
});

describe("dead workers (O-17)", () => {
  it("stay in the list until a selection trips over them", () => {
    const manager = managerOf(2, 2);
    manager.select(0, ANY_JOB);
    manager.disconnect(0);
    expect(manager.order()).toEqual([1, 0]);
    expect(manager.liveCapacity).toBe(2);
    expect(manager.select(1, ANY_JOB)).toBe(1);
    expect(manager.order()).toEqual([1]);
  });

  it("lose a session at its next segment, which goes elsewhere", () => {
    const manager = managerOf(2, 2);
    expect(manager.select(0, ANY_JOB)).toBe(1);
    manager.disconnect(1);
    expect(manager.select(0, ANY_JOB)).toBe(0);
    expect([manager.load(0), manager.load(1)]).toEqual([1, 0]);
  });

  it("come back as new workers with load 0", () => {
    const manager = managerOf(2);
    manager.select(0, ANY_JOB);
    manager.disconnect(0);
    const again = manager.register({ capacity: 2, capabilities: video, identity: 7 });
    expect([manager.load(0), manager.load(again)]).toEqual([1, 0]);
    expect(manager.identity(again)).toBe(7);
    expect(manager.select(1, ANY_JOB)).toBe(again);
  });

  it("are forgotten once nothing refers to them, and only then", () => {
    const manager = managerOf(2);
    manager.select(0, ANY_JOB);
    expect(manager.forget(0)).toBe(false);
    manager.disconnect(0);
    expect(manager.forget(0)).toBe(false);
    manager.select(1, ANY_JOB);
    expect(manager.forget(0)).toBe(false);
    manager.complete(0);
    expect(manager.forget(0)).toBe(true);
    expect(manager.forget(0)).toBe(false);
    const job = manager.job({ bitstring: bitString([16]), minVersion: "" });
    expect(manager.register({ capacity: 1, capabilities: hevc })).toBe(0);
    expect(manager.select(2, job)).toBe(0);
  });
});

describe("the end of a task (O-18, O-19)", () => {
  it("good: the session keeps its worker", () => {
    const manager = managerOf(2);
    manager.select(0, ANY_JOB);
    expect(settleTask(manager, 0, 0, "ok")).toBe(false);
    expect(manager.workerOf(0)).toBe(0);
  });

  it("the worker's error releases the session, without a retry", () => {
    const manager = managerOf(2);
    manager.select(0, ANY_JOB);
    expect(settleTask(manager, 0, 0, "workerError")).toBe(false);
    expect([manager.workerOf(0), manager.load(0), manager.isLive(0)]).toEqual([-1, 0, true]);
  });

  it("a timeout disconnects the worker, without a retry", () => {
    const manager = managerOf(2, 2);
    manager.select(0, ANY_JOB);
    expect(settleTask(manager, 0, 1, "timeout")).toBe(false);
    expect([manager.workerOf(0), manager.isLive(1)]).toEqual([-1, false]);
  });

  it("a failed sending disconnects it too, and the segment goes to another", () => {
    const manager = managerOf(2, 2);
    manager.select(0, ANY_JOB);
    expect(settleTask(manager, 0, 1, "sendFailed")).toBe(true);
    expect(manager.select(0, ANY_JOB)).toBe(0);
  });

  it("does not release a worker that the session was given since", () => {
    const manager = managerOf(2, 2);
    manager.select(0, ANY_JOB);
    manager.disconnect(1);
    manager.select(0, ANY_JOB);
    settleTask(manager, 0, 1, "timeout");
    expect(manager.workerOf(0)).toBe(0);
  });
});

describe("not go-livepeer: tiers and policies", () => {
  it("a spare serves only when every better worker is full", () => {
    const manager = new RemoteTranscoderManager({ tiers: true });
    const good = [0, 1].map(() => manager.register({ capacity: 2, capabilities: video }));
    const spare = manager.register({ capacity: 2, capabilities: video, tier: 1 });
    const chosen = Array.from({ length: 6 }, (_, session) => manager.select(session, ANY_JOB));
    expect(chosen.slice(0, 4).sort()).toEqual([...good, ...good].sort());
    expect(chosen.slice(4)).toEqual([spare, spare]);
    expect(manager.select(6, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
    manager.complete(0);
    expect(good).toContain(manager.select(7, ANY_JOB));
  });

  it("is off by default: a tier alone changes nothing", () => {
    const manager = managerOf(2);
    const spare = manager.register({ capacity: 2, capabilities: video, tier: 1 });
    manager.setTier(0, 3);
    expect(manager.select(0, ANY_JOB)).toBe(spare);
  });

  it("a worker can be moved to another tier", () => {
    const manager = new RemoteTranscoderManager({ tiers: true });
    const first = manager.register({ capacity: 2, capabilities: video });
    const second = manager.register({ capacity: 2, capabilities: video });
    manager.setTier(second, 1);
    expect(manager.select(0, ANY_JOB)).toBe(first);
    manager.setTier(second, 0);
    expect(manager.select(1, ANY_JOB)).toBe(second);
  });

  it("a policy's word counts for new sessions, not for those a worker has", () => {
    let benched = false;
    const manager = new RemoteTranscoderManager({ mayServe: () => !benched });
    manager.register({ capacity: 2, capabilities: video });
    manager.select(0, ANY_JOB);
    benched = true;
    expect(manager.select(0, ANY_JOB)).toBe(0);
    expect(manager.select(1, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
  });

  it("with equal tiers the order is that of go-livepeer", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (sessions) => {
        const plain = new RemoteTranscoderManager();
        const tiered = new RemoteTranscoderManager({ tiers: true });
        for (const capacity of [1, 2, 3, 2, 5]) {
          for (const manager of [plain, tiered])
            manager.register({ capacity, capabilities: video });
        }
        for (const session of sessions) {
          if (plain.workerOf(session) >= 0) {
            for (const manager of [plain, tiered]) manager.complete(session);
          } else expect(tiered.select(session, ANY_JOB)).toBe(plain.select(session, ANY_JOB));
          expect(tiered.order()).toEqual(plain.order());
        }
      }),
    );
  });
});

it.each([0.5, Number.NaN])("refuses a capacity of %d", (capacity) => {
  expect(() => managerOf(capacity)).toThrow(/capacity/);
});

/** Go's insertion sort, the whole list each time: what the order is defined by (O-15). */
function insertionSort(list: number[], key: (worker: number) => number): void {
  for (let i = 1; i < list.length; i++) {
    for (let j = i; j > 0; j--) {
      const [left, right] = [list[j - 1] ?? 0, list[j] ?? 0];
      if (!(key(right) > key(left))) break;
      list[j - 1] = right;
      list[j] = left;
    }
  }
}

it("law: moving one worker gives exactly what sorting the whole list gives", () => {
  const change = fc.record({
    what: fc.constantFrom("append", "update", "update", "update", "set", "remove"),
    worker: fc.integer({ min: 0, max: 30 }),
    // Few different keys: many ties. NaN is the load factor 0 ÷ 0.
    key: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 6 }).map((n) => n / 6) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
    ),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const order = new WorkerOrder();
      const list: number[] = [];
      const keys = new Map<number, number>();
      const keyOf = (worker: number) => keys.get(worker) ?? 0;
      for (const { what, worker, key } of changes) {
        const listed = list.includes(worker);
        if (what === "append" && !listed) {
          order.append(worker, key);
          list.push(worker);
          keys.set(worker, key);
          insertionSort(list, keyOf);
        } else if (what === "update" && listed) {
          order.update(worker, key);
          keys.set(worker, key);
          insertionSort(list, keyOf);
        } else if (what === "set" && listed) {
          order.setKey(worker, key);
          keys.set(worker, key);
        } else if (what === "remove" && listed) {
          order.remove(worker);
          list.splice(list.indexOf(worker), 1);
        }
        expect(Array.from({ length: order.size }, (_, i) => order.at(i))).toEqual(list);
      }
    }),
    { numRuns: 300 },
  );
});

it("O-16: an empty list refuses a session that still names a dead worker, and leaves it named", () => {
  const manager = new RemoteTranscoderManager();
  const worker = manager.register({ capacity: 1, capabilities: video });
  expect(manager.select(0, ANY_JOB)).toBe(worker);
  manager.disconnect(worker);
  expect(manager.select(1, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
  expect(manager.listed).toBe(0);
  expect(manager.select(0, ANY_JOB)).toBe(NO_TRANSCODERS_AVAILABLE);
  expect(manager.workerOf(0)).toBe(worker);
});

it("law: loads are the sessions held, and never exceed the capacity", () => {
  const op = fc.record({
    what: fc.constantFrom("select", "select", "select", "complete", "register", "disconnect"),
    session: fc.integer({ min: 0, max: 12 }),
    worker: fc.integer({ min: 0, max: 9 }),
    capacity: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(op, { maxLength: 100 }), (ops) => {
      const manager = new RemoteTranscoderManager();
      let registered = 0;
      for (const { what, session, worker, capacity } of ops) {
        if (what === "register")
          registered = manager.register({ capacity, capabilities: video }) + 1;
        if (what === "disconnect" && worker < registered) manager.disconnect(worker);
        if (what === "complete") manager.complete(session);
        if (what === "select") {
          const before = manager.workerOf(session);
          const chosen = manager.select(session, ANY_JOB);
          const held = manager.workerOf(session);
          if (chosen >= 0) {
            expect(manager.isLive(chosen)).toBe(true);
            expect(held).toBe(chosen);
          } else if (held !== -1) {
            // O-16: an empty list is the end before anybody looks at whom the session had.
            expect([held, manager.isLive(held), manager.listed]).toEqual([before, false, 0]);
          }
        }
        let live = 0;
        for (let w = 0; w < registered; w++) {
          const held = Array.from({ length: 13 }, (_, s) => s).filter(
            (s) => manager.workerOf(s) === w,
          );
          expect(manager.load(w)).toBe(held.length);
          expect(manager.load(w)).toBeLessThanOrEqual(manager.capacity(w));
          if (manager.isLive(w)) live += manager.capacity(w);
        }
        expect(manager.liveCapacity).toBe(live);
      }
    }),
  );
});
