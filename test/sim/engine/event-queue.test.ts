import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../../src/sim/engine/event-queue.js";

interface Reference {
  readonly time: number;
  readonly kind: number;
  readonly id: number;
}

/** Schedules (a delay after now) or takes; few different delays, so that many times are equal. */
const steps = fc.array(fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 5 })), {
  maxLength: 3000,
});

test("comes out as from a list sorted by (time, order of scheduling)", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new EventQueue();
      const reference: Reference[] = [];
      let id = 0;
      for (const delay of list) {
        if (delay === null) {
          const first = reference.shift();
          expect(queue.peek()).toBe(first?.time);
          expect(queue.next()).toBe(first !== undefined);
          if (first === undefined) continue;
          expect({ time: queue.now, kind: queue.kind, id: queue.id }).toEqual(first);
        } else {
          const event = { time: queue.now + delay, kind: id % 20, id };
          id++;
          queue.schedule(event.time, event.kind, event.id);
          // After all that are not later: equal times are first in, first out.
          const after = reference.findIndex(({ time }) => time > event.time);
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
  for (const [id, time] of times.entries()) queue.schedule(time, 0, id);
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
  queue.schedule(10, 0, 0);
  queue.next();
  expect(() => queue.schedule(9.99, 0, 0)).toThrow(/past/);
  expect(() => queue.schedule(Number.NaN, 0, 0)).toThrow(/past/);
  expect(queue.size).toBe(0);
});
