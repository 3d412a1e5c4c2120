import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planReplications } from "../../../../src/sim/experiment/statistics/stopping.js";

// s = 1: ten values, five at +c and five at -c with c = √0.9
const c = Math.sqrt(0.9);
const pilotDifferences = [c, -c, c, -c, c, -c, c, -c, c, -c];

describe("two stages: the pilot fixes the number of replications", () => {
  it("takes (t s / half-width)² rounded up, with the pilot's t", () => {
    // t(9) = 2.2622: (2.2622 / 0.45)² = 25.27
    expect(planReplications({ pilotDifferences, halfWidth: 0.45 })).toEqual({
      replications: 26,
      expectedHalfWidth: expect.closeTo(2.262157 / Math.sqrt(26), 5),
      meetsHalfWidth: true,
    });
  });

  it("never takes fewer than the pilot's 10", () => {
    const plan = planReplications({ pilotDifferences, halfWidth: 5 });
    expect(plan.replications).toBe(10);
    expect(plan.meetsHalfWidth).toBe(true);
  });

  it("stops at 40 and says that the half-width is not met", () => {
    const plan = planReplications({ pilotDifferences, halfWidth: 0.01 });
    expect(plan.replications).toBe(40);
    expect(plan.meetsHalfWidth).toBe(false);
    expect(planReplications({ pilotDifferences, halfWidth: 0 }).replications).toBe(40);
  });

  it("needs no more than the pilot when the differences do not vary", () => {
    const flat = new Array<number>(10).fill(0);
    expect(planReplications({ pilotDifferences: flat, halfWidth: 0 })).toEqual({
      replications: 10,
      expectedHalfWidth: 0,
      meetsHalfWidth: true,
    });
  });

  it("takes the most when the pilot says nothing", () => {
    const plan = planReplications({ pilotDifferences: [1], halfWidth: 1 });
    expect(plan).toEqual({ replications: 40, expectedHalfWidth: null, meetsHalfWidth: false });
  });

  it("stays within its bounds and keeps what it promises", () => {
    const pilot = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        pilot,
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        (differences, halfWidth) => {
          const plan = planReplications({ pilotDifferences: differences, halfWidth, minimum: 5 });
          expect(plan.replications).toBeGreaterThanOrEqual(5);
          expect(plan.replications).toBeLessThanOrEqual(40);
          if (plan.meetsHalfWidth) {
            expect(plan.expectedHalfWidth).toBeLessThanOrEqual(halfWidth * (1 + 1e-12));
          }
        },
      ),
    );
  });

  it("refuses bounds that are none", () => {
    expect(() => planReplications({ pilotDifferences, halfWidth: 1, minimum: 1 })).toThrow();
    expect(() => planReplications({ pilotDifferences, halfWidth: -1 })).toThrow(/half-width/);
  });
});
