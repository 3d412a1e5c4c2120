import { describe, expect, test } from "vitest";
import { makeKey, uniform } from "../../../../src/core/random.js";
import { lengthModel } from "../../../../src/sim/model/world/lengths.js";
import { scenarioSchema } from "../../../../src/sim/scenario/schema.js";

const COUNT = 40_000;
const MINUTE_MS = 60_000;

function modelOf(length: Record<string, unknown>) {
  return lengthModel(scenarioSchema.parse({ name: "x", stream: { length } }).stream.length);
}

/** Mean, and its standard error. */
function mean(draw: (run: number) => number): { mean: number; error: number } {
  const values = Array.from({ length: COUNT }, (_, run) => draw(run));
  const average = values.reduce((sum, value) => sum + value, 0) / COUNT;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / COUNT;
  return { mean: average, error: Math.sqrt(variance / COUNT) };
}

const u = (run: number, index: number) => uniform(run, 17, index);

/** Means by hand: of the length, and E[length²] ÷ (2 E[length]) of what is left of it. */
const cases: readonly [Record<string, unknown>, number, number][] = [
  [{ distribution: "constant", mean: "20m" }, 20, 10],
  [{ distribution: "exponential", mean: "20m" }, 20, 20],
  [{ distribution: "lognormal", mean: "20m", cv: 1 }, 20, 20],
  [{ distribution: "lognormal", mean: "20m", cv: 0 }, 20, 10],
  [{ distribution: "lognormal", mean: "20m", cv: 2 }, 20, 50],
  // Half of them 3 min, half 51 min: (9 + 2601) (1 + 1) ÷ 2 ÷ (2 × 27).
  [{ distribution: "mixture" }, 27, 2610 / 54],
  [{ distribution: "empirical", values: ["1m", "3m"] }, 2, 1.25],
];

describe.each(cases)("%j", (settings, meanMinutes, residualMinutes) => {
  const model = modelOf(settings);

  test("has the mean that it states", () => {
    expect(model.meanMs / MINUTE_MS).toBeCloseTo(meanMinutes, 9);
    const found = mean((run) => model.draw(u(run, 0), u(run, 1)));
    expect(Math.abs(found.mean - model.meanMs)).toBeLessThan(5 * found.error + 1e-6);
  });

  test("what is left of one met at random has the equilibrium mean", () => {
    expect(model.meanResidualMs / MINUTE_MS).toBeCloseTo(residualMinutes, 9);
    const found = mean((run) => u(run, 2) * model.met(u(run, 0), u(run, 1)));
    expect(Math.abs(found.mean / MINUTE_MS - residualMinutes)).toBeLessThan(
      (5 * found.error) / MINUTE_MS + 1e-6,
    );
  });
});

test("a key of its own for each run gives independent lengths", () => {
  const model = modelOf({ distribution: "exponential", mean: "20m" });
  const { k0, k1 } = makeKey(3);
  const a = model.draw(uniform(k0, k1, -1), uniform(k0, k1, -2));
  const b = model.draw(uniform(k0 + 1, k1, -1), uniform(k0 + 1, k1, -2));
  expect(a).not.toBe(b);
});
