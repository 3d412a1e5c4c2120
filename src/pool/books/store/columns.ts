/** Columns of rows as typed values: a file that holds something else was not written by poolsim. */
import { InputError } from "../../../core/errors.js";
import type { SqlRow, SqlValue } from "../../../io/sqlite.js";

export function text(row: SqlRow, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrong(column, value);
}

export function textOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function whole(row: SqlRow, column: string): number {
  const value = row[column];
  return typeof value === "bigint" ? Number(value) : wrong(column, value);
}

export function wholeOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : whole(row, column);
}

export function bytes(row: SqlRow, column: string): Uint8Array {
  // The driver takes Uint8Array and gives ArrayBuffer.
  const value: unknown = row[column];
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : wrong(column, row[column]);
}

/** Wei and other big numbers, kept as decimal text. */
export function big(row: SqlRow, column: string): bigint {
  const digits = text(row, column);
  return /^-?\d+$/.test(digits) ? BigInt(digits) : wrong(column, digits);
}

export function bigOrNull(row: SqlRow, column: string): bigint | null {
  return row[column] === null ? null : big(row, column);
}

/** One of the known words. */
export function oneOf<T extends string>(row: SqlRow, column: string, words: readonly T[]): T {
  const value = row[column];
  return words.find((word) => word === value) ?? wrong(column, value);
}

function wrong(column: string, value: SqlValue | undefined): never {
  throw new InputError(`the store's column ${column} holds ${String(value).slice(0, 60)}`, {
    code: "STORE_DAMAGED",
  });
}
