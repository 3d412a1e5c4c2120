import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceOf } from "../../../../src/sim/experiment/statistics/confidence-sequence.js";
import { advise, isHopeless, POWER } from "../../../../src/sim/experiment/verdict/advice.js";
import type { Change } from "../../../../src/sim/experiment/verdict/change.js";
import {
  type Constraint,
  constraintState,
  type DecisionInput,
  decide,
  needsPeak,
} from "../../../../src/sim/experiment/verdict/decision.js";

/** A change from 10 replications with this interval. */
const at = (low: number, high: number): Change => ({
  mean: (low + high) / 2,
  ci95: [low, high],
  n: 10,
  method: "t",
  events: null,
});
const late = (low: number, high: number): Constraint => ({
  metric: "pool.lateShare",
  difference: at(low, high),
  limit: 0.005,
});
const kept = [late(-0.001, 0.001)];
const gains = at(3, 4);
const nothing = at(-1, 1);

/** Margin 2, one constraint that holds, a peak test that shows nothing, unless told otherwise. */
const inputOf = (change: Change, rest: Partial<DecisionInput> = {}): DecisionInput => ({
  change,
  margin: 2,
  constraints: kept,
  peak: nothing,
  ...rest,
});
const of = (change: Change, rest: Partial<DecisionInput> = {}) => {
  const { decision, reason } = decide(inputOf(change, rest));
  return `${decision}: ${reason}`;
};
const adviceOf = (change: Change, rest: Partial<DecisionInput> = {}) => {
  const input = inputOf(change, rest);
  return advise(input, decide(input), { hoursPerReplication: 3 });
};

describe("exclude", () => {
  it("when D lies below −m, with or without a peak test", () => {
    expect(of(at(-9, -3))).toBe("exclude: harm");
    expect(of(at(-9, -3), { peak: undefined })).toBe("exclude: harm");
    expect(of(at(-9, -3), { peak: gains })).toBe("exclude: harm");
  });

  it("when the change at peak lies below −m, whatever D is", () => {
    for (const change of [at(-1, 1), at(0.1, 0.2), at(5, 6), at(-5, 5)]) {
      expect(of(change, { peak: at(-6, -4) })).toBe("exclude: harm at peak");
    }
  });

  it("when a constraint is broken, however much is gained", () => {
    const found = decide(inputOf(at(50, 60), { constraints: [late(0.006, 0.01)] }));
    expect(found).toMatchObject({ decision: "exclude", reason: "constraint broken" });
    expect(found.constraint?.metric).toBe("pool.lateShare");
  });

  it("not when D only touches −m", () => {
    expect(of(at(-9, -2))).toBe("undecided: needs more");
  });
});

describe("admit", () => {
  it("when D lies above 0 and nothing speaks against it at peak", () => {
    expect(of(at(0.5, 1.5))).toBe("admit: gain");
    expect(of(at(0.5, 1.5), { peak: at(-1, 9) })).toBe("admit: gain");
    expect(of(at(0.5, 1.5), { peak: "off" })).toBe("admit: gain");
  });

  it("when D lies above −m and the peak test gains more than m", () => {
    expect(of(at(-1, 1), { peak: gains })).toBe("admit: gain at peak");
    expect(of(at(-3, 1), { peak: gains })).toBe("undecided: needs more");
    expect(of(at(-1, 1), { peak: at(1.5, 2) })).toBe("no difference: within the margin");
  });

  it("not before the peak test has been run, nor while it is unclear", () => {
    expect(of(at(5, 6), { peak: undefined })).toBe("undecided: peak unclear");
    expect(of(at(5, 6), { peak: at(-3, 9) })).toBe("undecided: peak unclear");
    expect(of(at(0.0001, 0.0002), { peak: at(-3, 3) })).toBe("undecided: peak unclear");
  });

  it("not while a constraint may be broken", () => {
    expect(of(at(5, 6), { constraints: [late(0.004, 0.006)] })).toBe(
      "undecided: constraint unclear",
    );
  });

  it("not for a D that only touches 0", () => {
    expect(of(at(0, 9))).toBe("undecided: needs more");
  });
});

describe("no difference", () => {
  it("when D and the change at peak lie within ± m", () => {
    expect(of(at(-1, 1))).toBe("no difference: within the margin");
    expect(of(at(-2, 2))).toBe("no difference: within the margin");
    expect(of(at(-1, 1), { peak: "off" })).toBe("no difference: within the margin");
  });

  it("not beyond the margin, nor while the peak is unclear", () => {
    expect(of(at(-2.01, 2))).toBe("undecided: needs more");
    expect(of(at(-2, 2.01))).toBe("undecided: needs more");
    expect(of(at(-1, 1), { peak: at(-1, 9) })).toBe("undecided: peak unclear");
    expect(of(at(-1, 1), { peak: undefined })).toBe("undecided: peak unclear");
  });

  it("not while a constraint may be broken", () => {
    const constraints = [late(-0.03, 0.24)];
    expect(of(at(-1, 1), { constraints })).toBe("undecided: constraint unclear");
    expect(of(at(-1, 1), { constraints, peak: "off" })).toBe("undecided: constraint unclear");
  });
});

