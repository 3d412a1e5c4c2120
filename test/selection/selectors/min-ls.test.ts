import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MinLSSelector } from "../../../src/selection/selectors/min-ls.js";
import { CHOSEN } from "../../../src/selection/selectors/selector.js";
import { session, sessions } from "../../support/sim/sessions.js";

const nobody = { choose: () => -1 };

function measured(selector: MinLSSelector, ...scores: number[]): void {
  for (const [at, latencyScore] of scores.entries()) {
    selector.complete(session(100 + at, { latencyScore }));
  }
}

describe("the selector for video", () => {
  it("takes sessions never measured first in, first out (L-5)", () => {
    const selector = new MinLSSelector();
    selector.add(sessions(2));
    selector.add([session(2)]);
    expect([0, 1, 2, 3].map(() => selector.select()?.id)).toEqual([0, 1, 2, undefined]);
    expect(selector.lastChosen).toBe(CHOSEN.unknown);
  });

  it("prefers a measured one that is good enough; exactly 1.0 is (L-2)", () => {
    const selector = new MinLSSelector();
    selector.add(sessions(1));
    measured(selector, 1.0, 0.7);
    expect(selector.select()?.latencyScore).toBe(0.7);
    expect(selector.lastChosen).toBe(CHOSEN.known);
    expect(selector.select()?.latencyScore).toBe(1.0);
  });

  it("prefers one never measured to one that is not good enough (L-2)", () => {
    const selector = new MinLSSelector();
    selector.add(sessions(1));
    measured(selector, 1.001);
    expect(selector.select()?.id).toBe(0);
    expect(selector.select()?.latencyScore).toBe(1.001);
  });

  it("takes a threshold other than 1.0 (L-1)", () => {
    const selector = new MinLSSelector({ minLS: 0.5 });
    selector.add(sessions(1));
    measured(selector, 0.6);
    expect(selector.select()?.id).toBe(0);
  });

  it("offers nobody when the unknown yield nobody, though it knows some [Q] (L-3)", () => {
    const selector = new MinLSSelector({ chooser: nobody });
    selector.add(sessions(3));
    measured(selector, 1.2);
    expect(selector.select()).toBeNull();
    expect(selector.size).toBe(4);
  });

  it("does not ask the chooser about measured ones [Q] (L-4)", () => {
    const selector = new MinLSSelector({ chooser: nobody });
    measured(selector, 0.4);
    expect(selector.select()?.latencyScore).toBe(0.4);
  });

  it("sorts completed ones that were never measured first (M-22)", () => {
    const selector = new MinLSSelector();
    measured(selector, 0.2, 0);
    expect(selector.select()?.latencyScore).toBe(0);
  });

  it("hands measured ones out in order of their score", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true })), (scores) => {
        const selector = new MinLSSelector();
        measured(selector, ...scores);
        const out = scores.map(() => selector.select()?.latencyScore);
        expect(out).toEqual(scores.toSorted((a, b) => a - b));
      }),
    );
  });

  it("breaks ties as Go's container/heap does", () => {
    const selector = new MinLSSelector();
    measured(selector, 0.5, 0.5, 0.5, 0.5);
    // Popping swaps the last to the top, where it stays among equals.
    expect([0, 1, 2, 3].map(() => selector.select()?.id)).toEqual([100, 103, 102, 101]);
  });

  it("removes a session that was never measured, but keeps a measured one", () => {
    const selector = new MinLSSelector();
    const [first, second] = [session(0), session(1, { latencyScore: 0.5 })];
    selector.add([first]);
    selector.complete(second);
    selector.remove(first);
    selector.remove(second);
    expect(selector.has(first)).toBe(false);
    expect(selector.has(second)).toBe(true);
    selector.clear();
    expect(selector.size).toBe(0);
  });
});
