import fc from "fast-check";
import { expect, it } from "vitest";
import { mostAtATime } from "../../../src/sim/scenario/at-a-time.js";

it("Most streams at a time is what counting at every start finds", () => {
  const stream = fc.record({
    atMs: fc.integer({ min: 0, max: 50 }),
    lengthMs: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(stream), fc.integer({ min: 0, max: 60 }), (streams, untilMs) => {
      const counted = streams.filter(({ atMs }) => atMs < untilMs);
      const counts = counted.map(
        ({ atMs: now }) =>
          counted.filter(({ atMs, lengthMs }) => atMs <= now && now < atMs + lengthMs).length,
      );
      expect(mostAtATime(streams, untilMs)).toBe(Math.max(0, ...counts));
    }),
  );
});