describe("undecided", () => {
  it("says that events are rare where few were seen, and that more is needed where none was", () => {
    const rare = (events: number): Change => ({ ...at(-5, 1), method: "rare events", events });
    expect(of(rare(2))).toBe("undecided: rare events");
    expect(of(rare(0))).toBe("undecided: needs more");
  });

  it("begins with ten replications where one was run", () => {
    const one: Change = { ...at(0, 0), mean: 5, ci95: null, n: 1 };
    expect(of(one)).toBe("undecided: needs more");
    expect(adviceOf(one).more).toEqual({ replications: 10, hours: 30, power: null });
  });

  it("is near the margin where 20 times as many decide in fewer than four of five cases", () => {
    const { outcome, more } = adviceOf(at(-5, 1));
    expect(outcome.reason).toBe("near the margin");
    // Whether they do is as open as where within D the truth is: that is no "hardly".
    expect(more).toMatchObject({ replications: 200, hours: 600 });
    expect(more?.power).toBeGreaterThan(0.5);
    expect(more?.power).toBeLessThan(POWER);
  });

  it("names no number where even those would hardly decide", () => {
    const none: Change = { ...at(-1, 1), method: "rare events", events: 0 };
    const { outcome, more } = adviceOf(none, { margin: 0 });
    expect(outcome.reason).toBe("near the margin");
    expect(more).toBeNull();
  });

  it("is not near the margin where it is beyond it, and a constraint will hardly be known", () => {
    const constraints = [late(-0.05, 0.06)];
    const { outcome, more } = adviceOf(at(35, 135), { constraints, peak: undefined });
    expect(outcome).toMatchObject({ reason: "constraint unclear", constraint: constraints[0] });
    expect(more).toBeNull();
  });

  it("of rare events without any luck is decided by as many more sessions", () => {
    const none: Change = { ...at(-4, 4), method: "rare events", events: 0 };
    // Half the interval with twice the sessions.
    expect(adviceOf(none).more).toEqual({ replications: 20, hours: 60, power: POWER });
  });

  it("of small rare events is mostly decided by more sessions, too: what was not seen shrinks with them", () => {
    const small = { ...at(-4, 4), method: "rare events", events: 3 } as const;
    const blind = adviceOf(small).more;
    // All of its width, or nearly all, is what was never seen; or a third of it is.
    const unseen = (half: number) => adviceOf({ ...small, unseen: half }).more?.replications ?? 0;
    expect(unseen(4)).toBe(20);
    expect(unseen(3.9)).toBeLessThan(50);
    expect(unseen(1.3)).toBeGreaterThan(unseen(3.9));
    expect(blind === null || blind.replications >= unseen(1.3)).toBe(true);
  });

  it("counts what the constraint and the peak test need, too", () => {
    const unclear = adviceOf(at(5, 6), { constraints: [late(-0.001, 0.0055)] });
    expect(unclear.outcome.reason).toBe("constraint unclear");
    expect(unclear.more?.replications).toBeGreaterThan(10);
    const atPeak = adviceOf(at(-0.1, 0.1), { peak: at(-2.5, 1.5) });
    expect(atPeak.outcome.reason).toBe("peak unclear");
    expect(atPeak.more?.replications).toBeGreaterThan(10);
  });
});

describe("a constraint", () => {
  it("holds, is unclear or broken as its interval lies to the limit", () => {
    expect(constraintState(late(0, 0.005))).toBe("holds");
    expect(constraintState(late(0.004, 0.006))).toBe("unclear");
    expect(constraintState(late(0.0051, 0.006))).toBe("broken");
    const absent = { mean: null, ci95: null, n: 0 };
    expect(constraintState({ metric: "m", difference: absent, limit: 0 })).toBe("unclear");
  });

  it("may ask for at least so much", () => {
    const score = (low: number, high: number): Constraint => ({
      metric: "pool.score",
      difference: at(low, high),
      limit: -0.02,
      sense: "atLeast",
    });
    expect(constraintState(score(-0.01, 0.01))).toBe("holds");
    expect(constraintState(score(-0.03, 0.01))).toBe("unclear");
    expect(constraintState(score(-0.05, -0.03))).toBe("broken");
  });
});

