/** Expectations on the verdict: what they say, what is wrong with them, when they hold. */
import { describe, expect, it } from "vitest";
import {
  evaluateVerdictExpectation,
  parseVerdictExpectation,
} from "../../../../src/sim/experiment/expect/verdict-expectation.js";
import { result } from "../../../support/sim/report-fixture.js";

describe("an expectation on the verdict", () => {
  it.each<[string, readonly string[]]>([
    ["verdict == exclude", ["exclude"]],
    ["  verdict==no difference ", ["no difference"]],
    ["verdict == no-difference", ["no difference"]],
    ["verdict != admit", ["exclude", "no difference", "undecided"]],
    ["verdict in [exclude, undecided]", ["exclude", "undecided"]],
  ])("%s", (text, allowed) => {
    expect(parseVerdictExpectation(text)).toEqual({
      ok: true,
      expectation: { text, candidate: null, allowed },
    });
  });

  it.each(["verdict.pool.segments > 0", "verdicts == admit", "with.pool.segments > 0", "verdict"])(
    "%s is none",
    (text) => expect(parseVerdictExpectation(text)).toBeNull(),
  );

  it.each<[string, number, string, RegExp]>([
    ["verdict == reject", 12, "reject", /^one of admit, exclude, no difference, undecided$/],
    ["verdict == ", 12, "", /^one of/],
    ["verdict in [exclude, maybe]", 22, "maybe", /^one of/],
    ["verdict in exclude", 12, "exclude", /^a list such as/],
    ["verdict in [exclude", 12, "[exclude", /^a list such as/],
  ])("%s is wrong at character %i", (text, column, found, expected) => {
    const parsed = parseVerdictExpectation(text);
    expect(parsed?.ok).toBe(false);
    if (parsed === null || parsed.ok) return;
    expect(parsed.error).toEqual({ column, found, expected: expect.stringMatching(expected) });
  });

  it("holds with one of its verdicts, and otherwise names the verdict and its numbers", () => {
    const evaluate = (allowed: "admit" | "exclude", verdict = result.verdict) =>
      evaluateVerdictExpectation({ text: "x", candidate: null, allowed: [allowed] }, verdict);
    expect(evaluate("exclude").passed).toBe(true);
    expect(evaluate("admit")).toMatchObject({
      passed: false,
      actual: expect.stringMatching(/^exclude \(harm\): .*−42\.6 % … −34\.5 %/),
    });
    expect(evaluate("admit", null)).toMatchObject({ passed: false });
    const { verdict } = result;
    if (verdict === null) throw new Error("the fixture is judged");
    const onFees = { ...verdict, instead: { ...verdict, decision: "admit" as const } };
    expect(evaluate("admit", onFees).passed).toBe(true);
  });
});
