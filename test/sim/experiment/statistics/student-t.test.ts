import { describe, expect, it } from "vitest";
import { studentTCritical } from "../../../../src/sim/experiment/statistics/student-t.js";

describe("Student's t, two-sided critical values", () => {
  it.each([
    // degrees of freedom, confidence, value as printed in statistical tables
    [1, 0.95, 12.706],
    [2, 0.95, 4.303],
    [3, 0.95, 3.182],
    [4, 0.95, 2.776],
    [5, 0.95, 2.571],
    [9, 0.95, 2.262],
    [10, 0.95, 2.228],
    [19, 0.95, 2.093],
    [29, 0.95, 2.045],
    [39, 0.95, 2.023],
    [60, 0.95, 2.0],
    [120, 0.95, 1.98],
    [1, 0.9, 6.314],
    [7, 0.9, 1.895],
    [1, 0.99, 63.657],
    [4, 0.99, 4.604],
    [10, 0.99, 3.169],
  ])("%i degrees of freedom at %f: %f", (degreesOfFreedom, confidence, value) => {
    expect(studentTCritical({ degreesOfFreedom, confidence })).toBeCloseTo(value, 3);
  });

  it("equals the closed forms for 1 and 2 degrees of freedom", () => {
    for (const c of [0.05, 0.5, 0.8, 0.95, 0.999]) {
      const cauchy = Math.tan((Math.PI / 2) * c);
      const two = c * Math.sqrt(2 / (1 - c * c));
      const at = (degreesOfFreedom: number) =>
        studentTCritical({ degreesOfFreedom, confidence: c });
      expect(Math.abs(at(1) / cauchy - 1)).toBeLessThan(1e-12);
      expect(Math.abs(at(2) / two - 1)).toBeLessThan(1e-12);
    }
  });

  it("falls towards the normal quantile", () => {
    const values = [1, 2, 3, 5, 9, 39, 400, 10_000].map((degreesOfFreedom) =>
      studentTCritical({ degreesOfFreedom }),
    );
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.at(-1)).toBeCloseTo(1.96, 3);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d degrees of freedom", (degreesOfFreedom) => {
    expect(() => studentTCritical({ degreesOfFreedom })).toThrow(/degrees of freedom/);
  });

  it("refuses a confidence of 1", () => {
    expect(() => studentTCritical({ degreesOfFreedom: 3, confidence: 1 })).toThrow(/confidence/);
  });
});
