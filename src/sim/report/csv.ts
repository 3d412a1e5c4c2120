/** A result as a table: a line for each metric of each variant, for spreadsheets and scripts. */
import { csvLine } from "../../io/write-csv.js";
import type { Estimate, ResultRow, ScenarioResult, VariantResult } from "../results.js";

const HEADS = [
  "scenario",
  "variant",
  "metric",
  "mean",
  "low95",
  "high95",
  "n",
  "difference",
  "difference_low95",
  "difference_high95",
] as const;

/** Every metric of a variant under its full name. */
function metricsOf(variant: VariantResult): (readonly [name: string, Estimate])[] {
  const named = (kind: string, rows: readonly ResultRow[]) =>
    rows.flatMap(({ name, metrics }) =>
      Object.entries(metrics).map(
        ([metric, estimate]) => [`${kind}.${name}.${metric}`, estimate] as const,
      ),
    );
  return [
    ...Object.entries(variant.metrics),
    ...named("worker", variant.workers),
    ...named("orchestrator", variant.orchestrators),
    ...named("region", variant.regionEstimates),
  ];
}

/** An end of an interval that is not there is an empty cell. */
function endOf(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** @returns lines as RFC 4180 has them, the first with the columns' names */
export function runCsv(results: readonly ScenarioResult[]): string {
  const lines = results.flatMap(({ scenario, variants, comparisons }) => {
    const differences = new Map(
      comparisons.map(({ variant, metric, difference }) => [`${variant} ${metric}`, difference]),
    );
    return variants.flatMap((variant) =>
      metricsOf(variant).map(([metric, { mean, ci95, n }]) => {
        const difference = differences.get(`${variant.name} ${metric}`);
        return csvLine([
          scenario.name,
          variant.name,
          metric,
          mean,
          endOf(ci95[0]),
          endOf(ci95[1]),
          n,
          difference?.mean ?? null,
          endOf(difference?.ci95[0]),
          endOf(difference?.ci95[1]),
        ]);
      }),
    );
  });
  return [csvLine(HEADS), ...lines].join("");
}
