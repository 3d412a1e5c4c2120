import { describe, expect, it } from "vitest";
import { makeKey } from "../../../src/core/random.js";
import { bcaInterval } from "../../../src/sim/experiment/bootstrap.js";

const key = makeKey(7, 3);
const skewed = [0, 0, 0, 0.1, 0.2, 0.2, 0.4, 0.7, 1.5, 6];

describe("the BCa bootstrap of a mean", () => {
  it("is a function of sample and key alone", () => {
    expect(bcaInterval(skewed, { key })).toEqual(bcaInterval([...skewed], { key: makeKey(7, 3) }));
    expect(bcaInterval(skewed, { key })).not.toEqual(bcaInterval(skewed, { key: makeKey(8) }));
  });

  it("agrees with the exact interval, from all 7^7 resamples of a skewed sample", () => {
    // Bias 0.0646, acceleration 0.0584; without either of them clearly elsewhere.
    const values = [0.1, 0.2, 0.4, 0.7, 1.5, 6, 7.3];
    const [low, high] = bcaInterval(values, { key, resamples: 100_000 });
    expect(Math.abs(low - 0.5857)).toBeLessThan(0.015);
    expect(Math.abs(high - 5.0714)).toBeLessThan(0.04);
  });

  it("lies within the sample and contains the mean", () => {
    const [low, high] = bcaInterval(skewed, { key });
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(6);
    expect(low).toBeLessThan(0.91);
    expect(high).toBeGreaterThan(0.91);
  });

  it("reaches further on the side of the long tail, and the mirror image mirrors it", () => {
    const mean = 0.91;
    const [low, high] = bcaInterval(skewed, { key });
    expect(high - mean).toBeGreaterThan(1.5 * (mean - low));
    const [mirroredLow, mirroredHigh] = bcaInterval(
      skewed.map((value) => -value),
      { key },
    );
    expect(mirroredHigh).toBeCloseTo(-low, 1);
    expect(mirroredLow / -high).toBeCloseTo(1, 1);
  });

  it("agrees with mean ± 1.96 s / √n where the sample is large and symmetric", () => {
    const n = 400;
    const values = Array.from({ length: n }, (_, i) => (i - (n - 1) / 2) / n);
    const half = (1.96 * Math.sqrt((n * n - 1) / 12 / n / n)) / Math.sqrt(n);
    const [low, high] = bcaInterval(values, { key });
    expect(low / -half).toBeCloseTo(1, 1);
    expect(high / half).toBeCloseTo(1, 1);
  });

  it("moves and scales with the values", () => {
    const [low, high] = bcaInterval(skewed, { key });
    const moved = bcaInterval(
      skewed.map((value) => 1e18 * value - 3e18),
      { key },
    );
    expect(moved[0] / 1e18).toBeCloseTo(low - 3, 9);
    expect(moved[1] / 1e18).toBeCloseTo(high - 3, 9);
  });

  it("bears the most extreme shape: one value of forty differs", () => {
    const values = [...new Array<number>(39).fill(0), 1];
    const [low, high] = bcaInterval(values, { key });
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(0.05);
  });

  it("refuses values that do not vary", () => {
    expect(() => bcaInterval([2, 2, 2], { key })).toThrow(/vary/);
  });
});
