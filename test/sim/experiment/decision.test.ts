import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Constraint,
  type DecisionInput,
  decide,
} from "../../../src/sim/experiment/decision.js";
import type { Estimate } from "../../../src/sim/experiment/intervals.js";

/** An estimate from 10 replications with this interval. */
const at = (low: number, high: number): Estimate => ({
  mean: (low + high) / 2,
  ci95: [low, high],
  n: 10,
});
const late = (low: number, high: number): Constraint => ({
  metric: "segments.lateShare",
  difference: at(low, high),
  limit: 0.005,
});
const kept = [late(-0.001, 0.001)];
const gains = at(3, 4);
const nothing = at(-1, 1);

/** Margin 2, one constraint that holds, unless told otherwise. */
const of = (difference: Estimate, rest: Partial<DecisionInput> = {}) =>
  decide({ difference, delta: 2, constraints: kept, hoursPerReplication: 3, ...rest });

describe("exclude", () => {
  it("when D lies below -δ", () => {
    const { decision, reason, peakTestNeeded, toDecide } = of(at(-9, -3));
    expect(decision).toBe("exclude");
    expect(reason).toEqual({ code: "harm", ci95: [-9, -3], delta: 2 });
    expect([peakTestNeeded, toDecide]).toEqual([false, null]);
  });

  it("when a constraint is broken, however much is gained", () => {
    const { decision, reason, constraints } = of(at(50, 60), { constraints: [late(0.006, 0.01)] });
    expect(decision).toBe("exclude");
    expect(reason).toMatchObject({ code: "constraint-broken", metric: "segments.lateShare" });
    expect(constraints).toEqual([{ metric: "segments.lateShare", state: "broken" }]);
  });

  it("not when D only touches -δ", () => {
    expect(of(at(-9, -2)).decision).toBe("undecided");
  });
});

describe("admit", () => {
  it("when D lies above 0 and the constraints hold, without a peak test", () => {
    const { decision, reason, peakTestNeeded } = of(at(0.5, 1.5));
    expect([decision, reason.code, peakTestNeeded]).toEqual(["admit", "gain", false]);
  });

  it("when D lies above -δ and the peak test gains more than δ", () => {
    const { decision, reason } = of(at(-1, 1), { peak: gains });
    expect(decision).toBe("admit");
    expect(reason).toEqual({ code: "peak-gain", ci95: [-1, 1], peakCi95: [3, 4], delta: 2 });
  });

  it("not for a gain at peak when a loss beyond δ is not ruled out", () => {
    expect(of(at(-3, 1), { peak: gains }).decision).toBe("undecided");
    expect(of(at(-2, 1), { peak: gains }).decision).toBe("undecided");
    expect(of(at(-1.99, 1), { peak: gains }).decision).toBe("admit");
  });

  it("not for a gain at peak of δ or less", () => {
    expect(of(at(-1, 1), { peak: at(1.5, 2) }).decision).toBe("no difference");
    expect(of(at(-1, 1), { peak: at(2, 4) }).decision).toBe("undecided");
  });

  it("not for a D that only touches 0", () => {
    expect(of(at(0, 9), { peak: "off" }).decision).toBe("undecided");
  });

  it("not while a constraint may be broken", () => {
    const { decision, reason } = of(at(5, 6), { constraints: [late(0.004, 0.006)] });
    expect([decision, reason.code]).toEqual(["undecided", "constraint-unclear"]);
  });
});

describe("no difference", () => {
  it("when D lies within ± δ and the peak test gains nothing", () => {
    const { decision, reason } = of(at(-1, 1), { peak: nothing });
    expect([decision, reason.code]).toEqual(["no difference", "within-margin"]);
  });

  it("up to the very margin, not beyond it", () => {
    expect(of(at(-2, 2), { peak: nothing }).decision).toBe("no difference");
    expect(of(at(-2.01, 2), { peak: nothing }).decision).toBe("undecided");
    expect(of(at(-2, 2.01), { peak: nothing }).decision).toBe("undecided");
  });

  it("for identical variants", () => {
    expect(of(at(0, 0), { peak: at(0, 0) }).decision).toBe("no difference");
    expect(of(at(0, 0), { peak: "off", delta: 0 }).decision).toBe("no difference");
  });
});

