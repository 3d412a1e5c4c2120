import fc from "fast-check";
import { expect, it } from "vitest";
import { SuspensionQueue } from "../../src/discovery/suspension-queue.js";

function drain(queue: SuspensionQueue): { id: number; penalty: number }[] {
  const entries: { id: number; penalty: number }[] = [];
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) entries.push(entry);
  return entries;
}

it("D-40: four equal entries a, b, c, d come out a, d, c, b", () => {
  const queue = new SuspensionQueue();
  for (const id of [0, 1, 2, 3]) queue.push(id, 5);
  expect(drain(queue).map(({ id }) => id)).toEqual([0, 3, 2, 1]);
});

it("D-39: everything comes out once, lowest penalty first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (penalties) => {
      const queue = new SuspensionQueue();
      penalties.forEach((penalty, id) => {
        queue.push(id, penalty);
      });
      expect(queue.size).toBe(penalties.length);
      const entries = drain(queue);
      expect(entries.map(({ penalty }) => penalty)).toEqual([...penalties].sort((a, b) => a - b));
      expect(new Set(entries.map(({ id }) => id)).size).toBe(penalties.length);
      expect(entries.every(({ id, penalty }) => penalties[id] === penalty)).toBe(true);
    }),
  );
});

it("can be emptied for the next round", () => {
  const queue = new SuspensionQueue();
  queue.push(1, 1);
  queue.clear();
  expect([queue.size, queue.pop()]).toEqual([0, undefined]);
});
