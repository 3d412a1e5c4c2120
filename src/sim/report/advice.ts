/**
 * Advice as text for a terminal: one screen with what to do with each worker, figures of all that was
 * tried with details only.
 */

import type { AdviceResult, TriedAction, WorkerAdviceResult } from "../advise/advice-result.js";
import { checkResult } from "./any-result.js";
import { expectationSection } from "./conclusion.js";
import {
  type AdviceContent,
  type AdviceLine,
  actionText,
  adviceContent,
} from "./content/advice-content.js";
import { changeText } from "./content/changes.js";
import { answerLines, figureTable, fitting, groundLines, lastLines, more } from "./screen-parts.js";
import { headed, type ReportOptions, type Style, styleOf, wrapped } from "./style.js";
import { type Column, table, tableWidth } from "./table.js";

/** How to write it. */
export interface AdviceReportOptions extends ReportOptions {
  /** Every action that was tried. @default false */
  readonly hasDetails?: boolean | undefined;
}

/** Reasons are broken into lines of at least so many characters, or stand below. */
const WHY_MIN = 18;

/** How much is shown of what there may be any number of. */
interface Limits {
  readonly workers: number;
  readonly hasWhy: boolean;
  /** The settings that do it, and what would tell more. */
  readonly hasSettings: boolean;
  /** Lines for the names of those that are kept. */
  readonly kept: number;
  readonly notes: number;
  readonly failed: number;
  readonly silent: number;
}

/** The most first; the last one always fits. */
const LIMITS: readonly Limits[] = [
  { workers: 8, hasWhy: true, hasSettings: true, kept: 3, notes: 4, failed: 4, silent: 0 },
  { workers: 8, hasWhy: true, hasSettings: true, kept: 3, notes: 1, failed: 3, silent: 0 },
  { workers: 8, hasWhy: true, hasSettings: false, kept: 3, notes: 1, failed: 2, silent: 0 },
  { workers: 8, hasWhy: true, hasSettings: false, kept: 2, notes: 0, failed: 2, silent: 0 },
  { workers: 12, hasWhy: false, hasSettings: false, kept: 2, notes: 0, failed: 2, silent: 0 },
  { workers: 9, hasWhy: false, hasSettings: false, kept: 2, notes: 0, failed: 1, silent: 0 },
  { workers: 5, hasWhy: false, hasSettings: false, kept: 1, notes: 0, failed: 1, silent: 0 },
  { workers: 2, hasWhy: false, hasSettings: false, kept: 1, notes: 0, failed: 0, silent: 0 },
];

function paintOf({ tone }: AdviceLine, { bold, red, yellow }: Style): (text: string) => string {
  return tone === "bad"
    ? (text) => bold(red(text))
    : tone === "open"
      ? (text) => bold(yellow(text))
      : bold;
}

