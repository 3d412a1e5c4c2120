/** Advice as a table: what is advised on each worker, and every action that was tried. */
import { csvLine } from "../../io/write-csv.js";
import type { AdviceResult } from "../advise/advice-result.js";
import type { Action } from "../advise/pool-change.js";
import type { Estimate } from "../results.js";

const HEADS = [
  "scenario",
  "worker",
  "workers",
  "row",
  "action",
  "sessions",
  "finding",
  "reason",
  "change",
  "low",
  "high",
  "n",
  "peak_change",
  "peak_low",
  "peak_high",
  "peak_n",
];

type Cell = string | number | null;

/** An end of an interval that is not there is an empty cell. */
function endOf(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function cellsOf(change: Estimate | null): Cell[] {
  if (change === null) return [null, null, null, null];
  const { mean, ci95, n } = change;
  return [mean, endOf(ci95[0]), endOf(ci95[1]), n];
}

function actionCells(action: Action | null): Cell[] {
  return [action?.kind ?? null, action?.kind === "cap" ? action.sessions : null];
}

function linesOf({ scenario, workers, together }: AdviceResult): string[] {
  const rows = workers.flatMap((worker) => {
    const who = [scenario.name, worker.name, worker.workers.length];
    const { action, advice, why, alone } = worker;
    return [
      [...who, "advice", ...actionCells(action), advice, why, ...cellsOf(alone), ...cellsOf(null)],
      ...worker.tried.map(({ action: tried, finding, reason, change, atPeak }) => [
        ...who,
        "tried",
        ...actionCells(tried),
        finding,
        reason,
        ...cellsOf(change),
        ...cellsOf(atPeak),
      ]),
    ];
  });
  const all =
    together === null
      ? []
      : [
          [
            scenario.name,
            null,
            together.actions.length,
            "together",
            null,
            null,
            together.decision,
            together.reason,
            ...cellsOf(together.change),
            ...cellsOf(together.atPeak),
          ],
        ];
  return [...rows, ...all].map(csvLine);
}

/** @returns lines as RFC 4180 has them, the first with the columns' names */
export function adviceCsv(results: readonly AdviceResult[]): string {
  return [csvLine(HEADS), ...results.flatMap(linesOf)].join("");
}
