import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixed } from "../../../src/core/wording.js";
import {
  differenceText,
  estimateText,
  figure,
  figures,
  scaleFor,
  spanText,
} from "../../../src/sim/report/figures.js";
import { estimate } from "../../support/sim/report-fixture.js";

describe("figures", () => {
  it("group thousands and use a true minus", () => {
    expect(fixed(1_234_567.891, 1)).toBe("1,234,567.9");
    expect(fixed(-1234, 0)).toBe("−1,234");
    expect(fixed(-0.001, 1)).toBe("0.0");
  });

  it("have two digits of their uncertainty", () => {
    const share = scaleFor("share", []);
    expect(estimateText(estimate(0.04931, 0.0012), share)).toBe("4.93 ± 0.12");
    expect(estimateText(estimate(0.04931, 0.012), share)).toBe("4.9 ± 1.2");
    expect(estimateText(estimate(0.4931, 0.12), share)).toBe("49 ± 12");
  });

  it("have three digits where nothing says how uncertain they are", () => {
    expect(estimateText(estimate(0.04931, 0, 1), scaleFor("share", []))).toBe("4.93");
    expect(figure(1234.5, scaleFor("ms", []))).toBe("1,235");
    expect(figure(0.31, scaleFor("ratio", []))).toBe("0.310");
  });

  it("of one column have equally many digits", () => {
    expect(figures([412, 61.2, undefined], scaleFor("count", []))).toEqual(["412", "61", ""]);
    expect(figures([312.4, 1.94], scaleFor("mean", []))).toEqual(["312.4", "1.9"]);
    expect(figures([], scaleFor("ratio", []))).toEqual([]);
  });

  it("of money are in the unit that suits the largest", () => {
    const text = (values: readonly number[]) => {
      const scale = scaleFor("eth", values);
      return values.map((value) => `${figure(value, scale)} ${scale.unit}`);
    };
    expect(text([1.5, 0.2])).toEqual(["1.50 ETH", "0.200 ETH"]);
    expect(text([0.0123, 0.0001])).toEqual(["12.3 mETH", "0.100 mETH"]);
    expect(text([0.000_001])).toEqual(["1,000 gwei"]);
    expect(text([0])).toEqual(["0.00 ETH"]);
  });

  it("of differences have their sign and the ends of their interval", () => {
    const difference = { mean: -0.0192, ci95: [-0.0211, 0.0004] as const };
    expect(differenceText(difference, scaleFor("share", []))).toBe("−1.9 (−2.1 … 0.0)");
    expect(differenceText({ mean: 3, ci95: [-40, 46] }, scaleFor("count", []))).toBe(
      "+3 (−40 … +46)",
    );
  });

  it("are always finite text", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e11, max: 1e11 }),
        fc.double({ noNaN: true, min: 0, max: 1e11 }),
        fc.constantFrom("share", "count", "mean", "eth", "ms", "seconds", "ratio"),
        (mean, half, kind) => {
          const text = estimateText(estimate(mean, half), scaleFor(kind, [mean]));
          expect(text).toMatch(/^−?[\d,]+(\.\d+)? ± [\d,]+(\.\d+)?$/);
        },
      ),
    );
  });
});

describe("spans of time", () => {
  it("are in hours, below an hour in minutes", () => {
    expect(spanText(10_800_000)).toBe("3 h");
    expect(spanText(5_400_000)).toBe("1.50 h");
    expect(spanText(1_200_000)).toBe("20 min");
    expect(spanText(14 * 86_400_000)).toBe("14 days");
  });
});