/** Workers with which something is to be done or to be found out, a line or a few for each. */
function toDoTable(content: AdviceContent, style: Style, { workers, hasWhy }: Limits): string {
  const all = [...content.toDo, ...content.open];
  const shown = all.slice(0, workers);
  if (shown.length === 0) return "";
  const cells = (key: "name" | "what" | "change" | "why") => shown.map((line) => line[key]);
  const columns: Column[] = [
    { head: "worker", cells: cells("name"), align: "left" },
    { head: "what to do", cells: cells("what"), align: "left" },
    { head: content.changeHead, cells: cells("change"), align: "left" },
  ];
  const room = style.width - tableWidth(columns) - 2;
  const why = cells("why").map((text) => (room < WHY_MIN ? text : wrapped(text, room)));
  const text = table(
    hasWhy ? [...columns, { head: "why", cells: why, align: "left" }] : columns,
    style,
    (cell, row) => {
      const line = shown[row];
      return line !== undefined && cell === line.what ? paintOf(line, style)(cell) : cell;
    },
  );
  const rest = more(all.length - shown.length, "workers");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

/** Those that stay as they are, by their names. */
function keptLines({ kept, keptWhy }: AdviceContent, { width }: Style, lines: number): string {
  if (kept.length === 0) return "";
  const linesOf = (count: number): string[] => {
    const names = kept.slice(0, count).map(({ name }) => name);
    return wrapped(`Keep, as ${keptWhy}: ${names.join(", ")}`, width, "  ").split("\n");
  };
  // A name and what separates it from the next one take three characters at least.
  let count = Math.min(kept.length, Math.ceil((lines * width) / 3));
  while (count > 1 && linesOf(count).length > lines) count--;
  const left = kept.length - count;
  const rest = left === 0 ? [] : [`  ${more(left, "kinds of workers")}`];
  return [...linesOf(count), ...rest].join("\n");
}

/** The first screen. */
function screen(content: AdviceContent, style: Style, isAll: boolean): string {
  const { rule, doIt } = content;
  const line = (text: string) => (text === "" ? "" : wrapped(text, style.width, "  "));
  return fitting(LIMITS, (limits) => [
    answerLines({ ...content, title: `${content.title} (${content.about})` }, style),
    figureTable(content, style),
    [toDoTable(content, style, limits), keptLines(content, style, limits.kept)]
      .filter((part) => part !== "")
      .join("\n"),
    [
      line(
        content.openHint === "" || !limits.hasSettings ? "" : `Not decided: ${content.openHint}`,
      ),
      line(rule === "" ? "" : `Rule: ${rule}`),
      line(doIt === "" || !limits.hasSettings ? "" : `As settings: ${doIt}`),
    ]
      .filter((part) => part !== "")
      .join("\n"),
    groundLines(content, style, limits, isAll),
    lastLines(content, style, isAll),
  ]);
}

function triedRows(
  worker: WorkerAdviceResult,
  result: AdviceResult,
): readonly (readonly string[])[] {
  return worker.tried.map((tried: TriedAction) => [
    worker.name,
    actionText(tried.action),
    tried.reason === null ? tried.finding : `${tried.finding}: ${tried.reason}`,
    changeText(tried.change, result),
    changeText(tried.atPeak, result),
  ]);
}

function detailSection(result: AdviceResult, style: Style): string {
  const rows = result.workers.flatMap((worker) => triedRows(worker, result));
  const heads = ["worker", "action", "finding", "changes", "at peak demand"];
  const columns = heads.map((head, index) => ({
    head,
    cells: rows.map((row) => row[index] ?? ""),
    align: "left" as const,
  }));
  const { confidence, comparisons } = result;
  const without = result.workers[0]?.askedWithout ?? [];
  const pool =
    without.length === 0 ? "the pool as it is" : `the pool without ${without.join(", ")}`;
  const legend = `Each action is compared with leaving the worker as it is, in ${pool} (with the worker itself). All ${comparisons} intervals hold at once, at every look (${100 * confidence} %); what is found goes by the levels that are left when others are decided (Holm).`;
  return `${headed("What was tried", style)}\n${table(columns, style)}\n${style.dim(wrapped(legend, style.width))}`;
}

/**
 * The advice: one screen that begins with what to do, and with `hasDetails` every action that was tried.
 *
 * @returns lines, each ended
 */
export function renderAdvice(result: AdviceResult, options: AdviceReportOptions = {}): string {
  checkResult(result);
  const style = styleOf(options);
  const { hasDetails = options.details === true } = options;
  const content = adviceContent(result, options.file);
  const first = screen(content, style, hasDetails);
  if (!hasDetails) return first;
  const rest = [
    detailSection(result, style),
    content.grounds.assumed === ""
      ? ""
      : wrapped(`Assumed: ${content.grounds.assumed}`, style.width),
    ...content.grounds.notes.map((note) => wrapped(`Note: ${note}`, style.width, "  ")),
    expectationSection(result, style, { onlyFailed: false }),
  ].filter((part) => part !== "");
  return `${[first.trimEnd(), ...rest].join("\n\n")}\n`;
}
