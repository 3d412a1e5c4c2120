/** Values of go-livepeer's flags as go-livepeer writes them: spans of time, prices, exact numbers. */
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../config/duration.js";
import { Rational } from "../../core/rational.js";

/** A day: longer waits are mistakes, and timers cannot wait for much longer. */
const SPAN_MS_MAX = 86_400_000;

/** `500ms`, `2s`, `1m30s`, `0` → ms, at most a day. */
export function span(text: string): number {
  const ms = text === "0" ? 0 : parseDuration(text);
  if (ms === undefined || ms > SPAN_MS_MAX) {
    throw new InvalidArgumentError("expected a span of time such as 500ms, 2s or 1m30s");
  }
  return ms;
}

/** A span above 0. */
export function positiveSpan(text: string): number {
  const ms = span(text);
  if (ms < 1) throw new InvalidArgumentError("expected a span of time of at least 1ms");
  return ms;
}

/** Whole wei, or a fraction of them, at least 0: `3000000000000`, `0.5`, `1/3`. */
export function exactAmount(text: string): Rational {
  let value: Rational | null = null;
  try {
    value = Rational.parse(text);
  } catch {
    // Said below.
  }
  if (value === null || value.sign() < 0) {
    throw new InvalidArgumentError("expected a number or fraction of at least 0");
  }
  return value;
}

/** A number within bounds. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`expected a number from ${min} to ${max}`);
    }
    return value;
  };
}
