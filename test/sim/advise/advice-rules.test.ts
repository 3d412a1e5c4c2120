/** Of whom it is known that they do badly, whatever comparisons show. */
import { describe, expect, it } from "vitest";
import { losesMost, wordOf } from "../../../src/sim/advise/advice-rules.js";

describe("a worker", () => {
  const jobs = (failedShare: number) => ({ retention: null, ai: { failedShare } });

  it("does badly that loses most of its streams, or fails most of its AI jobs", () => {
    expect(losesMost({ retention: 0.29 })).toBe(true);
    expect(losesMost({ retention: 0.3 })).toBe(false);
    expect(losesMost({ retention: null })).toBe(false);
    expect(losesMost(jobs(0.9))).toBe(true);
    expect(losesMost(jobs(0.2))).toBe(false);
    expect(losesMost({ retention: 0.9, ai: { failedShare: 0.9 } })).toBe(true);
  });

  it("is never kept that does badly, though nothing gains", () => {
    const judgement = { instead: null } as never;
    const tried = [{ action: { kind: "exclude" }, judgement, finding: "no gain" }] as const;
    expect(wordOf(tried, { action: null, figures: jobs(0.9), isBreaking: false })).toBe(
      "undecided",
    );
    expect(wordOf(tried, { action: null, figures: jobs(0.1), isBreaking: false })).toBe("keep");
    expect(wordOf(tried, { action: null, figures: jobs(0.1), isBreaking: true })).toBe("undecided");
  });
});
