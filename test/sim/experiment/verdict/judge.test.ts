/** The judge on made-up replications: the short form of what `npm run test:statistics` checks. */
import { describe, expect, it } from "vitest";
import { madeUp } from "../../../../scripts/made-up.js";
import { binomialTail, judgeSet, SYNTHETIC_CHECKS } from "../../../../scripts/synthetic-checks.js";
import { NameTable, ReplicationRecord } from "../../../../src/sim/experiment/replication-record.js";
import { Samples } from "../../../../src/sim/experiment/samples.js";
import { sequenceOf } from "../../../../src/sim/experiment/statistics/confidence-sequence.js";
import { differenceOf } from "../../../../src/sim/experiment/verdict/differences.js";
import { advised } from "../../../../src/sim/experiment/verdict/judge.js";

describe("on made-up replications", () => {
  it.each(SYNTHETIC_CHECKS)("$name", ({ run }) => {
    expect(run(300)).toMatchObject({ passed: true });
  });

  it("keeps what it advises: so many fresh replications decide in about four of five cases", () => {
    let followed = 0;
    let decided = 0;
    let near = 0;
    // Truths of every size around the margins.
    for (let set = 0; set < 120; set += 1) {
      const truth = -0.16 + (0.32 * set) / 119;
      const given = { shape: "normal", set, n: 10, truth, size: 0.1 } as const;
      const { more, reason } = advised(judgeSet(given, { peak: false }), 1);
      if (reason === "near the margin") near += 1;
      if (more === null) continue;
      followed += 1;
      const again = { ...given, set: 1000 + set, n: more.replications };
      if (judgeSet(again, { peak: false }).decision !== "undecided") decided += 1;
    }
    expect(near).toBeGreaterThan(0);
    expect(followed).toBeGreaterThan(20);
    // Not less than promised by a binomial test at 1 %, nor so much that too many were advised.
    expect(binomialTail(followed - decided, followed, 0.2)).toBeGreaterThan(0.01);
  });
});

it("names the constraint that what is undecided waits for", () => {
  const judgement = judgeSet(
    { shape: "normal", set: 1, n: 10, truth: 0.5, size: 0.1 },
    { peak: false },
  );
  const { input } = judgement;
  if (input === null) throw new Error("there is something to judge");
  const late = {
    metric: "pool.lateShare",
    difference: { mean: 0.005, ci95: [0.004, 0.006], n: 10 },
    limit: 0.005,
  } as const;
  // The peak test was not run: it waits for the constraint too.
  const waiting = { ...input, peak: undefined, constraints: [late] };
  const found = advised({ ...judgement, decision: "undecided", input: waiting }, 1);
  expect(found).toMatchObject({ reason: "constraint unclear", constraint: late });
});

it("the chance of so many successes is a binomial's", () => {
  expect(binomialTail(0, 10, 0.3)).toBe(1);
  expect(binomialTail(3, 10, 0.3)).toBeCloseTo(0.6172, 4);
  expect(binomialTail(10, 10, 0.3)).toBeCloseTo(0.3 ** 10, 12);
});

describe("a figure that only few replications have", () => {
  const table = new NameTable();
  const sequence = sequenceOf({ max: 64 });
  /** So many of twelve replications of either variant have it. */
  const found = (having: number) => {
    const records = (shift: number) =>
      Array.from({ length: 12 }, (_, index) => {
        const more = index < having ? { "pool.lateShare": (shift * (index % 5)) / 100 } : {};
        return new ReplicationRecord(madeUp({ net: 1, more }), table);
      });
    const pair = { baseline: new Samples(records(1)), candidate: new Samples(records(2)) };
    return differenceOf({ seed: 1, sequence }, pair, "pool.lateShare");
  };

  it("has no interval, as before the first look: three values show no shape", () => {
    expect(found(7)).toMatchObject({
      n: 7,
      ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    });
    const { n, ci95 } = found(8) ?? { n: 0, ci95: [0, 0] };
    expect(n).toBe(8);
    expect(ci95.every(Number.isFinite)).toBe(true);
  });
});
