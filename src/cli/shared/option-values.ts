/** Readers of option values: each says what it expected. */
import { InvalidArgumentError, Option } from "commander";
import { instantOf } from "../../core/instant.js";

/** A reader of whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/**
 * A reader of shares within bounds.
 *
 * @param example one of them, for who wrote another
 */
export function shareBetween(low: number, high: number, example: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`expected a share from ${low} to ${high}, such as ${example}`);
    }
    return value;
  };
}

/** `2026-02-01T10:00:00Z`, or `2026-02-01`: ms since 1970. */
export function instant(text: string): number {
  const ms = instantOf(text, { isLoose: true });
  if (ms !== null) return ms;
  throw new InvalidArgumentError("expected a time such as 2026-02-01T10:00:00Z, or a day");
}

/** `stream:<id>` → the stream's number. */
export function tracedStream(text: string): number {
  const [, id] = /^stream:(\d{1,9})$/.exec(text) ?? [];
  if (id === undefined) throw new InvalidArgumentError("expected stream:<number>, e.g. stream:0");
  return Number(id);
}

/** `2/8` → which part of how many. */
export function shardOption(text: string): { readonly index: number; readonly count: number } {
  const [, index, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  const isOne = index !== undefined && count !== undefined && index >= 1 && index <= count;
  if (!isOne || count > 10_000) {
    throw new InvalidArgumentError(
      "expected such as 2/8: from 1 to the number of parts, at most 10000",
    );
  }
  return { index, count };
}

/**
 * `--set path=value`, repeatable: collected as text, read by the command with `parseSetting`, as
 * reading it takes the YAML parser.
 */
export function settingOption(
  what = "setting: dotted path, list items by index or name, value as YAML",
): Option {
  return new Option("--set <path=value>", `replace a ${what} (repeatable)`)
    .argParser((text: string, before: readonly string[]) => [...before, text])
    .default([], "none");
}

/** What commands may be told to load: files of the user's own code. */
export function extensionOption(brings = "policies and algorithms"): Option {
  return new Option("--extension <file>", `load ${brings} of your own (repeatable)`)
    .argParser((file: string, files: readonly string[]) => [...files, file])
    .default([], "none");
}
