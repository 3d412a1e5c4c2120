/** CSV as RFC 4180 has it, that spreadsheets do not take for formulas. */

export type Cell = string | number | bigint | null;

/** A line with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(",")}\r\n`;
}

/** Text that begins like a formula gets an apostrophe in front; numbers are numbers. */
function quoted(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return cell.toString();
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(cell);
  const safe = /^[\s]*[=+@\-\t\r]/.test(cell) && !isNumber ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
