/**
 * How well the response-time model predicts regions it has not seen: every leaderboard region in
 * turn is held out, predicted from the others and the RTT table, and compared with its rows.
 */
import type { NetworkOrchestrator } from "../../src/sim/network/network-file.js";
import { weightedQuantile } from "../../src/sim/network/quantiles.js";
import { regionSummary } from "../../src/sim/network/region-summary.js";
import type { RegionTable } from "../../src/sim/network/regions.js";
import { RELIABLE_SUCCESS, responseTimes } from "../../src/sim/network/response-times.js";

/** Predicted and true value of one figure, and the log of their ratio. */
export interface Comparison {
  readonly predicted: number;
  readonly actual: number;
  readonly logError: number;
}

/** One held-out region. */
export interface RegionValidation {
  readonly code: string;
  readonly p05: Comparison;
  readonly p50: Comparison;
  readonly p95: Comparison;
  /** Mean success rate over all rows; the error is predicted − actual, not a logarithm. */
  readonly successRate: { predicted: number; actual: number; error: number };
  /** |log error| of each orchestrator with a reliable row, ascending. */
  readonly orchestratorErrors: readonly number[];
  /** The same when the median round trip of the region itself (not held out) is the prediction. */
  readonly regionMedianErrors: readonly number[];
  readonly worst: readonly { readonly address: string; readonly comparison: Comparison }[];
}

/** @param values at least one, any order */
export function medianOf(values: readonly number[]): number {
  return weightedQuantile(
    values.map((value) => ({ value, weight: 1 })),
    0.5,
  );
}

/** Linear-interpolated quantile, as the published region summary uses. */
function quantileOf(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (at - Math.floor(at)) * (high - low);
}

const compare = (predicted: number, actual: number): Comparison => ({
  predicted,
  actual,
  logError: Math.log(predicted / actual),
});

/**
 * Holds out each region that has rows.
 *
 * @param network orchestrators of the network file
 * @param regions the regions table they were parsed with
 */
export function crossValidate(
  network: readonly NetworkOrchestrator[],
  regions: RegionTable,
): RegionValidation[] {
  const validations: RegionValidation[] = [];
  for (const [region, { code }] of regions.regions.entries()) {
    const rows = network.flatMap((item, orchestrator) =>
      item.leaderboard
        .filter((row) => row.region === region)
        .map((row) => ({ orchestrator, address: item.address, ...row })),
    );
    if (rows.length === 0) continue;
    const times = responseTimes(network, regions, { heldOutRegion: region });
    const summary = regionSummary(times, region);
    const reliable = rows.filter(({ successRate }) => successRate >= RELIABLE_SUCCESS);
    const actual = reliable.map(({ roundTripMs }) => roundTripMs ?? Number.NaN);
    const comparisons = reliable
      .filter(({ orchestrator }) => times.source(orchestrator, region) === "predicted")
      .map(({ orchestrator, address, roundTripMs }) => ({
        address,
        comparison: compare(times.roundTripMs(orchestrator, region), roundTripMs ?? Number.NaN),
      }))
      .sort((a, b) => Math.abs(b.comparison.logError) - Math.abs(a.comparison.logError));
    const success = rows.reduce((sum, row) => sum + row.successRate, 0) / rows.length;
    const median = quantileOf(actual, 0.5);
    validations.push({
      code,
      p05: compare(summary.roundTripMs.p05, quantileOf(actual, 0.05)),
      p50: compare(summary.roundTripMs.p50, median),
      p95: compare(summary.roundTripMs.p95, quantileOf(actual, 0.95)),
      successRate: {
        predicted: summary.successRate,
        actual: success,
        error: summary.successRate - success,
      },
      orchestratorErrors: comparisons.map(({ comparison }) => Math.abs(comparison.logError)),
      regionMedianErrors: actual.map((value) => Math.abs(Math.log(value / median))),
      worst: comparisons.slice(0, 3),
    });
  }
  return validations;
}