describe("undecided", () => {
  it("otherwise, and says what is missing", () => {
    expect(of(at(-5, 1)).reason.code).toBe("harm-not-excluded");
    expect(of(at(-1, 9), { peak: nothing }).reason.code).toBe("gain-not-shown");
    expect(of(at(-1, 1), { peak: at(-1, 9) }).reason.code).toBe("peak-unclear");
    expect(of(at(-9, 9)).decision).toBe("undecided");
  });

  it("with one replication", () => {
    const { decision, reason, toDecide } = of({ mean: 5, ci95: null, n: 1 });
    expect(decision).toBe("undecided");
    expect(reason).toEqual({ code: "too-few-replications", n: 1 });
    expect(toDecide).toEqual({ replications: 10, hours: 30 });
  });

  it("names replications and hours that would likely decide it", () => {
    // Mean -4, half-width 3 at n = 10; harm is shown at a half-width below 2:
    // t(n-1)/√n < (2/3) × 2.2622/√10 = 0.4769, first true at n = 20 (0.4680; n = 19: 0.4820).
    expect(of(at(-7, -1)).toDecide).toEqual({ replications: 20, hours: 60 });
  });

  it("counts what the constraint and the peak test need, too", () => {
    const unclear = of(at(5, 6), { constraints: [late(-0.001, 0.009)] });
    expect(unclear.toDecide).toMatchObject({ replications: expect.any(Number) });
    const atPeak = of(at(-0.1, 0.1), { peak: at(-7, 5) });
    expect(atPeak.toDecide).toMatchObject({ replications: expect.any(Number) });
  });

  it("names none when the differences do not vary", () => {
    expect(of(at(-2, -2), { peak: gains }).toDecide).toBe("none");
    expect(of(at(0, 0), { peak: at(2, 2), constraints: [] }).toDecide).toBeNull();
    const half: Constraint = { ...late(0, 0), difference: { mean: 0, ci95: null, n: 1 } };
    expect(of(at(1, 9), { constraints: [half] }).toDecide).toBe("none");
  });

  it("names nothing while the peak test is missing", () => {
    const { decision, peakTestNeeded, toDecide } = of(at(-1, 9));
    expect([decision, peakTestNeeded, toDecide]).toEqual(["undecided", true, null]);
  });

  it("names none when the mean sits on the border", () => {
    expect(of(at(-3, -1)).toDecide).toBe("none");
  });

  it("keeps the promise: at that number the projected interval decides, at one less it does not", () => {
    const found = of(at(-7, -1)).toDecide;
    expect(found).not.toBe("none");
    const shrunk = (half: number) => of(at(-4 - half, -4 + half)).decision;
    expect(shrunk((3 * 0.468) / 0.7154)).toBe("exclude");
    expect(shrunk((3 * 0.482) / 0.7154)).toBe("undecided");
  });
});

describe("a constraint", () => {
  it("holds, is unclear or broken as its interval lies to the limit", () => {
    const state = (constraint: Constraint) =>
      of(at(-1, 1), { constraints: [constraint] }).constraints[0]?.state;
    expect(state(late(0, 0.005))).toBe("holds");
    expect(state(late(0.004, 0.006))).toBe("unclear");
    expect(state(late(0.0051, 0.006))).toBe("broken");
    const absent: Estimate = { mean: null, ci95: null, n: 0 };
    expect(state({ metric: "m", difference: absent, limit: 0 })).toBe("unclear");
  });

  it("may ask for at least so much", () => {
    const score = (low: number, high: number): Constraint => ({
      metric: "pool.score",
      difference: at(low, high),
      limit: -0.02,
      sense: "atLeast",
    });
    expect(of(at(1, 2), { constraints: [score(-0.01, 0.01)] }).decision).toBe("admit");
    expect(of(at(1, 2), { constraints: [score(-0.03, 0.01)] }).decision).toBe("undecided");
    expect(of(at(1, 2), { constraints: [score(-0.05, -0.03)] }).decision).toBe("exclude");
  });
});

