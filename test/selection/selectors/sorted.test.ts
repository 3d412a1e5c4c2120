import { describe, expect, it } from "vitest";
import { SortedSelector } from "../../../src/selection/selectors/sorted.js";
import { session } from "../../support/sim/sessions.js";

describe("a sorted selector (A-4)", () => {
  it("takes the lowest discovery latency first, equal ones in order of arrival", () => {
    const selector = new SortedSelector("initialLatency");
    selector.add([session(0, { initialLatencyMs: 30 }), session(1, { initialLatencyMs: 10 })]);
    selector.add([session(2, { initialLatencyMs: 10 })]);
    expect([0, 1, 2, 3].map(() => selector.select()?.id)).toEqual([1, 2, 0, undefined]);
  });

  it("sorts anew by the latency score that a session has when it comes back", () => {
    const selector = new SortedSelector("latencyScore");
    const one = session(0, { latencyScore: 0.1 });
    selector.add([one, session(1, { latencyScore: 0.5 })]);
    expect(selector.select()).toBe(one);
    one.latencyScore = 0.9;
    selector.complete(one);
    expect(selector.sessions.map(({ id }) => id)).toEqual([1, 0]);
  });

  it("sorts by insertion where a key is no number, and as before beyond 12 (A-4)", () => {
    const selector = new SortedSelector("latencyScore");
    const scores = [3, Number.NaN, 2, Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY];
    selector.add(scores.map((latencyScore, id) => session(id, { latencyScore })));
    expect(selector.sessions.map(({ id }) => id)).toEqual([0, 1, 4, 2, 3, 5]);
    const many = new SortedSelector("latencyScore");
    many.add(Array.from({ length: 40 }, (_, id) => session(id, { latencyScore: (id * 7) % 40 })));
    expect(many.sessions.map(({ latencyScore }) => latencyScore)).toEqual([...Array(40).keys()]);
  });

  it("removes, forgets, and leaves the choice to a chooser", () => {
    const selector = new SortedSelector("latencyScore", { chooser: { choose: () => 1 } });
    const all = [session(0), session(1), session(2)] as const;
    selector.add(all);
    expect(selector.select()).toBe(all[1]);
    selector.remove(all[0]);
    selector.remove(all[0]);
    expect(selector.has(all[0])).toBe(false);
    expect(selector.size).toBe(1);
    selector.clear();
    expect(selector.select()).toBeNull();
  });
});
