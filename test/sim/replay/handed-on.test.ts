import { describe, expect, test } from "vitest";
import { handedOn, type WorkerSession } from "../../../src/sim/replay/handed-on.js";

/** One of 10 segments of 2 s, whose worker stays. */
function session(worker: string, fromMs: number, rest: Partial<WorkerSession> = {}): WorkerSession {
  const lengthMs = rest.lengthMs ?? 20_000;
  return {
    worker,
    fromMs,
    lengthMs,
    segments: lengthMs / 2000,
    lateness: -0.8,
    rate: 100,
    nextMs: fromMs + lengthMs,
    slackMs: 650,
    blurMs: 0,
    leftMs: null,
    ...rest,
  };
}
/** Its worker left so long after its last segment had begun, which was due 2 s later. */
function cut(worker: string, fromMs: number, afterMs: number, rest: Partial<WorkerSession> = {}) {
  const { nextMs } = session(worker, fromMs, rest);
  const leftMs = nextMs - 2000 + afterMs;
  return session(worker, fromMs, { lateness: Number.POSITIVE_INFINITY, leftMs, ...rest });
}
const told = (sessions: readonly WorkerSession[]) =>
  handedOn(sessions).map(({ worker, fromMs, lengthMs, segments, leftMs }) => [
    worker,
    fromMs,
    lengthMs,
    segments,
    leftMs,
  ]);

describe("streams that a worker left behind", () => {
  test("go on at the one that has their next segment, as one stream", () => {
    expect(told([session("b", 20_300), cut("a", 0, 1500)])).toEqual([["b", 0, 40_300, 20, null]]);
  });

  test("may be left behind again", () => {
    const again = cut("b", 20_000, 500);
    expect(told([cut("a", 0, 1500), again, session("a", 40_100)])).toEqual([
      ["a", 0, 60_100, 30, null],
    ]);
    expect(told([cut("a", 0, 1500), again])).toEqual([["b", 0, 40_000, 20, 38_500]]);
  });

  test("are not those that begin before the worker went, elsewhere in time, or as other renditions", () => {
    const first = cut("a", 0, 1900);
    for (const other of [
      session("b", 19_850),
      session("b", 20_700),
      session("b", 20_000, { rate: 104 }),
      session("a", 20_000),
    ]) {
      expect(handedOn([first, other])).toEqual([first, other]);
    }
    // Nor what begins where no worker has gone.
    expect(handedOn([session("a", 0), session("b", 20_000)])).toHaveLength(2);
  });

  test("are each another one, the nearest first", () => {
    const two = [cut("a", 0, 1500), cut("a", 50, 1450)];
    const found = told([...two, session("b", 20_040), session("c", 20_010)]);
    expect(found).toEqual([
      ["c", 0, 40_010, 20, null],
      ["b", 50, 39_990, 20, null],
    ]);
  });

  test("with times of whole seconds may seem to begin before the worker went", () => {
    const coarse = { slackMs: 1650, blurMs: 1000 };
    expect(handedOn([cut("a", 0, 2500, coarse), session("b", 20_000, coarse)])).toHaveLength(1);
  });
});
