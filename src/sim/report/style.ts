/** What a report is written for: a width, with or without colour. */
import { createColors } from "picocolors";

/** How to write a report. */
export interface ReportOptions {
  /** Characters in a line. @default 100 */
  readonly width?: number | undefined;
  /** @default false */
  readonly hasColour?: boolean | undefined;
  /** Counted time of each replication, ms; left out: the report does not say. */
  readonly countedMs?: number | undefined;
}

/** The options with their defaults, and functions that colour text. */
export interface Style {
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export function styleOf({ width = 100, hasColour = false }: ReportOptions): Style {
  const { bold, dim, red, green, yellow } = createColors(hasColour);
  return { width, bold, dim, red, green, yellow };
}

/** Breaks text between words; continued lines begin with `indent`. */
export function wrapped(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > width && line.trim() !== "") {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.join("\n");
}
