/** The parts of first screens: the answer, the figures that matter, what they rest on. */
import type { Answer } from "./content/answer.js";
import type { ReportContent } from "./content/content.js";
import type { Grounds } from "./content/grounds.js";
import type { FigureLine, KeyFigures } from "./content/key-figures.js";
import { type Style, wrapped } from "./style.js";
import { type Column, table, tableWidth } from "./table.js";

/** Three fewer than 40: the command says how old a network is, and what a decision would take. */
export const LINES_MAX = 37;
const BAR_LENGTH = 12;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** How much is shown of what there may be any number of. */
export interface Limits {
  readonly workers: number;
  readonly variants: number;
  readonly notes: number;
  readonly failed: number;
  readonly silent: number;
}

/** The headline and its reasons: what comes first. */
export function answerLines(
  { title, answer }: { readonly title: string; readonly answer: Answer },
  style: Style,
): string {
  const { headline, tone, verdict, sentences } = answer;
  const colour = { good: style.green, bad: style.red, open: style.yellow, neutral: style.bold }[
    tone
  ];
  const first = wrapped(`${title}: ${headline}`, style.width, "  ");
  const judged = verdict === null ? "" : `Verdict: ${verdict}. `;
  const text = wrapped(`${judged}${sentences.join(" ")}`, style.width);
  const lines = first.split("\n").map((line) => style.bold(colour(line)));
  return [...lines, ...(text === "" ? [] : [text])].join("\n");
}

/** Before, after, change. */
export function figureTable({ figures }: { readonly figures: KeyFigures }, style: Style): string {
  const { lines, baseline, candidate } = figures;
  if (lines.length === 0) return "";
  const column = (head: string, key: "before" | "after" | "change"): Column => ({
    head,
    cells: lines.map((line) => line[key]),
  });
  const labels: Column = { head: "", cells: lines.map(({ label }) => label), align: "left" };
  const isPair = candidate !== null && baseline !== null;
  const whole = isPair
    ? [
        labels,
        column(baseline, "before"),
        column(`→ ${candidate}`, "after"),
        column("change", "change"),
      ]
    : [labels, column("mean ± 95 %", "before")];
  // In a narrow terminal the intervals of before and after go first: that of the change says more.
  const isNarrow = isPair && tableWidth(whole) > style.width;
  const columns = isNarrow
    ? whole.map((one) => ({ ...one, cells: one.cells.map((cell) => cell.replace(/ ± \S+$/, "")) }))
    : whole;
  const paint = (cell: string, row: number): string => {
    const line: FigureLine | undefined = lines[row];
    if (line === undefined || line.isBetter === null || cell !== line.change) return cell;
    return line.isBetter ? style.green(cell) : style.red(cell);
  };
  return table(columns, style, paint);
}

/** A bar as long as a share of the longest one. */
export function bar(share: number): string {
  const eighths = Math.round(Math.max(0, share) * BAR_LENGTH * 8);
  return `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ""}`;
}

/** That there are more than are shown; empty where there are not. */
export function more(count: number, what: string): string {
  return count > 0 ? `… and ${count} more ${what} (--details)` : "";
}

/** How many hold, and what other commands judge; empty where nothing is expected. */
export function expectationLine(
  { held, total, elsewhere }: Grounds["expectations"],
  { width }: Style,
): string {
  const counts = total === 0 ? [] : [`${held} of ${total} hold`];
  const parts = [...counts, ...(elsewhere === "" ? [] : [elsewhere])];
  return parts.length === 0 ? "" : wrapped(`Expectations: ${parts.join("; ")}`, width, "  ");
}

/** What the answer rests on; where all tables follow, what these do not have. */
export function groundLines(
  { grounds, silent = [] }: Pick<ReportContent, "grounds"> & Partial<Pick<ReportContent, "silent">>,
  style: Style,
  limits: Pick<Limits, "notes" | "failed" | "silent">,
  isAll: boolean,
): string {
  const { words, sure, assumed, broken, notes, expectations } = grounds;
  const shown = notes.slice(0, limits.notes);
  const left = notes.length - shown.length;
  const { failed } = expectations;
  const line = (text: string) => wrapped(text, style.width, "  ");
  const rest = [
    assumed === "" ? "" : line(`Assumed: ${assumed}`),
    ...shown.map((note) => line(`Note: ${note}`)),
    left > 0 ? style.dim(`… and ${left} more ${left === 1 ? "note" : "notes"} (--details)`) : "",
    expectationLine(expectations, style),
    ...failed
      .slice(0, limits.failed)
      .map(({ text, actual }) =>
        style.red(`  ✗ ${wrapped(`${text}  is ${actual}`, style.width - 4, "    ")}`),
      ),
  ];
  return [
    ...silent
      .slice(0, limits.silent)
      .map(({ variant, reason }) => style.yellow(line(`No stream in ${variant}: ${reason}.`))),
    broken === null ? "" : style.red(line(broken)),
    words === "" ? "" : line(words),
    line(`How sure: ${sure}`),
    ...(isAll ? [] : rest),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** What makes it again, and what else there is. */
export function lastLines(
  { command, poolsim }: Pick<ReportContent, "command" | "poolsim">,
  style: Style,
  isAll: boolean,
): string {
  const tables = isAll ? "" : "All tables: --details. ";
  return [
    style.dim(wrapped(`Again: ${command}`, style.width, "  ")),
    style.dim(
      wrapped(
        `${tables}To send: ${style.html ?? "--html <file>"}. poolsim ${poolsim}`,
        style.width,
      ),
    ),
  ].join("\n");
}

/**
 * The most that fits.
 *
 * @param limits the most first; the last one is taken whatever it gives
 * @param partsOf a screen's parts; empty ones are left out
 */
export function fitting<T>(limits: readonly T[], partsOf: (limit: T) => readonly string[]): string {
  let text = "";
  for (const limit of limits) {
    text = partsOf(limit)
      .filter((part) => part !== "")
      .join("\n\n");
    if (text.split("\n").length <= LINES_MAX) break;
  }
  return `${text}\n`;
}
