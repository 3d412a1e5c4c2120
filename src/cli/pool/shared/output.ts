/** How the commands about a pool's books print: text for people, one JSON document for programs. */
import { Rational } from "../../../core/rational.js";
import { utcText } from "../../../core/utc.js";
import { styleOf } from "../../../sim/report/style.js";
import { type Column, table } from "../../../sim/report/table.js";
import type { Terminal } from "../../shared/terminal.js";
import { ethText } from "./amounts.js";

/**
 * Prints a result.
 *
 * @param shown for programs, see {@link jsonOf}
 * @param text for people: paragraphs, empty ones left out
 */
export function print(
  { stdout }: Terminal,
  { json }: { readonly json: boolean },
  shown: unknown,
  text: () => readonly string[],
): void {
  const paragraphs = () => text().filter((paragraph) => paragraph !== "");
  stdout.write(`${json ? JSON.stringify(jsonOf(shown), null, 2) : paragraphs().join("\n\n")}\n`);
}

/**
 * As JSON has it: `…Wei` is decimal text with `…Eth` beside it, instants `…AtMs`, `…SeenMs` become
 * `…At`, `…Seen` in UTC, fractions become text.
 */
export function jsonOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Rational) return plainRational(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "bigint" && /^wei$|Wei$/.test(key)) {
      result[key] = part.toString();
      result[key.replace(/wei$/, "eth").replace(/Wei$/, "Eth")] = eth(part);
    } else if (/(?:^at|At|Seen|Connected)Ms$/.test(key)) {
      result[key.slice(0, -2)] = typeof part === "number" ? utcText(part) : part;
    } else {
      result[key] = jsonOf(part);
    }
  }
  return result;
}

/** A table as wide as the terminal; under a title. */
export function titled(title: string, columns: readonly Column[], { stdout }: Terminal): string {
  const { width, hasColour } = stdout;
  const style = styleOf({ width, hasColour });
  return `${style.bold(title)}\n${table(columns, style)}`;
}

/** Columns of rows: each with its head and what it shows of a row. */
export function columnsOf<T>(
  rows: readonly T[],
  ...columns: readonly (Omit<Column, "cells"> & { readonly cell: (row: T) => string })[]
): Column[] {
  return columns.map(({ cell, ...column }) => ({ ...column, cells: rows.map(cell) }));
}

/** Names and values, one line each. */
export function lines(...rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join("\n");
}

/** ETH without the unit: `0.0125`. */
export function eth(wei: bigint): string {
  return ethText(wei).replace(" ETH", "");
}

/** `0.0125 ETH (12500000000000000 wei)`. */
export function bothText(wei: bigint): string {
  return `${ethText(wei)} (${wei} wei)`;
}

/** `1/4`, `3`. */
export function plainRational(value: Rational): string {
  return value.toString().replace(/\/1$/, "");
}

/** Somebody else's words on one line, at most so many characters: nothing that moves a cursor. */
export function shortened(text: string, length: number): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
