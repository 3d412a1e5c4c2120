/** What a report is written for: a width, with or without colour. */

import { createColors } from "picocolors";
import { checkNumber } from "../../core/checks.js";

/** How to write a report. */
export interface ReportOptions {
  /** Characters in a line. @default 100 */
  readonly width?: number | undefined;
  /** Whether text is coloured, by the codes of terminals. @default false */
  readonly hasColour?: boolean | undefined;
  /** The scenario as the command line had it. @default its base name */
  readonly file?: string | undefined;
  /** The page that was written beside it, for the screen's last line. @default none */
  readonly html?: string | undefined;
  /** All tables behind the first screen. @default false */
  readonly details?: boolean | undefined;
}

/** The options with their defaults, and functions that colour text. */
export interface Style {
  readonly width: number;
  /** The page that was written beside it. */
  readonly html: string | undefined;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

export function styleOf({ width = 100, hasColour = false, html }: ReportOptions): Style {
  const { bold, dim, red, green, yellow } = createColors(hasColour);
  checkNumber({ width }, [1, Number.POSITIVE_INFINITY]);
  return { width, html, bold, dim, red, green, yellow };
}

/** A heading with what stands behind it in the same line, if that fits. */
export function headed(title: string, { bold, width }: Style, rest = ""): string {
  const lines = wrapped(`${title}${rest}`, width, "  ").split("\n");
  if (rest === "") return lines.map(bold).join("\n");
  const [first = "", ...others] = lines;
  const isWhole = first.startsWith(title);
  const shown = isWhole ? `${bold(title)}${first.slice(title.length)}` : bold(first);
  return [shown, ...others].join("\n");
}

/** A word in pieces that fit in a line: names can be longer than one. */
function pieces(word: string, width: number): readonly string[] {
  const count = Math.ceil(word.length / width);
  return Array.from({ length: count }, (_, index) =>
    word.slice(index * width, (index + 1) * width),
  );
}

/** Breaks text between words, and words that are too long for a line; continued lines begin with `indent`. */
export function wrapped(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  const longest = Math.max(1, width - indent.length);
  const words = text.split(/\s+/).flatMap((word) => {
    return word.length <= longest ? word : pieces(word, longest);
  });
  for (const word of words) {
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
