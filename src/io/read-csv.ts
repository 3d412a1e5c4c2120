/** Reads CSV as RFC 4180 has it: cells in quotes may hold commas, quotes told twice, and lines. */
import { InputError } from "../core/errors.js";

export interface CsvRow {
  /** Of its first character, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell in quotes, or one without; then what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"[ \t]*|([^",\r\n]*))(,|\r?\n|\r|$)/y;

/**
 * Rows that are not empty. White space around cells without quotes is left out.
 *
 * @throws InputError (`CSV`) with the line where a quote is not closed, or stands within a cell
 */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let [cells, line, begun]: [string[], number, number] = [[], 1, 1];
  CELL.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    const start = CELL.lastIndex;
    const match = CELL.exec(text);
    if (match === null) {
      const isOpen = /^[ \t]*"/.test(text.slice(start, start + 100));
      const why = isOpen ? "a quote is not closed, or goes on after it" : "a quote within a cell";
      throw new InputError(`line ${line}: ${why}`, { code: "CSV" });
    }
    const [whole, quoted, bare = "", end] = match;
    cells.push(quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\n|\r/).length - 1;
    if (end === ",") continue;
    if (cells.some((cell) => cell !== "")) rows.push({ line: begun, cells });
    if (CELL.lastIndex >= text.length) return rows;
    [cells, begun] = [[], line];
  }
}
