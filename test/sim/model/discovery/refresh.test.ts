import fc from "fast-check";
import { expect, test } from "vitest";
import { Refresh } from "../../../../src/sim/model/discovery/refresh.js";

/** Takes all answers out: their places in the lists. */
function taken(refresh: Refresh): number[] {
  const places: number[] = [];
  for (let at = refresh.next(); at >= 0; at = refresh.next()) {
    places.push(at);
    refresh.feed();
  }
  return places;
}

test("answers come by time, those of one instant in the order of the list, however often it is used", () => {
  const refresh = new Refresh(0);
  const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 });
  fc.assert(
    fc.property(times, (all) => {
      refresh.begin(5);
      refresh.expect(all.length);
      for (const [at, time] of all.entries()) refresh.put(time, 0, at, at);
      const order = [...all.keys()].sort((a, b) => (all[a] ?? 0) - (all[b] ?? 0) || a - b);
      expect(taken(refresh)).toEqual(order);
      const fed = Array.from({ length: refresh.fedCount }, (_, index) => refresh.fedAt(index));
      expect(fed).toEqual(order);
      expect(refresh.lastMs).toBe(all[order.at(-1) ?? -1] ?? 5);
    }),
  );
});

test("who is silent never answers, who is not there is found out later", () => {
  const refresh = new Refresh(0);
  refresh.begin(0);
  refresh.expect(4);
  for (const [node, time] of [30, 10, 20, 3_000].entries()) refresh.put(time, 0, node, node);
  refresh.drop();
  expect(refresh.next()).toBe(2);
  refresh.fail(3_000, -3);
  expect(taken(refresh)).toEqual([0, 2, 3]);
  expect([0, 1, 2, 3].map((at) => refresh.nodeAt(at))).toEqual([0, 1, -3, 3]);
});
