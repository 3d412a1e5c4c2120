/** A sweep as a table: a line for each point in each circumstance. */
import { csvLine } from "../../io/write-csv.js";
import type { Estimate } from "../results.js";
import type { SweepResult, SweepSlice } from "../sweep/sweep-result.js";

const HEADS = [
  "scenario",
  "case",
  "point",
  "settings",
  "standing",
  "same_as",
  "objective",
  "low95",
  "high95",
  "change",
  "change_low",
  "change_high",
  "behind_best",
  "behind_best_low",
  "behind_best_high",
  "workers",
  "sessions",
  "replications",
  "dropped_by",
  "constraint",
];

type Cell = string | number | null;

/** An end of an interval that is not there is an empty cell. */
function cellsOf(found: Estimate | null): Cell[] {
  if (found === null) return [null, null, null];
  const end = (value: number) => (Number.isFinite(value) ? value : null);
  return [found.mean, end(found.ci95[0]), end(found.ci95[1])];
}

function linesOf(name: string, { label, points }: SweepSlice): string[] {
  return points.map((point) =>
    csvLine([
      name,
      label,
      point.label,
      point.settings.map(({ path, value }) => `${path}=${JSON.stringify(value)}`).join(" "),
      point.standing,
      point.sameAs,
      ...cellsOf(point.objective),
      ...cellsOf(point.change),
      ...cellsOf(point.behindBest),
      point.admitted?.workers ?? null,
      point.admitted?.sessions ?? null,
      point.replications,
      point.dropped?.by ?? null,
      point.dropped?.constraint ?? null,
    ]),
  );
}

/** @returns lines as RFC 4180 has them, the first with the columns' names */
export function sweepCsv(results: readonly SweepResult[]): string {
  const lines = results.flatMap(({ scenario, slices }) =>
    slices.flatMap((slice) => linesOf(scenario.name, slice)),
  );
  return [csvLine(HEADS), ...lines].join("");
}
