/**
 * The first screen of a report on a terminal: the answer, the figures that matter, what to do with
 * each worker, how sure that is. At most 40 lines at 80 columns, whatever the result.
 */
import type { ReportContent } from "./content/content.js";
import type { FigureLine } from "./content/key-figures.js";
import { type Style, wrapped } from "./style.js";
import { type Column, table, tableWidth } from "./table.js";

/** Three fewer than 40: the command says how old a network is, and what a decision would take. */
const LINES_MAX = 37;
const BAR_LENGTH = 12;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Reasons are broken into lines of at least so many characters, or stand below. */
const WHY_MIN = 14;

/** How much is shown of what there may be any number of. */
interface Limits {
  readonly workers: number;
  readonly variants: number;
  readonly notes: number;
  readonly failed: number;
  readonly silent: number;
}

/** The most first; the last one always fits. */
const LIMITS: readonly Limits[] = [
  { workers: 10, variants: 14, notes: 4, failed: 4, silent: 4 },
  { workers: 8, variants: 12, notes: 2, failed: 3, silent: 2 },
  { workers: 6, variants: 10, notes: 1, failed: 2, silent: 2 },
  { workers: 4, variants: 6, notes: 0, failed: 1, silent: 1 },
  { workers: 2, variants: 3, notes: 0, failed: 1, silent: 1 },
  { workers: 0, variants: 0, notes: 0, failed: 0, silent: 0 },
];

/** The headline and its reasons: what comes first. */
function answerLines({ title, answer }: ReportContent, style: Style): string {
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

function figureTable({ figures }: ReportContent, style: Style): string {
  const { lines, baseline, candidate } = figures;
  if (lines.length === 0) return "";
  const column = (head: string, key: "before" | "after" | "change"): Column => ({
    head,
    cells: lines.map((line) => line[key]),
  });
  const labels: Column = { head: "", cells: lines.map(({ label }) => label), align: "left" };
  const isPair = candidate !== null && baseline !== null;
  const columns = isPair
    ? [
        labels,
        column(baseline, "before"),
        column(`→ ${candidate}`, "after"),
        column("change", "change"),
      ]
    : [labels, column("mean ± 95 %", "before")];
  const paint = (cell: string, row: number): string => {
    const line: FigureLine | undefined = lines[row];
    if (line === undefined || line.isBetter === null || cell !== line.change) return cell;
    return line.isBetter ? style.green(cell) : style.red(cell);
  };
  return table(columns, style, paint);
}

/** A bar as long as a share of the longest one. */
function bar(share: number): string {
  const eighths = Math.round(Math.max(0, share) * BAR_LENGTH * 8);
  return `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ""}`;
}

function more(count: number, what: string): string {
  return count > 0 ? `… and ${count} more ${what} (--details)` : "";
}

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
    key: Exclude<keyof (typeof shown)[number], "isAsked">,
    options: Pick<Column, "align" | "rank"> = {},
  ): Column => ({ head, cells: shown.map((line) => line[key]), ...options });
  const columns = [
    column(workersIn === null ? "worker" : `worker in ${workersIn}`, "name", { align: "left" }),
    column("what to do", "advice", { align: "left" }),
    column("kept", "kept"),
    column("answers in", "roundTrip"),
    column(`worth/day, ${shown[0]?.worthUnit}`, "worth"),
  ];
  const why = column("loses streams by", "why", { align: "left" });
  const room = style.width - tableWidth(columns) - 2;
  const cells = why.cells.map((cell) => (room < WHY_MIN ? cell : wrapped(cell, room)));
  const text = table([...columns, { ...why, cells }], style, (cell, row) =>
    shown[row]?.isAsked ? style.bold(cell) : cell,
  );
  const rest = more(workers.length - shown.length, "workers");
  return rest === "" ? text : `${text}\n${style.dim(rest)}`;
}

/** What the answer rests on; where all tables follow, what these do not have. */
function groundLines(
  { grounds, silent }: ReportContent,
  style: Style,
  limits: Limits,
  isAll: boolean,
): string {
  const { sure, assumed, broken, notes, expectations } = grounds;
  const shown = notes.slice(0, limits.notes);
  const left = notes.length - shown.length;
  const { held, total, failed } = expectations;
  const line = (text: string) => wrapped(text, style.width, "  ");
  const rest = [
    assumed === "" ? "" : line(`Assumed: ${assumed}`),
    ...shown.map((note) => line(`Note: ${note}`)),
    left > 0 ? style.dim(`… and ${left} more ${left === 1 ? "note" : "notes"} (--details)`) : "",
    total === 0 ? "" : line(`Expectations: ${held} of ${total} hold`),
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
    line(`How sure: ${sure}`),
    ...(isAll ? [] : rest),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

function lastLines({ command, poolsim }: ReportContent, style: Style, isAll: boolean): string {
  const tables = isAll ? "" : "All tables: --details. ";
  return [
    style.dim(wrapped(`Again: ${command}`, style.width, "  ")),
    style.dim(`${tables}To send: --html <file>. poolsim ${poolsim}`),
  ].join("\n");
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
  for (const limits of LIMITS) {
    const parts = [
      answerLines(content, style),
      figureTable(content, style),
      variantTable(content, style, limits.variants),
      workerTable(content, style, limits.workers),
      groundLines(content, style, limits, isAll),
      lastLines(content, style, isAll),
    ].filter((part) => part !== "");
    const text = parts.join("\n\n");
    const isLast = limits === LIMITS.at(-1);
    if (isLast || text.split("\n").length <= LINES_MAX) return `${text}\n`;
  }
  return "";
}
