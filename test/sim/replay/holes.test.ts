import { expect, test } from "vitest";
import type { WorkerSession } from "../../../src/sim/replay/handed-on.js";
import { holeNotes } from "../../../src/sim/replay/holes.js";

const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 1);
/** A stream of five minutes. */
const stream = (minute: number): WorkerSession => ({
  worker: "a",
  fromMs: START + minute * MINUTE,
  lengthMs: 5 * MINUTE,
  segments: 150,
  lateness: -0.8,
  rate: 100,
  nextMs: START + (minute + 5) * MINUTE,
  slackMs: 650,
  blurMs: 0,
  leftMs: null,
});

test("a time in which twenty streams or more should have come is told as a hole", () => {
  const times = Array.from({ length: 60 }, (_, index) => 10 * index);
  const quiet = (minutes: number) =>
    times.map((minute) => stream(minute < 300 ? minute : minute + minutes));
  expect(holeNotes(quiet(0))).toEqual([]);
  expect(holeNotes(quiet(180))).toEqual([]);
  expect(holeNotes(quiet(480))).toEqual([
    "nobody delivered anything from 2026-10-01T04:55:00Z to 2026-10-01T13:00:00Z (8.1 hours): where that is a hole in the record, what came then is not played",
  ]);
  expect(holeNotes([])).toEqual([]);
});
