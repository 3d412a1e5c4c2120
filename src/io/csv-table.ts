/**
 * CSV text to records that know where they stand, so that a wrong cell is reported as
 * `file:line:column` whichever data file it is in.
 */

import { InputError } from "../core/errors.js";
import { counted } from "../core/wording.js";

/** A cell with its place in the file, both counted from 1. */
export interface Cell {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** One record: its cells by column name. */
export interface CsvRecord {
  readonly line: number;
  /** @throws InputError (`DATA_FILE_INVALID`) when the file has no such column */
  readonly cell: (columnName: string) => Cell;
}

/** A parsed file. */
export interface CsvTable {
  readonly fileName: string;
  readonly header: readonly Cell[];
  readonly records: readonly CsvRecord[];
}

/** Bounds on a file. */
export interface CsvLimits {
  /** Characters. @default 4_000_000 */
  readonly maxCharacters?: number;
  /** Records without the header. @default 20_000 */
  readonly maxRecords?: number;
}

/**
 * The error for a place in a data file.
 *
 * @param fileName name for the message
 * @param at where, counted from 1
 * @param message what was found and what was expected
 */
export function dataError(
  fileName: string,
  at: { readonly line: number; readonly column: number },
  message: string,
): InputError {
  return new InputError(`${fileName}:${at.line}:${at.column}: ${message}`, {
    code: "DATA_FILE_INVALID",
  });
}

/** Shortens a text for a message and makes control characters visible. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function parseLine(fileName: string, text: string, line: number): Cell[] {
  const cells: Cell[] = [];
  let at = 0;
  for (;;) {
    const column = at + 1;
    if (text[at] === '"') {
      const closed = /"((?:[^"]|"")*)"(?=,|$)/y;
      closed.lastIndex = at;
      const match = closed.exec(text);
      if (!match) {
        throw dataError(fileName, { line, column }, "a quoted cell has no end on this line");
      }
      cells.push({ text: (match[1] ?? "").replaceAll('""', '"'), line, column });
      at = closed.lastIndex;
    } else {
      const comma = text.indexOf(",", at);
      const end = comma < 0 ? text.length : comma;
      cells.push({ text: text.slice(at, end), line, column });
      at = end;
    }
    if (at >= text.length) return cells;
    at += 1;
    if (at === text.length) {
      cells.push({ text: "", line, column: at + 1 });
      return cells;
    }
  }
}

/**
 * Parses CSV: commas, optional double quotes within one line, a header, no empty lines but at the
 * end.
 *
 * @param text the file's text
 * @param fileName name for messages
 * @param limits bounds on its size
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function parseCsv(
  text: string,
  fileName: string,
  { maxCharacters = 4_000_000, maxRecords = 20_000 }: CsvLimits = {},
): CsvTable {
  const start = { line: 1, column: 1 };
  if (text.length > maxCharacters) {
    const message = `${text.length} characters, expected at most ${maxCharacters}`;
    throw dataError(fileName, start, message);
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) throw dataError(fileName, start, "binary data, expected CSV text");
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  const [first] = lines;
  if (first === undefined) throw dataError(fileName, start, "empty, expected a header line");
  if (lines.length - 1 > maxRecords) {
    const message = `${lines.length - 1} records, expected at most ${maxRecords}`;
    throw dataError(fileName, start, message);
  }
  const header = parseLine(fileName, first, 1);
  const indexOf = new Map<string, number>();
  for (const [index, cell] of header.entries()) {
    if (indexOf.has(cell.text)) {
      throw dataError(fileName, cell, `column ${quoted(cell.text)} stands twice in the header`);
    }
    indexOf.set(cell.text, index);
  }
  const records = lines.slice(1).map((textOfLine, index): CsvRecord => {
    const line = index + 2;
    const cells = parseLine(fileName, textOfLine, line);
    if (cells.length !== header.length) {
      const message = `${counted(cells.length, "cell")}, expected ${header.length} as in the header`;
      throw dataError(fileName, { line, column: 1 }, message);
    }
    return {
      line,
      cell: (columnName) => {
        const found = cells[indexOf.get(columnName) ?? -1];
        if (!found) {
          throw dataError(fileName, start, `no column ${quoted(columnName)} in the header`);
        }
        return found;
      },
    };
  });
  return { fileName, header, records };
}

/** What {@link numberIn} accepts. */
export interface NumberBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The number in a cell.
 *
 * @throws InputError (`DATA_FILE_INVALID`) when it is no decimal number within the bounds
 */
export function numberIn(fileName: string, cell: Cell, { min, max }: NumberBounds): number {
  const value = /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(cell.text) ? Number(cell.text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    const message = `${quoted(cell.text)}, expected a number from ${min} to ${max}`;
    throw dataError(fileName, cell, message);
  }
  return value;
}
