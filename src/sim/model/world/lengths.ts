/**
 * How long streams last: a fresh length, and the length of a stream that is under way when the run
 * begins (the equilibrium of renewal theory: a length-biased length, met at a uniform point).
 */
import {
  drawExponential,
  drawLognormal,
  type Lognormal,
  lognormal,
} from "../../engine/distributions.js";
import type { Scenario } from "../../scenario/schema.js";

/** Draws lengths; the arguments are uniform numbers in (0, 1). */
export interface LengthModel {
  readonly meanMs: number;
  /** Mean of what is left of a stream that is met at a random instant: E[L²] ÷ 2 E[L], ms. */
  readonly meanResidualMs: number;
  /** Length of a new stream, ms. */
  draw(u0: number, u1: number): number;
  /** Whole length of a stream that is met at a random instant, which is at a uniform point of it, ms. */
  met(u0: number, u1: number): number;
}

type LengthSettings = Scenario["stream"]["length"];

/** Makes the model that a scenario asks for. */
export function lengthModel(settings: LengthSettings): LengthModel {
  switch (settings.distribution) {
    case "constant": {
      const { mean } = settings;
      return { meanMs: mean, meanResidualMs: mean / 2, draw: () => mean, met: () => mean };
    }
    case "exponential": {
      const { mean } = settings;
      return {
        meanMs: mean,
        meanResidualMs: mean,
        draw: (u0) => drawExponential(mean, u0),
        met: (u0, u1) => drawExponential(mean, u0) + drawExponential(mean, u1),
      };
    }
    case "lognormal":
      return mixtureModel([{ share: 1, mean: settings.mean, cv: settings.cv }]);
    case "mixture": {
      const { mean, shortShare, shortMean, shortCv, longCv } = settings;
      if (shortShare >= 1) return mixtureModel([{ share: 1, mean: shortMean, cv: shortCv }]);
      const longMean = Math.max(shortMean, (mean - shortShare * shortMean) / (1 - shortShare));
      return mixtureModel([
        { share: shortShare, mean: shortMean, cv: shortCv },
        { share: 1 - shortShare, mean: longMean, cv: longCv },
      ]);
    }
    case "empirical":
      return empiricalModel(settings.values);
  }
}

function mixtureModel(
  parts: readonly { readonly share: number; readonly mean: number; readonly cv: number }[],
): LengthModel {
  const meanMs = parts.reduce((sum, part) => sum + part.share * part.mean, 0);
  const fresh: Lognormal[] = [];
  // The length-biased form of a lognormal is a lognormal whose mu is larger by sigma².
  const biased: Lognormal[] = [];
  const freshEnds: number[] = [];
  const biasedEnds: number[] = [];
  let freshEnd = 0;
  let biasedEnd = 0;
  for (const { share, mean, cv } of parts) {
    const { mu, sigma } = lognormal(mean, cv);
    fresh.push({ mu, sigma });
    biased.push({ mu: mu + sigma * sigma, sigma });
    freshEnd += share;
    biasedEnd += (share * mean) / meanMs;
    freshEnds.push(freshEnd);
    biasedEnds.push(biasedEnd);
  }
  const drawFrom = (
    models: readonly Lognormal[],
    ends: readonly number[],
    u0: number,
    u1: number,
  ) => {
    const index = ends.findIndex((end) => u0 < end);
    const model = models[index < 0 ? models.length - 1 : index];
    return model === undefined ? 0 : drawLognormal(model, u1);
  };
  const meanSquare = parts.reduce(
    (sum, { share, mean, cv }) => sum + share * mean * mean * (1 + cv * cv),
    0,
  );
  return {
    meanMs,
    meanResidualMs: meanMs === 0 ? 0 : meanSquare / (2 * meanMs),
    draw: (u0, u1) => drawFrom(fresh, freshEnds, u0, u1),
    met: (u0, u1) => drawFrom(biased, biasedEnds, u0, u1),
  };
}

function empiricalModel(values: readonly number[]): LengthModel {
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    meanMs: total / values.length,
    meanResidualMs:
      total === 0 ? 0 : values.reduce((sum, value) => sum + value * value, 0) / (2 * total),
    draw: (u0) => values[Math.min(values.length - 1, Math.floor(u0 * values.length))] ?? 0,
    met: (u0) => {
      let rest = u0 * total;
      for (const value of values) {
        if (rest < value) return value;
        rest -= value;
      }
      return values[values.length - 1] ?? 0;
    },
  };
}
