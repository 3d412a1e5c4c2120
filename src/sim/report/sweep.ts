/** A sweep as text for a terminal: the best of each circumstance first, then point by point. */
import { counted, grouped, signed } from "../../core/wording.js";
import type { Estimate } from "../results.js";
import type { AdmittedCount, SweepPoint, SweepResult, SweepSlice } from "../sweep/sweep-result.js";
import { spanText } from "./figures.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { table } from "./table.js";

/** How to write it. */
export interface SweepReportOptions extends ReportOptions {
  /** Every point of every circumstance. @default false */
  readonly hasDetails?: boolean | undefined;
}

/** Rows of points on the first screen; more are left to the details. */
const ROWS_MAX = 20;

function changeText(change: Estimate | null, { margin }: SweepResult): string {
  if (change === null) return "";
  const isShare = margin.relative !== null;
  const write = (value: number) => (isShare ? signed(100 * value, 1) : signed(value, 6));
  const end = (value: number) => (Number.isFinite(value) ? write(value) : "?");
  const [low, high] = change.ci95;
  return `${write(change.mean)}${isShare ? " %" : ""} (${end(low)} … ${end(high)})`;
}

function admittedText(admitted: AdmittedCount | null): string {
  if (admitted === null) return "";
  const { workers, of, sessions } = admitted;
  return `${workers} of ${of}, ${counted(sessions, "session")}`;
}

/** Points that gave the very same, as one row. */
interface Row {
  readonly first: SweepPoint;
  readonly last: SweepPoint;
  readonly count: number;
}

function rowsOf({ points }: SweepSlice): readonly Row[] {
  const rows: Row[] = [];
  for (const point of points) {
    const before = rows.at(-1);
    const isSame =
      before !== undefined &&
      point.sameAs !== null &&
      point.sameAs === (before.first.sameAs ?? before.first.label);
    if (isSame && before !== undefined)
      rows[rows.length - 1] = { ...before, last: point, count: before.count + 1 };
    else rows.push({ first: point, last: point, count: 1 });
  }
  return rows;
}

/** `900`, or `700 … 1,100` where there is one axis to choose on. */
function nameOf(points: readonly [SweepPoint, SweepPoint], result: SweepResult): string {
  const [first, last] = points;
  const name = (point: SweepPoint) => {
    const [setting, ...others] = point.settings;
    const value = setting?.value;
    if (others.length > 0 || value === null || typeof value === "object") return point.label;
    return typeof value === "number" ? grouped(value) : String(value);
  };
  const isOne = result.axes.filter(({ role }) => role === "choice").length === 1;
  if (!isOne) return first === last ? first.label : `${first.label} … ${last.label}`;
  return first === last ? name(first) : `${name(first)} … ${name(last)}`;
}

/** Those that are as good, neighbours together. */
function asGoodText({ points, asGood }: SweepSlice, result: SweepResult): string {
  const good = new Set(asGood);
  const runs: [SweepPoint, SweepPoint][] = [];
  let isOpen = false;
  for (const point of points) {
    const isGood = good.has(point.label);
    const run = runs.at(-1);
    if (isGood && isOpen && run !== undefined) run[1] = point;
    else if (isGood) runs.push([point, point]);
    isOpen = isGood;
  }
  return runs.map((run) => nameOf(run, result)).join("; ");
}

function bestOf({ points, best }: SweepSlice): SweepPoint | undefined {
  return points.find(({ label }) => label === best);
}

function bestText(slice: SweepSlice, result: SweepResult): string {
  const best = bestOf(slice);
  return best === undefined ? "none" : nameOf([best, best], result);
}

function summaryTable(result: SweepResult, style: Style): string {
  const { slices } = result;
  const column = (head: string, cell: (slice: SweepSlice) => string, rank = 0) => ({
    head,
    cells: slices.map(cell),
    align: "left" as const,
    rank,
  });
  return table(
    [
      column("where", ({ label }) => label),
      column("best", (slice) => bestText(slice, result)),
      column("as good", (slice) => asGoodText(slice, result)),
      column("changes", (slice) => changeText(bestOf(slice)?.change ?? null, result)),
      column("admits", (slice) => admittedText(bestOf(slice)?.admitted ?? null), 1),
    ],
    style,
  );
}

