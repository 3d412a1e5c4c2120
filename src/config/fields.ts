/**
 * Building blocks of schemas: quantities with units, bounded and described. What several have in
 * common is made once, and copied with each description: to make a schema takes time at each start.
 */
import { z } from "zod";
import { Rational } from "../core/rational.js";
import { DURATION_EXPECTED, DURATION_PATTERN, parseDuration } from "./duration.js";

const DURATION_MS_MAX = 315_360_000_000;

const DURATION = z
  .string()
  .regex(new RegExp(DURATION_PATTERN), DURATION_EXPECTED)
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined || ms > DURATION_MS_MAX) {
      context.addIssue({ code: "custom", message: `${DURATION_EXPECTED} (at most ten years)` });
      return z.NEVER;
    }
    return ms;
  });

/** A span of time of at most ten years, as text with a unit; becomes milliseconds. */
export function duration(description: string) {
  return DURATION.describe(`${description} Text with a unit: ms, s, m, h, d or w.`);
}

/** A span of time of at most ten years, as milliseconds. */
export function milliseconds(description: string) {
  return number(`${description} Milliseconds.`, 0, DURATION_MS_MAX);
}

/**
 * Text of 1 to 4096 characters.
 *
 * @param placeholder what help calls it, as in `--ethUrl <url>`
 */
export function text(description: string, placeholder: string) {
  const expected = "expected text of 1 to 4096 characters";
  return z.string(expected).min(1, expected).max(4096, expected).meta({ description, placeholder });
}

/** A finite number within bounds. One call of `check`: each makes a copy of the schema. */
export function number(description: string, min: number, max: number) {
  return z.number().check(z.gte(min), z.lte(max), z.describe(description));
}

/** A whole number within bounds. */
export function integer(description: string, min: number, max: number) {
  return z.int().check(z.gte(min), z.lte(max), z.describe(description));
}

/** A share between 0 and 1. */
export function share(description: string) {
  return number(description, 0, 1);
}

const NAME = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "expected letters, digits, _ or - (at most 64)");

/** A name usable in a metric's path: letters, digits, `_` and `-`. */
export function name(description: string) {
  return NAME.describe(description);
}

const REGION = z.string().regex(/^[A-Za-z0-9-]{1,40}$/, "expected a region code such as FRA");

/** A code of scenarios/data/regions.csv; whether it exists is checked with the data at hand. */
export function region(description: string) {
  return REGION.describe(`${description} A code of the regions table.`);
}

const EXACT = z.union([z.number().min(0), z.string()]).transform((value, context) => {
  try {
    const rational = Rational.parse(String(value));
    if (rational.sign() >= 0) return rational.toString();
  } catch {
    // Falls through to the issue below, which says what was expected.
  }
  context.addIssue({
    code: "custom",
    message: `expected a number or fraction of at least 0, such as 1200, "0.25" or "1/3"`,
  });
  return z.NEVER;
});

/** An exact non-negative number or fraction: money never passes through a float. */
export function exact(description: string) {
  return EXACT.describe(description);
}
