/** Tables that fit the terminal: the least important columns go first. */
import Table from "cli-table3";
import { type Style, wrapped } from "./style.js";

/** A column of a table. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** Numbers are aligned to the right. @default "right" */
  readonly align?: "left" | "right" | undefined;
  /** Columns with larger numbers are left out first; 0 is never left out. @default 0 */
  readonly rank?: number | undefined;
}

const GAP = 2;

function widthOf({ head, cells }: Column): number {
  return Math.max(
    ...[head, ...cells].flatMap((text) => text.split("\n")).map((line) => line.length),
  );
}

/** How wide columns are beside each other; those whose cells are all empty are left out. */
export function tableWidth(columns: readonly Column[]): number {
  return totalWidth(columns.filter(({ cells }) => cells.some((cell) => cell !== "")));
}

function totalWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + GAP, -GAP);
}

/** The columns that fit: the highest ranks are left out first. */
function fittingColumns(columns: readonly Column[], width: number): readonly Column[] {
  let kept = columns;
  while (totalWidth(kept) > width) {
    const worst = Math.max(...kept.map(({ rank = 0 }) => rank));
    if (worst === 0) return kept;
    const last = kept.findLastIndex(({ rank = 0 }) => rank === worst);
    kept = kept.filter((_, index) => index !== last);
  }
  return kept;
}

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ".repeat(GAP),
};

/** Columns that do not fit beside each other, one below the other, each under the first. */
function stacked(columns: readonly Column[], width: number): readonly (readonly Column[])[] {
  const [labels, ...others] = columns;
  if (labels === undefined) return [];
  const parts: Column[][] = [];
  for (const column of others) {
    const current = parts.at(-1);
    if (current !== undefined && totalWidth([...current, column]) <= width) current.push(column);
    else parts.push([labels, column]);
  }
  return parts.length === 0 ? [[labels]] : parts;
}

/** The longest word of some texts. */
function longestWord(texts: readonly string[]): number {
  return Math.max(0, ...texts.flatMap((text) => text.split(/\s+/)).map(({ length }) => length));
}

const TEXT_MIN = 12;
/** Longer words are broken themselves. */
const WORD_MAX = 20;

/** Columns that do not fit even so: heads are broken between words, then names, then other texts. */
function broken(columns: readonly Column[], width: number): readonly Column[] {
  let kept = columns;
  const shrink = (which: (column: Column, index: number) => boolean, isHead: boolean): void => {
    for (const [index, column] of kept.entries()) {
      const tooMuch = totalWidth(kept) - width;
      if (tooMuch <= 0 || !which(column, index)) continue;
      const { head, cells } = column;
      const least = isHead
        ? Math.max(widthOf({ head: "", cells }), Math.min(WORD_MAX, longestWord([head])))
        : Math.max(TEXT_MIN, Math.min(WORD_MAX, longestWord([head, ...cells])));
      const wanted = Math.max(least, widthOf(column) - tooMuch);
      const short = (text: string) => {
        const indent = /^ */.exec(text)?.[0] ?? "";
        const inner = wrapped(text.trimStart(), wanted - indent.length);
        return inner.replaceAll(/^/gm, indent);
      };
      const shorter = isHead
        ? { ...column, head: wrapped(head, wanted) }
        : { ...column, head: wrapped(head, wanted), cells: cells.map(short) };
      kept = kept.with(index, shorter);
    }
  };
  shrink(() => true, true);
  shrink((_, index) => index === 0, false);
  shrink(({ align }) => align === "left", false);
  return kept;
}

/** Colours a cell after it has been measured. */
type Paint = (text: string, row: number) => string;

function render(columns: readonly Column[], style: Style, paint: Paint): string {
  const made = new Table({
    head: columns.map(({ head }) => style.dim(head)),
    chars: NO_BORDERS,
    colAligns: columns.map(({ align = "right" }) => align),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of columns[0]?.cells.keys() ?? []) {
    const cells = columns.map((column) => column.cells[row] ?? "");
    made.push(cells.map((cell) => (cell === "" ? "" : paint(cell, row))));
  }
  const lines = made.toString().split("\n");
  return lines.map((line) => line.trimEnd()).join("\n");
}

/**
 * A table without lines. Columns whose cells are all empty are left out; what does not fit stands
 * below, or is named as hidden where it has a rank.
 *
 * @param columns of equal length, the first one names the rows
 */
export function table(
  columns: readonly Column[],
  style: Style,
  paint: Paint = (text) => text,
): string {
  const filled = columns.filter(({ cells }) => cells.some((cell) => cell !== ""));
  const kept = fittingColumns(filled, style.width);
  const parts = stacked(kept, style.width).map((part) =>
    render(broken(part, style.width), style, paint),
  );
  const hidden = filled.filter((column) => !kept.includes(column)).map(({ head }) => head);
  if (hidden.length === 0) return parts.join("\n\n");
  const remark = wrapped(`(a wider terminal also shows: ${hidden.join("; ")})`, style.width);
  return `${parts.join("\n\n")}\n${style.dim(remark)}`;
}
