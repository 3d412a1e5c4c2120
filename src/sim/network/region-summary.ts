/**
 * What the public leaderboard would show for a region: success rate and round-trip quantiles, for
 * regions without data too. The same figures that the simulated tester of a run reports, computed
 * directly; used to validate the response-time model.
 */
import { normalQuantile } from "../../core/random.js";
import type { WeightedPoint } from "./quantiles.js";
import { weightedQuantile } from "./quantiles.js";
import type { ResponseTimes } from "./response-times.js";
import { lateRowChance, RELIABLE_SUCCESS } from "./response-times.js";

/** A region as the leaderboard shows it. */
export interface RegionSummary {
  /** Mean over all orchestrators that were tested, silent ones included. */
  readonly successRate: number;
  /** Quantiles over orchestrators with a success rate of at least 0.9, ms for a 2 s segment. */
  readonly roundTripMs: { readonly p05: number; readonly p50: number; readonly p95: number };
  /** How many orchestrators (expected) have a success rate of at least 0.9. */
  readonly reliableOrchestrators: number;
}

/**
 * Spread of the log error of a predicted round trip: without it quantiles at the ends shrink to
 * the middle. Least quantile error in leave-one-region-out tests; a tester's mean over three
 * tests with the default session noise (CV 0.25) has the same spread.
 */
const PREDICTION_SIGMA = 0.15;
const NOISE_POINTS = 21;

const noise = Array.from({ length: NOISE_POINTS }, (_, point) =>
  Math.exp(PREDICTION_SIGMA * normalQuantile((point + 0.5) / NOISE_POINTS)),
);

/**
 * Summarises a region over orchestrators that the leaderboard has data of.
 *
 * @param times response times of a network
 * @param region index into the regions table
 */
export function regionSummary(times: ResponseTimes, region: number): RegionSummary {
  const points: WeightedPoint[] = [];
  let tested = 0;
  let success = 0;
  let reliable = 0;
  for (let orchestrator = 0; orchestrator < times.orchestratorCount; orchestrator += 1) {
    const source = times.source(orchestrator, region);
    if (source === "imputed" && !times.isSilent(orchestrator)) continue;
    tested += 1;
    const successRate = times.successRate(orchestrator, region);
    success += successRate;
    if (times.availability(orchestrator, region) === 0) continue;
    const roundTripMs = times.roundTripMs(orchestrator, region);
    if (source === "measured") {
      points.push({ value: roundTripMs, weight: NOISE_POINTS });
      reliable += 1;
    } else if (times.isRowKnown(orchestrator, region)) {
      // Measured below 0.9: the leaderboard's quantiles leave it out.
    } else if (times.availability(orchestrator, region) >= RELIABLE_SUCCESS) {
      for (const factor of noise) {
        const value = roundTripMs * factor;
        const weight = 1 - lateRowChance(value);
        points.push({ value, weight });
        reliable += weight / NOISE_POINTS;
      }
    }
  }
  // Between order statistics as usual for samples: p of the way from the first to the last.
  const quantile = (p: number) =>
    points.length === 0
      ? Number.NaN
      : weightedQuantile(points, reliable <= 1 ? 0.5 : (0.5 + p * (reliable - 1)) / reliable);
  return {
    successRate: tested === 0 ? Number.NaN : success / tested,
    roundTripMs: { p05: quantile(0.05), p50: quantile(0.5), p95: quantile(0.95) },
    reliableOrchestrators: reliable,
  };
}
