import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EstimateLookup,
  evaluateExpectation,
  parseExpectation,
} from "../../../../src/sim/experiment/expect/expectations.js";
import type { SampleEstimate } from "../../../../src/sim/experiment/statistics/intervals.js";

function parsed(text: string) {
  const result = parseExpectation(text);
  if (!result.ok) throw new Error(`column ${result.error.column}: ${result.error.expected}`);
  return result.expectation;
}

describe("parsing an expectation", () => {
  it("about a variant", () => {
    expect(parsed("with-slow.worker.slow-1.picks >= 12")).toEqual({
      text: "with-slow.worker.slow-1.picks >= 12",
      variant: "with-slow",
      baseline: null,
      metric: "worker.slow-1.picks",
      operator: ">=",
      value: 12,
      wholeInterval: false,
      columns: { variant: 1, baseline: null, metric: 11 },
    });
  });

  it("about a difference, with the whole interval", () => {
    const text = " difference( with , without ).region.FRA.margin.q99 > -0.02 with 95% ";
    expect(parsed(text)).toMatchObject({
      variant: "with",
      baseline: "without",
      metric: "region.FRA.margin.q99",
      operator: ">",
      value: -0.02,
      wholeInterval: true,
      columns: { variant: 14, baseline: 21, metric: 31 },
    });
  });

  it.each(["<", "<=", ">", ">=", "==", "!="])("operator %s, with or without spaces", (operator) => {
    expect(parsed(`a.b${operator}1`).operator).toBe(operator);
    expect(parsed(`a.b ${operator} 1`).operator).toBe(operator);
  });

  it.each([
    ["1", 1],
    ["-1.5e-3", -0.0015],
    ["+.5", 0.5],
    ["2.", 2],
    ["1E6", 1e6],
    ["5%", 0.05],
    ["-2 %", -0.02],
  ])("number %s", (text, value) => {
    expect(parsed(`a.b > ${text}`).value).toBe(value);
    expect(parsed(`a.b > ${text} with 95 %`)).toMatchObject({ value, wholeInterval: true });
  });

  it("a variant may be called difference", () => {
    expect(parsed("difference.pool.net > 0")).toMatchObject({ variant: "difference" });
  });

  it.each([
    ["", 1, "", /variant/],
    ["> 3", 1, ">", /variant/],
    ["with > 3", 5, "", /'\.' and a metric/],
    ["with. > 3", 6, "", /metric/],
    ["with.pool..net > 3", 10, "..net", /one of/],
    ["with.pool.net = 3", 15, "=", /one of/],
    ["with.pool.net 3", 15, "3", /one of/],
    ["with.pool.net >", 16, "", /a number/],
    ["with.pool.net > three", 17, "three", /a number/],
    ["with.pool.net > NaN", 17, "NaN", /a number/],
    ["with.pool.net > 1e999", 17, "1e999", /finite/],
    ["with.pool.net > 3x", 18, "x", /'with 95%' or the end/],
    ["with.pool.net > 3 with 90%", 19, "with", /'with 95%' or the end/],
    ["with.pool.net > 3 with 95% and more", 28, "and", /the end/],
    ["difference(with).pool.net > 3", 16, ").pool.net", /','/],
    ["difference(with,).pool.net > 3", 17, ").pool.net", /baseline/],
    ["difference(with,without.pool.net > 3", 24, ".pool.net", /'\)'/],
    ["difference(,without).pool.net > 3", 12, ",without).pool.net", /variant/],
  ])("%j fails at column %i (%j)", (text, column, found, expected) => {
    const result = parseExpectation(text);
    if (result.ok) throw new Error("was accepted");
    expect(result.error).toMatchObject({ column, found });
    expect(result.error.expected).toMatch(expected);
  });

  it("never throws, and points into the text or just behind it", () => {
    const fragments = [
      "difference",
      "(",
      ")",
      ",",
      ".",
      "a",
      "-",
      " ",
      ">",
      "=",
      "1",
      "%",
      "with 95%",
    ];
    const text = fc.array(fc.constantFrom(...fragments), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          text.map((parts) => parts.join("")),
        ),
        (line) => {
          const result = parseExpectation(line);
          if (result.ok) return;
          expect(result.error.column).toBeGreaterThanOrEqual(1);
          expect(result.error.column).toBeLessThanOrEqual(line.length + 1);
        },
      ),
    );
  });
});

describe("evaluating an expectation", () => {
  const net: SampleEstimate = { mean: 5, ci95: [3, 7], n: 10 };
  const lookup: EstimateLookup = {
    metric: (variant, metric) => {
      if (variant !== "with") return undefined;
      if (metric === "pool.net") return net;
      if (metric === "flat") return { mean: 2, ci95: [2, 2], n: 10 };
      if (metric === "once") return { mean: 2, ci95: null, n: 1 };
      return metric === "absent" ? { mean: null, ci95: null, n: 0 } : undefined;
    },
    difference: (variant, baseline, metric) =>
      variant === "with" && baseline === "without" && metric === "pool.net"
        ? { mean: -1, ci95: [-3, 1], n: 9 }
        : undefined,
  };
  const passes = (text: string) => evaluateExpectation(parsed(text), lookup).passed;

  it("compares the mean", () => {
    expect(passes("with.pool.net > 4")).toBe(true);
    expect(passes("with.pool.net > 5")).toBe(false);
    expect(passes("with.pool.net >= 5")).toBe(true);
    expect(passes("with.pool.net <= 5")).toBe(true);
    expect(passes("with.pool.net < 5")).toBe(false);
    expect(passes("with.pool.net == 5")).toBe(true);
    expect(passes("with.pool.net != 5")).toBe(false);
    expect(passes("with.pool.net != 4")).toBe(true);
  });

  it("with 95% compares every point of the interval", () => {
    expect(passes("with.pool.net > 4 with 95%")).toBe(false);
    expect(passes("with.pool.net > 2.9 with 95%")).toBe(true);
    expect(passes("with.pool.net > 3 with 95%")).toBe(false);
    expect(passes("with.pool.net >= 3 with 95%")).toBe(true);
    expect(passes("with.pool.net < 7 with 95%")).toBe(false);
    expect(passes("with.pool.net <= 7 with 95%")).toBe(true);
    expect(passes("with.pool.net == 5 with 95%")).toBe(false);
    expect(passes("with.flat == 2 with 95%")).toBe(true);
    expect(passes("with.pool.net != 4 with 95%")).toBe(false);
    expect(passes("with.pool.net != 8 with 95%")).toBe(true);
  });

  it("takes differences from the paired comparison and shows what came out", () => {
    const text = "difference(with,without).pool.net < 0 with 95%";
    expect(evaluateExpectation(parsed(text), lookup)).toEqual({
      text,
      passed: false,
      actual: { mean: -1, ci95: [-3, 1], n: 9 },
    });
    expect(passes("difference(with,without).pool.net < 0")).toBe(true);
  });

  it("fails for what is absent, whatever the relation", () => {
    expect(passes("with.absent != 3")).toBe(false);
    expect(passes("with.once == 2")).toBe(true);
    expect(passes("with.once == 2 with 95%")).toBe(false);
    expect(evaluateExpectation(parsed("other.pool.net != 3"), lookup).actual).toBeNull();
  });
});
