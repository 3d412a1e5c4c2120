/** How many units requests are billed for: whole numbers from a distribution. */
import { drawExponential, drawLognormal, lognormal } from "../engine/distributions.js";
import type { Scenario } from "../scenario/schema.js";

/** Units of a request; `u` is uniform in (0, 1). */
export interface UnitsModel {
  readonly mean: number;
  /** A whole number of at least 0. */
  draw(u: number): number;
}

/** Makes the model that a scenario asks for. */
export function unitsModel(
  units: NonNullable<NonNullable<Scenario["ai"]>["jobs"][number]["units"]>,
): UnitsModel {
  if (typeof units === "number") {
    const whole = Math.round(units);
    return { mean: units, draw: () => whole };
  }
  switch (units.distribution) {
    case "exponential":
      return { mean: units.mean, draw: (u) => Math.round(drawExponential(units.mean, u)) };
    case "lognormal": {
      if (units.mean === 0) return { mean: 0, draw: () => 0 };
      const drawn = lognormal(units.mean, units.cv);
      return { mean: units.mean, draw: (u) => Math.round(drawLognormal(drawn, u)) };
    }
    case "empirical": {
      const { values } = units;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        mean,
        draw: (u) =>
          Math.round(values[Math.min(values.length - 1, Math.floor(u * values.length))] ?? 0),
      };
    }
  }
}