const STANDINGS: Readonly<Record<SweepPoint["standing"], string>> = {
  best: "best",
  "as good": "as good",
  "not told apart": "not told apart",
  worse: "worse",
  "constraint broken": "breaks a constraint",
};

function pointTable(slice: SweepSlice, result: SweepResult, style: Style, most: number): string {
  const rows = rowsOf(slice);
  const shown = rows.slice(0, most);
  const choices = result.axes.filter(({ role }) => role === "choice");
  const head = choices.length === 1 ? (choices[0]?.path.split(".").at(-1) ?? "point") : "point";
  const column = (title: string, cell: (row: Row) => string, rank = 0) => ({
    head: title,
    cells: shown.map(cell),
    align: "left" as const,
    rank,
  });
  const text = table(
    [
      column(head, ({ first, last }) => nameOf([first, last], result)),
      column("standing", ({ first }) => STANDINGS[first.standing]),
      column("changes", ({ first }) => changeText(first.change, result)),
      column("admits", ({ first }) => admittedText(first.admitted), 1),
      column("replications", ({ first }) => String(first.replications), 2),
    ],
    style,
  );
  const more = rows.length - shown.length;
  return more === 0 ? text : `${text}\n${style.dim(`… and ${more} more: --details`)}`;
}

function openText({ slices }: SweepResult): string {
  const open = slices.filter(({ isDecided }) => !isDecided);
  if (open.length === 0) return "";
  const where = slices.length === 1 ? "" : ` (${open.map(({ label }) => label).join("; ")})`;
  return `Not all that are left are told apart yet${where}: a longer --budget, a longer --duration or a larger --margin would.`;
}

function everywhereText(result: SweepResult): string {
  const { slices, goodEverywhere } = result;
  const [first] = slices;
  if (slices.length < 2 || first === undefined) return "";
  if (goodEverywhere.length === 0) return "None is as good as the best everywhere.";
  return `As good everywhere: ${asGoodText({ ...first, asGood: goodEverywhere }, result)}.`;
}

/**
 * The sweep.
 *
 * @returns lines, each ended
 */
export function renderSweep(result: SweepResult, options: SweepReportOptions = {}): string {
  const style = styleOf(options);
  const { scenario, axes, slices, replications, durationMs, seed, margin, objective } = result;
  const varied = axes.map(({ path }) => path.split(".").at(-1)).join(" × ");
  const points = slices.reduce((sum, slice) => sum + slice.points.length, 0);
  const facts = `: ${varied}, ${counted(points, "point")}; ${counted(replications, "replication")} of ${spanText(durationMs)}; seed ${seed}`;
  const share =
    margin.relative === null
      ? `${margin.absolute} of ${objective}`
      : `${Number((100 * margin.relative).toPrecision(6))} % of ${objective}`;
  const [only] = slices;
  const isOne = slices.length === 1 && only !== undefined;
  const hasDetails = options.hasDetails === true;
  const most = hasDetails ? Number.POSITIVE_INFINITY : ROWS_MAX;
  const tables = isOne
    ? [pointTable(only, result, style, most)]
    : hasDetails
      ? slices.map(
          (slice) => `${headed(slice.label, style)}\n${pointTable(slice, result, style, most)}`,
        )
      : [];
  const legend = `Changes are those of ${objective}, compared with the scenario as it is; all intervals hold at once, at every look (${Number((100 * result.confidence).toPrecision(6))} %). What counts: more than ${share}.`;
  const parts = [
    headed(scenario.name, style, facts),
    summaryTable(result, style),
    wrapped(everywhereText(result), style.width),
    ...tables,
    wrapped(openText(result), style.width),
    style.dim(wrapped(legend, style.width)),
    ...result.notes.map((note) => style.dim(wrapped(`Note: ${note}`, style.width))),
  ].filter((part) => part !== "");
  return `${parts.join("\n\n")}\n`;
}
