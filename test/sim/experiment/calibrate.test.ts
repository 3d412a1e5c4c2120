/** The search for the demand at which a figure has a value. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchLoad } from "../../../src/sim/experiment/calibrate.js";

const limits = { low: 1e-4, high: 100 };

function search(target: number, curve: (load: number) => number) {
  let measured = 0;
  const measure = async (load: number) => {
    measured += 1;
    expect(load).toBeGreaterThanOrEqual(limits.low);
    expect(load).toBeLessThanOrEqual(limits.high);
    return curve(load);
  };
  return searchLoad({ target, measure, limits }).then((found) => ({ ...found, measured }));
}

describe("searchLoad", () => {
  it("needs two steps where the figure is in proportion to demand", async () => {
    const found = await search(90, (load) => 30 * load);
    expect(found).toMatchObject({ isReached: true, measured: 2 });
    expect(found.load).toBeCloseTo(3, 9);
  });

  it("takes demand as it is when that fits", async () => {
    expect(await search(30, (load) => 30.1 * load)).toMatchObject({ load: 1, measured: 1 });
  });

  it("finds where a share falls, beyond a flat part on either side", async () => {
    const falling = await search(0.02, (load) => Math.min(0.05, 0.2 / load));
    expect(falling.isReached).toBe(true);
    expect(falling.load).toBeCloseTo(10, -1);
    const rising = await search(0.02, (load) => Math.min(0.05, 0.2 * load));
    expect(rising.isReached).toBe(true);
    expect(rising.load).toBeCloseTo(0.1, 2);
  });

  it("begins with demand so low that nothing was seen", async () => {
    const found = await search(50, (load) => (load < 5 ? 0 : 5 * (load - 4)));
    expect(found.isReached).toBe(true);
  });

  it("ends with the closest when the figure is out of reach", async () => {
    const capped = await search(50, (load) => Math.min(20, 10 * load));
    expect(capped).toMatchObject({ isReached: false, value: 20 });
    const nothing = await search(50, () => 0);
    expect(nothing).toMatchObject({ isReached: false, value: 0 });
    expect(nothing.measured).toBeLessThanOrEqual(12);
  });

  it("finds any figure of any power law within the limits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.double({ min: -2, max: 1.5, noNaN: true }),
        async (power, goal) => {
          const found = await search(7 * (10 ** goal) ** power, (load) => 7 * load ** power);
          expect(found.isReached).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
