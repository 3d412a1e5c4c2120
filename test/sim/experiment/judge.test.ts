/** The judge on made-up replications: the short form of what `npm run test:statistics` checks. */
import { describe, expect, it } from "vitest";
import { binomialTail, judgeSet, SYNTHETIC_CHECKS } from "../../../scripts/synthetic-checks.js";
import { advised } from "../../../src/sim/experiment/judge.js";

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

it("the chance of so many successes is a binomial's", () => {
  expect(binomialTail(0, 10, 0.3)).toBe(1);
  expect(binomialTail(3, 10, 0.3)).toBeCloseTo(0.6172, 4);
  expect(binomialTail(10, 10, 0.3)).toBeCloseTo(0.3 ** 10, 12);
});
