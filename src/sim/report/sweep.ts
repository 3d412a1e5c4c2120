/** A sweep as text for a terminal: which value to set first, a curve, then point by point. */

import type { SweepResult } from "../sweep/sweep-result.js";
import { checkResult } from "./any-result.js";
import { expectationSection } from "./conclusion.js";
import {
  type PointLine,
  type SliceContent,
  type SweepContent,
  sweepContent,
} from "./content/sweep-content.js";
import { answerLines, fitting, groundLines, lastLines, more } from "./screen-parts.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { table } from "./table.js";

/** How to write it. */
export interface SweepReportOptions extends ReportOptions {
  /** Every point of every circumstance. @default false */
  readonly hasDetails?: boolean | undefined;
}

interface Limits {
  readonly rows: number;
  readonly curves: number;
  readonly hasSettings: boolean;
  readonly notes: number;
  readonly failed: number;
  readonly silent: number;
}

/** The most first; the last one always fits. */
const LIMITS: readonly Limits[] = [
  { rows: 16, curves: 6, hasSettings: true, notes: 4, failed: 4, silent: 0 },
  { rows: 12, curves: 4, hasSettings: true, notes: 1, failed: 2, silent: 0 },
  { rows: 8, curves: 2, hasSettings: true, notes: 0, failed: 1, silent: 0 },
  { rows: 6, curves: 1, hasSettings: false, notes: 0, failed: 0, silent: 0 },
  { rows: 3, curves: 0, hasSettings: false, notes: 0, failed: 0, silent: 0 },
];

const LEVELS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** A curve of blocks over all points, and a line below it under those that are as good as the best. */
function curveOf(points: readonly PointLine[], width: number): readonly [string, string] {
  const step = Math.max(1, Math.ceil(points.length / width));
  const bins = Array.from({ length: Math.ceil(points.length / step) }, (_, index) =>
    points.slice(index * step, (index + 1) * step),
  );
  const values = bins.map((bin) => Math.max(...bin.map(({ value }) => value ?? Number.NaN)));
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const blocks = values.map((value) => {
    if (!Number.isFinite(value)) return " ";
    const share = high > low ? (value - low) / (high - low) : 1;
    return LEVELS[Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length))] ?? " ";
  });
  const marks = bins.map((bin) =>
    bin.some(({ isBest }) => isBest) ? "▲" : bin.some(({ isGood }) => isGood) ? "─" : " ",
  );
  return [blocks.join(""), marks.join("").trimEnd()];
}

/** A curve for each circumstance, between its first and its last value. */
function curves(
  { slices, choice, objectiveHead }: SweepContent,
  style: Style,
  most: number,
): string {
  const shown = slices.slice(0, most).filter(({ points }) => points.length > 2);
  if (shown.length === 0) return "";
  const heads = shown.map(({ label, points }) => {
    const [first] = (points[0]?.name ?? "").split(" … ");
    return `${label === "" ? "" : `${label}  `}${first} `;
  });
  const indent = Math.max(...heads.map(({ length }) => length));
  const lines = shown.flatMap(({ points }, index) => {
    const last = (points.at(-1)?.name ?? "").split(" … ").at(-1) ?? "";
    const room = Math.max(8, style.width - indent - last.length - 3);
    const [blocks, marks] = curveOf(points, room);
    return [
      `  ${(heads[index] ?? "").padStart(indent)}${blocks} ${last}`,
      `  ${" ".repeat(indent)}${style.green(marks)}`,
    ];
  });
  const legend = `${objectiveHead.replace(/, [^,]*$/, "")} by ${choice} (▲ best, ─ as good or nearly so)`;
  return [style.dim(wrapped(legend, style.width)), ...lines].join("\n");
}

function paintOf(
  lines: readonly { readonly isGood: boolean; readonly isBest: boolean }[],
  style: Style,
) {
  return (cell: string, row: number): string => {
    const line = lines[row];
    if (line?.isBest) return style.bold(style.green(cell));
    return line?.isGood ? style.green(cell) : cell;
  };
}

/** Points of a circumstance; those that are as good as the best are kept longest. */
function pointTable(
  { points }: SliceContent,
  content: SweepContent,
  style: Style,
  most: number,
): string {
  const isShown =
    points.length <= most
      ? () => true
      : new Set([...points].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, most));
  const shown = points.filter((point) =>
    typeof isShown === "function" ? isShown() : isShown.has(point),
  );
  const cells = (key: "name" | "standing" | "objective" | "change" | "admits") =>
    shown.map((line) => line[key]);
  const text = table(
    [
      { head: content.choice, cells: cells("name"), align: "left" },
      { head: "found", cells: cells("standing"), align: "left" },
      { head: content.objectiveHead, cells: cells("objective"), rank: 1 },
      { head: "change", cells: cells("change"), align: "left" },
      { head: "admits workers", cells: cells("admits"), align: "left", rank: 2 },
    ],
    style,
    paintOf(shown, style),
  );
  const rest = more(points.length - shown.length, "points");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

function rankOf({ isBest, isGood, value }: PointLine): number {
  return isBest ? Number.POSITIVE_INFINITY : (isGood ? 1e12 : 0) + (value ?? 0);
}

/** A line for each circumstance. */
function sliceTable({ slices, choice }: SweepContent, style: Style, most: number): string {
  const shown = slices.slice(0, most);
  const cells = (key: "label" | "best" | "asGood" | "change" | "admits") =>
    shown.map((line) => line[key]);
  const text = table(
    [
      { head: "case", cells: cells("label"), align: "left" },
      { head: `best ${choice}`, cells: cells("best"), align: "left" },
      { head: "as good", cells: cells("asGood"), align: "left" },
      { head: "change", cells: cells("change"), align: "left" },
      { head: "admits workers", cells: cells("admits"), align: "left", rank: 1 },
    ],
    style,
  );
  const rest = more(slices.length - shown.length, "cases");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

/**
 * The sweep: one screen that begins with what to set, and with `hasDetails` every point.
 *
 * @returns lines, each ended
 */
export function renderSweep(result: SweepResult, options: SweepReportOptions = {}): string {
  checkResult(result);
  const style = styleOf(options);
  const { hasDetails = options.details === true } = options;
  const content = sweepContent(result, options.file);
  const { slices, title, about, doIt, grounds } = content;
  const [only] = slices;
  const isOne = slices.length === 1 && only !== undefined;
  const first = fitting(LIMITS, (limits) => [
    answerLines({ ...content, title: `${title} (${about})` }, style),
    curves(content, style, limits.curves),
    isOne ? pointTable(only, content, style, limits.rows) : sliceTable(content, style, limits.rows),
    doIt === "" || !limits.hasSettings ? "" : wrapped(`As settings: ${doIt}`, style.width, "  "),
    groundLines(content, style, limits, hasDetails),
    lastLines(content, style, hasDetails),
  ]);
  if (!hasDetails) return first;
  const { expectations, notJudged } = result;
  const rest = [
    ...slices.map((slice) => {
      const text = pointTable(slice, content, style, Number.POSITIVE_INFINITY);
      return `${headed(slice.label === "" ? "All points" : slice.label, style)}\n${text}`;
    }),
    grounds.assumed === "" ? "" : wrapped(`Assumed: ${grounds.assumed}`, style.width),
    ...grounds.notes.map((note) => wrapped(`Note: ${note}`, style.width, "  ")),
    expectationSection({ expectations, notJudged }, style, { onlyFailed: false }),
  ].filter((part) => part !== "");
  return `${[first.trimEnd(), ...rest].join("\n\n")}\n`;
}
