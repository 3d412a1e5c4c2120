import fc from "fast-check";
import { expect, test } from "vitest";
import { SessionLevels } from "../../../src/sim/model/session-levels.js";

/** Changes of a node's level: how long after the last one, by how much, and whether a session's time has run out. */
const changes = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 1, 40, 700),
    more: fc.constantFrom(-1, 1),
    isIdle: fc.boolean(),
  }),
  { minLength: 1, maxLength: 400 },
);

test("what a level was is known for as long as a round may ask, as far as it matters", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 0, max: 12 }), (all, margin) => {
      const most = 10;
      const levels = new SessionLevels(2, margin);
      levels.most[1] = most;
      const known: { fromMs: number; isIdle: boolean; level: number }[] = [];
      const levelAt = (atMs: number) =>
        known.findLast(({ fromMs, isIdle }) => fromMs < atMs || (fromMs === atMs && isIdle))
          ?.level ?? 0;
      let [nowMs, level] = [0, 0];
      for (const { afterMs, more, isIdle } of all) {
        nowMs += afterMs;
        // A time that runs out makes less, and comes before what else happens then.
        const isClose = more < 0 && level > 0;
        if (!isClose && level === most) continue;
        level += isClose ? -1 : 1;
        const isFirst = isClose && isIdle && afterMs > 0;
        levels.change(1, level, nowMs, isFirst);
        known.push({ fromMs: nowMs, isIdle: isFirst, level });
        for (const agoMs of [0, 1, 39, 40, 41, 699, 700, 2000, 5999]) {
          const atMs = nowMs - agoMs;
          for (const enough of new Set([most, Math.max(1, most - margin)])) {
            const had = levels.levelAt(1, atMs) >= enough;
            expect(had).toBe(levelAt(atMs) >= enough);
          }
        }
        expect(levels.open[1]).toBe(level);
      }
    }),
  );
});

test("nothing is kept of a node whose limit changes, or that is far from full", () => {
  const levels = new SessionLevels(2, 2);
  levels.most[1] = 10;
  for (let level = 1; level < 8; level++) {
    levels.change(0, level, level, false);
    levels.change(1, level, level, false);
  }
  expect([...levels.changedMs]).toEqual([-Infinity, -Infinity]);
  levels.change(1, 8, 8, false);
  expect([...levels.changedMs]).toEqual([-Infinity, 8]);
  expect(levels.levelAt(1, 8)).toBe(0);
  expect(levels.levelAt(1, 9)).toBe(8);
});
