import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENT_KEYS, EventQueue } from "../../../src/sim/engine/event-queue.js";

interface Reference {
  readonly time: number;
  readonly kind: number;
  readonly id: number;
  readonly key: number;
}

/** Whether the first comes before the second: an order written down apart from the queue's. */
function isBefore(a: Reference, b: Reference): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.kind !== b.kind ? a.kind < b.kind : a.key < b.key;
}

/** Schedules (a delay after now) or takes; few different delays, so that many times are equal. */
const steps = fc.array(fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 5 })), {
  maxLength: 3000,
});

test("comes out as from a list sorted by (time, kind, key)", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new EventQueue();
      const reference: Reference[] = [];
      let id = 0;
      for (const delay of list) {
        if (delay === null) {
          const first = reference.shift();
          expect(queue.nextMs).toBe(first?.time ?? Number.POSITIVE_INFINITY);
          expect(queue.next()).toBe(first !== undefined);
          if (first === undefined) continue;
          const { key: _, ...event } = first;
          expect({ time: queue.now, kind: queue.kind, id: queue.id }).toEqual(event);
        } else {
          // Kinds and keys in an order that has nothing to do with that of scheduling.
          const key = ((id * 7919) % 8191) + (id % 2) * (EVENT_KEYS - 8191);
          const event = { time: queue.now + delay, kind: (id * 13) % 32, id, key };
          id++;
          queue.schedule(event.time, event.kind, event.id, event.key);
          const after = reference.findIndex((other) => isBefore(event, other));
          reference.splice(after < 0 ? reference.length : after, 0, event);
        }
        expect(queue.size).toBe(reference.length);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("grows, and keeps its order over thousands of events", () => {
  const queue = new EventQueue();
  const times = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 5000);
  for (const [id, time] of times.entries()) queue.schedule(time, 0, id, id);
  expect(queue.scheduled).toBe(5000);
  let before = -1;
  while (queue.next()) {
    expect(queue.now).toBeGreaterThan(before);
    expect(times[queue.id]).toBe(queue.now);
    before = queue.now;
  }
  expect(before).toBe(4999);
});

test("refuses the past and what is no time", () => {
  const queue = new EventQueue();
  queue.schedule(10, 0, 0, 0);
  queue.next();
  expect(() => queue.schedule(9.99, 0, 0, 0)).toThrow(/past/);
  expect(() => queue.schedule(Number.NaN, 0, 0, 0)).toThrow(/past/);
  expect(queue.size).toBe(0);
});

test("the order of scheduling does not matter", () => {
  const events = Array.from({ length: 400 }, (_, id) => ({
    time: id % 3,
    kind: id % 5,
    id,
    key: id,
  }));
  const taken = (list: typeof events) => {
    const queue = new EventQueue();
    for (const { time, kind, id, key } of list) queue.schedule(time, kind, id, key);
    const ids: number[] = [];
    while (queue.next()) ids.push(queue.id);
    return ids;
  };
  const shuffled = [...events].sort((a, b) => ((a.id * 7919) % 401) - ((b.id * 7919) % 401));
  expect(taken(shuffled)).toEqual(taken(events));
});
