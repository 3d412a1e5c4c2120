/** `expect:` items on advice and on best points: what they say, and what is wrong with others. */
import { describe, expect, it } from "vitest";
import {
  judgeOf,
  parseAdviceExpectation,
} from "../../../../src/sim/experiment/expect/advice-expectation.js";
import { evaluateBest } from "../../../../src/sim/experiment/expect/best-expectation.js";

function parsed(text: string, variants: readonly string[] = []) {
  return parseAdviceExpectation(text, new Set(variants));
}

describe("items on a worker's advice", () => {
  it.each<[string, readonly string[]]>([
    ["worker.slow-a.advice == exclude", ["exclude"]],
    [" worker.slow-a.advice==keep as spare", ["spare"]],
    ["worker.slow-a.advice in [exclude, cap]", ["exclude", "cap"]],
    ["worker.slow-a.advice != keep", ["cap", "spare", "exclude", "undecided"]],
  ])("%s", (text, allowed) => {
    expect(parsed(text)).toMatchObject({
      ok: true,
      expectation: { about: "worker", worker: "slow-a", allowed, column: text.indexOf("slow") + 1 },
    });
  });

  it.each<[string, number, string]>([
    ["worker.slow-a.advice == excluded", 25, "one of keep, cap, spare, exclude, undecided"],
    ["worker.slow-a.advice in exclude", 25, "a list such as [exclude, cap]"],
    ["worker.slow-a.advice > 3", 22, "==, != or in"],
    ["worker.slow-a.advice ==", 24, "one of keep, cap, spare, exclude, undecided"],
    ["advice.alone.operatorNetPerDay > 0", 8, "together.<metric of the pool>"],
    ["advice.together.operatorNetPerDay > much", 37, "a number"],
    ["best.limitMs >= much", 17, "a number"],
    ["best.limitMs >= 700 with 95%", 6, "a setting without 'with 95%'"],
    ["best.random in a", 16, "a list such as [a, b]"],
  ])("%s: character %i: expected %s", (text, column, expected) => {
    expect(parsed(text)).toMatchObject({
      ok: false,
      error: { column, expected: expect.stringContaining(expected) },
    });
  });
});

describe("items on what all advice changes, and on best points", () => {
  it("have metrics of the pool, with or without its name", () => {
    for (const metric of ["operatorNetPerDay", "pool.operatorNetPerDay"]) {
      const found = parsed(`advice.together.${metric} > 0 with 95%`);
      expect(found).toMatchObject({
        ok: true,
        expectation: {
          about: "together",
          expectation: { metric: "pool.operatorNetPerDay", wholeInterval: true },
        },
      });
    }
  });

  it("have numbers or words", () => {
    expect(parsed("best.limitMs >= 700")).toMatchObject({
      expectation: { about: "best", setting: "limitMs", expectation: { value: 700 } },
    });
    expect(parsed("best.gateway.selection in [random, latency]")).toMatchObject({
      expectation: { setting: "gateway.selection", allowed: ["random", "latency"], isNot: false },
    });
    const best = parsed("best.limitMs == 700");
    expect(best?.ok && judgeOf(best.expectation)).toBe("sweep");
    const worker = parsed("worker.a.advice == keep");
    expect(worker?.ok && judgeOf(worker.expectation)).toBe("advise");
  });

  it("hold where the best has it, or one that is as good", () => {
    const point = (limitMs: number) => ({
      label: `limitMs ${limitMs}`,
      settings: [{ path: "orchestrator.admission.benchmark.limitMs", value: limitMs }],
    });
    const found = { best: point(900), asGood: [point(800), point(900)] };
    const judged = (text: string, by: Parameters<typeof evaluateBest>[1] = found) => {
      const item = parsed(text);
      if (!item?.ok || item.expectation.about !== "best") throw new Error(text);
      return evaluateBest(item.expectation, by);
    };
    expect(judged("best.limitMs >= 900").passed).toBe(true);
    expect(judged("best.limitMs == 800").passed).toBe(false);
    expect(judged("asGood.limitMs == 800").passed).toBe(true);
    expect(judged("asGood.benchmark.limitMs == 700")).toMatchObject({
      passed: false,
      actual: "900 (limitMs 900; as good: 800, 900)",
    });
    expect(judged("best.slowMs > 1").actual).toContain("which does not set slowMs");
    expect(judged("best.limitMs > 1", { best: null, asGood: [] }).passed).toBe(false);
  });

  it("are about variants where such ones are called so", () => {
    expect(parsed("best.pool.segments > 1", ["best"])).toBeNull();
    expect(parsed("advice.pool.segments > 1", ["advice"])).toBeNull();
    expect(parsed("worker.slow.picks > 1")).toBeNull();
    expect(parsed("base.worker.slow.picks > 1")).toBeNull();
  });
});
