/** How fast it goes, and how long is left. */
import { expect, it } from "vitest";
import { Pace, type TimedProgress, withTimeLeft } from "../../../src/sim/experiment/pace.js";

it("is known after two instants, and is that of the last half minute", () => {
  const pace = new Pace();
  const left = (done: number, nowMs: number) => pace.now({ done, total: 100 }, nowMs);
  expect(left(0, 0)).toBeNull();
  pace.note(1, 1000);
  expect(left(1, 1000)).toBeNull();
  pace.note(3, 2000);
  expect(left(3, 2000)).toEqual({ perSecond: 2, leftMs: 48_500 });
  // Nothing is finished meanwhile: it becomes slower.
  expect(left(3, 5000)).toEqual({ perSecond: 0.5, leftMs: 194_000 });
  for (let at = 100; at <= 160; at += 1) pace.note(3 + (at - 100) / 2, 1000 * at);
  expect(left(33, 160_000)?.perSecond).toBeCloseTo(0.5, 2);
  expect(new Pace().now({ done: 0, total: 9 }, 5)).toBeNull();
});

it("is told with each replication", () => {
  let nowMs = 0;
  const told: TimedProgress[] = [];
  const tell = withTimeLeft(
    (progress) => told.push(progress),
    () => nowMs,
  );
  for (const done of [1, 2, 4]) {
    nowMs += 1000;
    tell?.({ done, total: 8, label: "x" });
  }
  expect(told.map(({ leftMs }) => leftMs)).toEqual([7000, 6000, 3000]);
  expect(told[0]).toMatchObject({ done: 1, total: 8, label: "x" });
  expect(withTimeLeft(undefined, () => nowMs)).toBeUndefined();
});
