import fc from "fast-check";
import { expect, test } from "vitest";
import { Refresh, refreshes } from "../../../../src/sim/model/discovery/refresh.js";

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
  expect(refresh.next()).toBe(1);
  refresh.drop();
  expect(refresh.next()).toBe(2);
  refresh.fail(3_000, -3);
  expect(taken(refresh)).toEqual([0, 2, 3]);
  expect([0, 1, 2, 3].map((at) => refresh.nodeAt(at))).toEqual([0, 1, -3, 3]);
});

test("answers of those that were asked later come in between, at any room, beside other discoveries", () => {
  const waves = fc.array(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(waves, fc.integer({ min: 1, max: 50 }), (all, room) => {
      const slots = refreshes(room);
      const others = [slots.take(), slots.take()];
      for (const other of others) {
        other.begin(7);
        other.expect(room);
        for (let node = 0; node < room; node++) other.put(room - node, 7, node, node);
      }
      const refresh = others[0] as Refresh;
      refresh.begin(0);
      const expected: { at: number; time: number }[] = [];
      const times: number[] = [];
      const places: number[] = [];
      for (const [asked, wave] of all.entries()) {
        refresh.expect(wave.length);
        for (const time of wave) {
          const at = times.length;
          refresh.put(time + asked, asked, 100 + at, at);
          times.push(time + asked);
          expected.push({ at, time: time + asked });
        }
        expected.sort((a, b) => a.time - b.time || a.at - b.at);
        // One is told; the node of the one after it cannot be reached.
        const told = expected.shift();
        if (told === undefined) continue;
        expect(refresh.next()).toBe(told.at);
        expect(refresh.timeAt(told.at)).toBe(told.time);
        refresh.feed();
        places.push(told.at);
        const failed = expected[0];
        if (failed === undefined) continue;
        expect(refresh.next()).toBe(failed.at);
        refresh.fail(30, -2);
        failed.time = refresh.askedAt(failed.at) + 30;
        expected.sort((a, b) => a.time - b.time || a.at - b.at);
      }
      places.push(...expected.map(({ at }) => at));
      taken(refresh);
      const fed = Array.from({ length: refresh.fedCount }, (_, index) => refresh.fedAt(index));
      expect(fed).toEqual(places);
      expect(fed.map((at) => refresh.uriAt(at))).toEqual(places.map((at) => 100 + at));
      const second = taken(others[1] as Refresh);
      expect(second).toEqual(Array.from({ length: room }, (_, index) => room - 1 - index));
    }),
  );
});
