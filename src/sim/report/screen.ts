/**
 * The first screen of a report on a terminal: the answer, the figures that matter, what to do with
 * each worker, how sure that is. At most 40 lines at 80 columns, whatever the result.
 */
import { aiLines } from "./ai.js";
import type { ReportContent } from "./content/content.js";
import { whyHead } from "./content/worker-lines.js";
import {
  answerLines,
  bar,
  figureTable,
  fitting,
  groundLines,
  type Limits,
  lastLines,
  more,
} from "./screen-parts.js";
import { type Style, wrapped } from "./style.js";
import { type Column, table, tableWidth } from "./table.js";

/** Reasons are broken into lines of at least so many characters, or stand below. */
const WHY_MIN = 14;

/** The most first; the last one always fits. */
const LIMITS: readonly Limits[] = [
  { workers: 10, variants: 14, notes: 4, failed: 4, silent: 4 },
  { workers: 8, variants: 12, notes: 2, failed: 3, silent: 2 },
  { workers: 6, variants: 10, notes: 1, failed: 2, silent: 2 },
  { workers: 4, variants: 6, notes: 0, failed: 1, silent: 1 },
  { workers: 2, variants: 3, notes: 0, failed: 1, silent: 1 },
  { workers: 0, variants: 0, notes: 0, failed: 0, silent: 0 },
];

function variantTable({ figures }: ReportContent, style: Style, max: number): string {
  const { heads, lines } = figures.variants;
  if (lines.length === 0 || max === 0) return "";
  const shown = lines.slice(0, max);
  const most = Math.max(0, ...lines.flatMap(({ value }) => value ?? []));
  const bars = shown.map(({ value }) => (value === null || most === 0 ? "" : bar(value / most)));
  const text = table(
    [
      { head: "variant", cells: shown.map(({ name }) => name), align: "left" },
      ...heads.map((head, index) => ({
        head,
        cells: shown.map(({ cells }) => cells[index] ?? ""),
        rank: index === 0 ? 0 : index,
      })),
      { head: "", cells: bars, align: "left" as const },
    ],
    style,
  );
  const rest = more(lines.length - shown.length, "variants");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

function workerTable({ workers, workersIn }: ReportContent, style: Style, max: number): string {
  const shown = workers.slice(0, max);
  if (shown.length === 0) return "";
  const column = (
    head: string,
    key: Exclude<keyof (typeof shown)[number], "isAsked" | "isOut">,
    options: Pick<Column, "align" | "rank"> = {},
  ): Column => ({ head, cells: shown.map((line) => line[key]), ...options });
  const columns = [
    column(workersIn === null ? "worker" : `worker in ${workersIn}`, "name", { align: "left" }),
    column("what to do", "advice", { align: "left" }),
    column("kept", "kept"),
    column("answers in", "roundTrip"),
    column(`worth/day, ${shown[0]?.worthUnit}`, "worth"),
  ];
  const why = column(whyHead(shown), "why", { align: "left" });
  const room = style.width - tableWidth(columns) - 2;
  const cells = why.cells.map((cell) => (room < WHY_MIN ? cell : wrapped(cell, room)));
  const text = table([...columns, { ...why, cells }], style, (cell, row) =>
    shown[row]?.isAsked ? style.bold(cell) : cell,
  );
  const rest = more(workers.length - shown.length, "workers");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

/**
 * The first screen, each line ended.
 *
 * @param options.isAll all tables follow
 */
export function screen(
  content: ReportContent,
  style: Style,
  { isAll }: { readonly isAll: boolean },
): string {
  return fitting(LIMITS, (limits) => [
    answerLines(content, style),
    figureTable(content, style),
    variantTable(content, style, limits.variants),
    workerTable(content, style, limits.workers),
    aiLines(content.ai ?? null, style, limits.workers),
    groundLines(content, style, limits, isAll),
    lastLines(content, style, isAll),
  ]);
}