describe("the peak test", () => {
  it("is asked for exactly where it could change the decision", () => {
    expect(of(at(-1, 1)).peakTestNeeded).toBe(true); // admit or no difference
    expect(of(at(-1, 9)).peakTestNeeded).toBe(true); // admit or undecided
    expect(of(at(-5, 1)).peakTestNeeded).toBe(false); // a loss is not ruled out
    expect(of(at(-9, -5)).peakTestNeeded).toBe(false); // excluded
    expect(of(at(1, 9)).peakTestNeeded).toBe(false); // admitted
    expect(of(at(-1, 9), { constraints: [late(0.004, 0.006)] }).peakTestNeeded).toBe(false);
  });

  it("is not asked for again", () => {
    expect(of(at(-1, 1), { peak: at(-9, 9) }).peakTestNeeded).toBe(false);
    expect(of(at(-1, 1), { peak: "off" }).peakTestNeeded).toBe(false);
  });
});

describe("laws", () => {
  const interval = fc
    .tuple(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 8, noNaN: true }),
    )
    .map(([mean, half]) => at(mean - half, mean + half));
  const input = fc.record({
    difference: interval,
    delta: fc.double({ min: 0, max: 5, noNaN: true }),
    constraints: fc.array(
      interval.map((difference): Constraint => ({ metric: "m", difference, limit: 3 })),
      { maxLength: 2 },
    ),
    peak: fc.option(interval, { nil: undefined }),
    hoursPerReplication: fc.constant(3),
  });
  const halved = ({ mean, ci95, n }: Estimate): Estimate =>
    mean === null || ci95 === null
      ? { mean, ci95, n }
      : { mean, ci95: [(mean + ci95[0]) / 2, (mean + ci95[1]) / 2], n };

  it("more certainty never undoes a decision, but an exclusion may replace it", () => {
    fc.assert(
      fc.property(input, (given) => {
        const before = decide(given).decision;
        const after = decide({
          ...given,
          difference: halved(given.difference),
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

  it("the unit of money does not matter", () => {
    const scaled = ({ mean, ci95, n }: Estimate): Estimate => ({
      mean: mean === null ? null : mean * 1024,
      ci95: ci95 === null ? null : [ci95[0] * 1024, ci95[1] * 1024],
      n,
    });
    fc.assert(
      fc.property(input, (given) => {
        const peak = given.peak === undefined ? undefined : scaled(given.peak);
        const inWei = { ...given, difference: scaled(given.difference), delta: given.delta * 1024 };
        expect(decide({ ...inWei, peak }).decision).toBe(decide(given).decision);
      }),
    );
  });

  it("without a peak test the decision is that of one which shows nothing clearly, or it is asked for", () => {
    fc.assert(
      fc.property(input, interval, (given, peak) => {
        const first = decide({ ...given, peak: undefined });
        if (!first.peakTestNeeded) {
          expect(decide({ ...given, peak }).decision).toBe(first.decision);
        }
      }),
    );
  });

  it("a verdict is plain JSON", () => {
    const unknown: Estimate = { mean: null, ci95: null, n: 0 };
    for (const difference of [at(-9, -3), at(1, 3), at(-1, 1), at(-7, -1), unknown]) {
      for (const peak of [undefined, gains, nothing, "off"] as const) {
        const verdict = of(difference, { peak });
        expect(JSON.parse(JSON.stringify(verdict))).toStrictEqual(verdict);
      }
    }
  });
});

it("a margin is finite and not negative", () => {
  expect(() => of(at(0, 1), { delta: -1 })).toThrow(/margin/);
  expect(() => of(at(0, 1), { delta: Number.NaN })).toThrow(/margin/);
});
