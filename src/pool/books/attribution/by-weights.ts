/**
 * *By weights*, as the pool proposal has it: when tickets were won, what they brought, less the
 * pool's cut, is split by weight = wd · duration + wp · pixels + wr · renditions of all work
 * since the last split.
 */
import { InputError } from "../../../core/errors.js";
import { Rational } from "../../../core/rational.js";
import { schemeEntry, WEIGHT_SETTINGS } from "./entry.js";
import {
  type AttributionScheme,
  checkCommission,
  commissionOf,
  shareList,
  type Work,
} from "./scheme.js";
import { splitWei } from "./split.js";

/** Coefficients, each at least 0. */
export interface Weights {
  /** Weight of a second of source, at least 0. */
  readonly duration: Rational;
  /** Weight of one pixel, at least 0. */
  readonly pixels: Rational;
  /** Weight of one rendition, at least 0. */
  readonly renditions: Rational;
}

/**
 * The scheme that splits income in proportion to weighed work: each job weighs its source seconds,
 * its pixels and its renditions by the coefficients. Each job counts once.
 *
 * @throws InputError (`WEIGHTS`) for a negative coefficient
 */
export function byWeights(weights: Weights): AttributionScheme {
  // Callers without types may give anything.
  const { duration, pixels, renditions } = Object(weights) as Weights;
  if (![duration, pixels, renditions].every((weight) => weight instanceof Rational)) {
    throw new InputError("weights: expected duration, pixels and renditions, each a Rational", {
      code: "WEIGHTS",
    });
  }
  if ([duration, pixels, renditions].some((weight) => weight.sign() < 0)) {
    throw new InputError("weights can't be negative", { code: "WEIGHTS" });
  }
  // Whole numbers in the same proportions; durations come in ms.
  const scale = 1000n * duration.den * pixels.den * renditions.den;
  const perMs = (duration.num * (scale / duration.den)) / 1000n;
  const perPixel = pixels.num * (scale / pixels.den);
  const perRendition = renditions.num * (scale / renditions.den);
  const weightOf = (work: Work) =>
    perMs * work.durationMs + perPixel * work.pixels + perRendition * work.renditions;

  return {
    name: "by-weights",
    basis: "income",
    attribute({ works, incomeWei, commission }) {
      checkCommission(commission);
      const byWorker = new Map<string, bigint>();
      for (const work of works) {
        byWorker.set(work.worker, (byWorker.get(work.worker) ?? 0n) + weightOf(work));
      }
      const cut = commissionOf(incomeWei, commission);
      const parts = splitWei(incomeWei - cut, byWorker);
      return parts === null
        ? { shares: [], commissionWei: 0n, unattributedWei: incomeWei }
        : { shares: shareList(parts), commissionWei: cut, unattributedWei: 0n };
    },
  };
}

/** The coefficients that settings say. @throws InputError (`WEIGHTS`) if none is above 0 */
export function weightsOf(settings: {
  readonly weightDuration: string;
  readonly weightPixels: string;
  readonly weightRenditions: string;
}): Weights {
  const weights = {
    duration: Rational.parse(settings.weightDuration),
    pixels: Rational.parse(settings.weightPixels),
    renditions: Rational.parse(settings.weightRenditions),
  };
  if (Object.values(weights).every((weight) => weight.sign() === 0)) {
    throw new InputError("weights: expected at least one above 0", { code: "WEIGHTS" });
  }
  return weights;
}

export const byWeightsEntry = schemeEntry({
  name: "by-weights",
  settingName: "byWeights",
  description: "At a win, all who worked since the last split, by weights of their work.",
  settings: WEIGHT_SETTINGS,
  needs: ["rounds", "renditions"],
  create: (settings) => byWeights(weightsOf(settings)),
});