it("the peak test is asked for unless the candidate is excluded without it", () => {
  const needs = (change: Change, rest: Partial<DecisionInput> = {}) =>
    needsPeak(inputOf(change, { peak: undefined, ...rest }));
  expect([needs(at(-1, 1)), needs(at(5, 6)), needs(at(-5, 1))]).toEqual([true, true, true]);
  expect(needs(at(-9, -5))).toBe(false);
  expect(needs(at(5, 6), { constraints: [late(0.1, 0.2)] })).toBe(false);
  expect(needs(at(-1, 1), { peak: at(-9, 9) })).toBe(false);
  expect(needs(at(-1, 1), { peak: "off" })).toBe(false);
});

describe("laws", () => {
  const interval = fc
    .tuple(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 8, noNaN: true }),
    )
    .map(([mean, half]) => at(mean - half, mean + half));
  const input = fc.record({
    change: interval,
    margin: fc.double({ min: 0, max: 5, noNaN: true }),
    constraints: fc.array(
      interval.map((difference): Constraint => ({ metric: "m", difference, limit: 3 })),
      { maxLength: 2 },
    ),
    peak: fc.option(interval, { nil: undefined }),
  });
  const halved = <T extends Pick<Change, "mean" | "ci95">>(found: T): T =>
    found.mean === null || found.ci95 === null
      ? found
      : {
          ...found,
          ci95: [(found.mean + found.ci95[0]) / 2, (found.mean + found.ci95[1]) / 2],
        };

  it("more certainty never undoes a decision, but an exclusion may replace it", () => {
    fc.assert(
      fc.property(input, (given) => {
        const before = decide(given).decision;
        const after = decide({
          ...given,
          change: halved(given.change),
          constraints: given.constraints.map((constraint) => ({
            ...constraint,
            difference: halved(constraint.difference),
          })),
          peak: given.peak === undefined ? undefined : halved(given.peak),
        }).decision;
        if (before !== "undecided") expect(after).not.toBe("undecided");
        if (before === "exclude") expect(after).toBe("exclude");
      }),
    );
  });

  it("nothing but an exclusion is decided without the peak test or while it shows a loss", () => {
    fc.assert(
      fc.property(input, (given) => {
        const without = decide({ ...given, peak: undefined }).decision;
        expect(["exclude", "undecided"]).toContain(without);
        const harmed = decide({ ...given, peak: at(-9 - given.margin, -given.margin - 1) });
        expect(harmed.decision).toBe("exclude");
      }),
    );
  });

  it("a change that may be a loss beyond the margin is never admitted or called none", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { decision } = decide(given);
        if (decision !== "admit" && decision !== "no difference") return;
        expect(given.change.ci95?.[0]).toBeGreaterThanOrEqual(-given.margin);
        expect(given.peak?.ci95?.[0]).toBeGreaterThanOrEqual(-given.margin);
      }),
    );
  });
});

it("a margin is finite and not negative", () => {
  expect(() => of(at(0, 1), { margin: -1 })).toThrow(/margin/);
  expect(() => of(at(0, 1), { margin: Number.NaN })).toThrow(/margin/);
});

describe("an interval that reaches far on one side", () => {
  it("is no reason to give up what its other side will decide", () => {
    const sequence = sequenceOf({ max: 40, comparisons: 4, first: 16 });
    const far: Change = { ...at(1, 300), mean: 12, n: 18, skewness: 1.5 };
    expect(isHopeless(inputOf(far, { peak: "off", margin: 5 }), sequence)).toBe(false);
  });
});

describe("an interval that is open on one side", () => {
  const open: Change = { ...at(-9, -3), ci95: [-9, Number.POSITIVE_INFINITY], n: 8 };
  const input = inputOf(open, { peak: undefined });

  it("is no reason to give up, nor near the margin: more replications close it", () => {
    const sequence = sequenceOf({ max: 64 });
    expect(isHopeless(input, sequence)).toBe(false);
    for (const given of [sequence, undefined]) {
      const options = { hoursPerReplication: 3, sequence: given };
      expect(advise(input, decide(input), options)).toMatchObject({
        outcome: { decision: "undecided", reason: "needs more" },
        more: { replications: 16, power: null },
      });
    }
  });

  it("nor is one at peak demand, or of a constraint", () => {
    const sequence = sequenceOf({ max: 64 });
    const early = { ...at(-1, 1), n: 8 };
    const atPeak = inputOf(early, { peak: open });
    expect(isHopeless(atPeak, sequence)).toBe(false);
    const difference: Change = { ...late(0, 0).difference, ...open };
    const bound = { ...late(0, 0), difference };
    expect(isHopeless(inputOf(gains, { constraints: [bound] }), sequence)).toBe(false);
  });
});
