/**
 * The `expect:` items of a scenario: what its author says must come out.
 *
 *     <variant>.<metric> <op> <number> [with 95%]
 *     difference(<variant>,<baseline>).<metric> <op> <number> [with 95%]
 *
 * Without `with 95%` the mean must satisfy the relation, with it every point of the 95 % interval.
 */

import type { SampleEstimate } from "../statistics/intervals.js";

const OPERATORS = ["<=", ">=", "==", "!=", "<", ">"] as const;

export type Operator = (typeof OPERATORS)[number];

/** A parsed `expect:` item. */
export interface Expectation {
  readonly text: string;
  readonly variant: string;
  /** What `variant` is compared with; `null` when the item is about the variant alone. */
  readonly baseline: string | null;
  /** Dotted name, e.g. `worker.slow.picks`. */
  readonly metric: string;
  readonly operator: Operator;
  readonly value: number;
  /** `with 95%`: the whole interval must hold. */
  readonly wholeInterval: boolean;
  /** Where the names begin in the text, from 1, for messages about unknown ones. */
  readonly columns: {
    readonly variant: number;
    readonly baseline: number | null;
    readonly metric: number;
  };
}

/** Why a text is not an `expect:` item. */
export interface ExpectationError {
  /** Where it goes wrong in the text, from 1. */
  readonly column: number;
  /** What stands there; empty at the end of the text. */
  readonly found: string;
  readonly expected: string;
}

export type ParsedExpectation =
  | { readonly ok: true; readonly expectation: Expectation }
  | { readonly ok: false; readonly error: ExpectationError };

const NAME = /[A-Za-z0-9_-]+/y;
const PATH = /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*/y;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;

/** Reads a text from left to right. */
function scanner(text: string) {
  let position = 0;
  const skipSpace = () => {
    while (/\s/.test(text.charAt(position))) position += 1;
  };
  return {
    skipSpace,
    column: () => position + 1,
    /** The text that matches here, which it passes; `null` and no move when nothing does. */
    take(pattern: RegExp): string | null {
      pattern.lastIndex = position;
      const match = pattern.exec(text)?.[0];
      if (match === undefined) return null;
      position += match.length;
      return match;
    },
    /** What is not as expected at this place. */
    fail(expected: string, column = position + 1): ParsedExpectation {
      const found = /^\S*/.exec(text.slice(column - 1))?.[0] ?? "";
      return { ok: false, error: { column, found, expected } };
    },
  };
}

/**
 * Parses an `expect:` item. Variant names and the parts of a metric's name are letters, digits,
 * `_` and `-`; a number may have an exponent or a `%` behind it (5% = 0.05).
 *
 * @param text one line
 */
export function parseExpectation(text: string): ParsedExpectation {
  const { skipSpace, column, take, fail } = scanner(text);
  skipSpace();
  const isDifference = take(/difference\s*\(/y) !== null;
  if (isDifference) skipSpace();
  const variantColumn = column();
  const variant = take(NAME);
  if (variant === null) {
    return fail(isDifference ? "a variant's name" : "a variant's name or difference(…)");
  }
  let baseline: string | null = null;
  let baselineColumn: number | null = null;
  if (isDifference) {
    skipSpace();
    if (take(/,/y) === null) return fail("',' and the baseline's name");
    skipSpace();
    baselineColumn = column();
    baseline = take(NAME);
    if (baseline === null) return fail("the baseline's name");
    skipSpace();
    if (take(/\)/y) === null) return fail("')'");
  }
  if (take(/\./y) === null) return fail("'.' and a metric's name");
  const metricColumn = column();
  const metric = take(PATH);
  if (metric === null) return fail("a metric's name");
  skipSpace();
  const operatorText = take(/[<>]=?|[=!]=/y);
  const operator = OPERATORS.find((candidate) => candidate === operatorText);
  if (operator === undefined) return fail(`one of ${OPERATORS.join(" ")}`);
  skipSpace();
  const numberColumn = column();
  const number = take(NUMBER);
  if (number === null) return fail("a number");
  const value = take(/\s*%/y) === null ? Number(number) : Number(number) / 100;
  if (!Number.isFinite(value)) return fail("a finite number", numberColumn);
  skipSpace();
  const wholeInterval = take(/with\s+95\s*%/y) !== null;
  skipSpace();
  if (column() <= text.length) return fail(wholeInterval ? "the end" : "'with 95%' or the end");
  const columns = { variant: variantColumn, baseline: baselineColumn, metric: metricColumn };
  return {
    ok: true,
    expectation: { text, variant, baseline, metric, operator, value, wholeInterval, columns },
  };
}

/** Where an expectation finds its figures; `undefined` for names that do not exist. */
export interface EstimateLookup {
  readonly metric: (variant: string, metric: string) => SampleEstimate | undefined;
  readonly difference: (
    variant: string,
    baseline: string,
    metric: string,
  ) => SampleEstimate | undefined;
}

/** An expectation with what came out. */
export interface ExpectationResult {
  readonly text: string;
  readonly passed: boolean;
  /** `null` when nothing goes by that name. */
  readonly actual: SampleEstimate | null;
}

function holds(operator: Operator, value: number, low: number, high: number): boolean {
  switch (operator) {
    case "<":
      return high < value;
    case "<=":
      return high <= value;
    case ">":
      return low > value;
    case ">=":
      return low >= value;
    case "==":
      return low === value && high === value;
    case "!=":
      return high < value || low > value;
  }
}

/**
 * Compares an expectation with the results. A figure that is absent, or has no interval where
 * `with 95%` asks for one, fails.
 */
export function evaluateExpectation(
  { text, variant, baseline, metric, operator, value, wholeInterval }: Expectation,
  lookup: EstimateLookup,
): ExpectationResult {
  const found =
    baseline === null
      ? lookup.metric(variant, metric)
      : lookup.difference(variant, baseline, metric);
  if (found === undefined) return { text, passed: false, actual: null };
  const { mean, ci95, n } = found;
  const range = wholeInterval ? ci95 : mean === null ? null : ([mean, mean] as const);
  const passed = range !== null && holds(operator, value, range[0], range[1]);
  return { text, passed, actual: { mean, ci95, n } };
}
