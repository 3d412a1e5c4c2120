/** What of a bench text is posted to a pool as a benchmark. */
import { describe, expect, it } from "vitest";
import { transcodesOf } from "../../../src/cli/bench-worker/transcodes.js";
import { benchText } from "../../support/sim/bench-text.js";

const runsAt = (sessions: readonly number[], segments: number) =>
  benchText(
    ...sessions.map((one) => ({ sessions: one, segments, meanS: 0.1 + one / 100, seed: one })),
  );
const upTo = (most: number) => Array.from({ length: most }, (_, index) => index + 1);

describe("a bench text as a benchmark", () => {
  it("has every number of sessions of 1 to 20", () => {
    const { levels, notes } = transcodesOf(runsAt(upTo(20), 30), "a.txt");
    expect(levels.map(({ sessions, segments }) => [sessions, segments.length])).toEqual(
      upTo(20).map((sessions) => [sessions, 30 * sessions]),
    );
    expect(notes).toEqual([]);
  });

  it("of more numbers has the least, the most and some between, and names the others", () => {
    const { levels, notes } = transcodesOf(runsAt(upTo(40), 2), "a.txt");
    const kept = levels.map(({ sessions }) => sessions);
    expect(kept).toHaveLength(24);
    expect([kept[0], kept.at(-1)]).toEqual([1, 40]);
    expect(notes.join()).toMatch(/^2, 5, .* sessions are left out: 24 numbers at most/);
  });

  it("of more segments than a request holds has the first of each number, and says so", () => {
    const { levels, notes } = transcodesOf(runsAt([1, 40], 550), "a.txt");
    expect(levels.map(({ segments }) => segments.length)).toEqual([550, 20_000]);
    expect(notes).toEqual(["2000 segments of 40 sessions are left out"]);
  });
});
