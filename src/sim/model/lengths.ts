/**
 * How long streams last: a fresh length, and the residual length of a stream that is under way
 * when the run begins (the equilibrium distribution of renewal theory: a length-biased length,
 * cut at a uniform point).
 */
import {
  drawExponential,
  drawLognormal,
  type Lognormal,
  lognormal,
} from "../engine/distributions.js";
import type { Scenario } from "../scenario/schema.js";

/** Draws lengths; the arguments are uniform numbers in (0, 1). */
export interface LengthModel {
  readonly meanMs: number;
  /** Length of a new stream, ms. */
  draw(u0: number, u1: number): number;
  /** Time left of a stream that is met at a random instant, ms. */
  residual(u0: number, u1: number, u2: number): number;
}

type LengthSettings = Scenario["stream"]["length"];

/** Makes the model that a scenario asks for. */
export function lengthModel(settings: LengthSettings): LengthModel {
  switch (settings.distribution) {
    case "constant": {
      const { mean } = settings;
      return { meanMs: mean, draw: () => mean, residual: (u0) => u0 * mean };
    }
    case "exponential": {
      const { mean } = settings;
      return {
        meanMs: mean,
        draw: (u0) => drawExponential(mean, u0),
        residual: (u0) => drawExponential(mean, u0),
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
  return {
    meanMs,
    draw: (u0, u1) => drawFrom(fresh, freshEnds, u0, u1),
    residual: (u0, u1, u2) => u2 * drawFrom(biased, biasedEnds, u0, u1),
  };
}

function empiricalModel(values: readonly number[]): LengthModel {
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    meanMs: total / values.length,
    draw: (u0) => values[Math.min(values.length - 1, Math.floor(u0 * values.length))] ?? 0,
    residual: (u0, u1) => {
      let rest = u0 * total;
      for (const value of values) {
        if (rest < value) return u1 * value;
        rest -= value;
      }
      return u1 * (values[values.length - 1] ?? 0);
    },
  };
}
