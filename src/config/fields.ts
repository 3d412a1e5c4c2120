/**
 * Building blocks of schemas: quantities with units, bounded and described. What several have in
 * common is made once, and copied with each description: to make a schema takes time at each start.
 */
import { z } from "zod";
import { Rational } from "../core/rational.js";
import { DURATION_EXPECTED, DURATION_PATTERN, formatDuration, parseDuration } from "./duration.js";

const DURATION_MS_MAX = 315_360_000_000;

// Encodes too, so that what was read can be written again for another process to check and to read.
const DURATION = z.codec(
  z.string().regex(new RegExp(DURATION_PATTERN), DURATION_EXPECTED),
  z.number(),
  {
    decode: (input, { issues }) => {
      const ms = parseDuration(input);
      if (ms !== undefined && ms <= DURATION_MS_MAX) return ms;
      issues.push({ code: "custom", input, message: `${DURATION_EXPECTED} (at most ten years)` });
      return z.NEVER;
    },
    encode: formatDuration,
  },
);

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
  return TEXT.meta({ description, placeholder });
}

const TEXT_EXPECTED = "expected text of 1 to 4096 characters";
const TEXT = z.string(TEXT_EXPECTED).min(1, TEXT_EXPECTED).max(4096, TEXT_EXPECTED);

/** Made by bounds, each once. */
function byBounds<T>(make: (min: number, max: number) => T) {
  const made = new Map<string, T>();
  return (min: number, max: number): T => {
    const key = `${min} ${max}`;
    const known = made.get(key) ?? make(min, max);
    made.set(key, known);
    return known;
  };
}

const numberWithin = byBounds((min, max) => z.number().check(z.gte(min), z.lte(max)));
const integerWithin = byBounds((min, max) => z.int().check(z.gte(min), z.lte(max)));

/** A finite number within bounds. */
export function number(description: string, min: number, max: number) {
  return numberWithin(min, max).describe(description);
}

/** A whole number within bounds. */
export function integer(description: string, min: number, max: number) {
  return integerWithin(min, max).describe(description);
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

const ORCHESTRATOR = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "expected the name or the address of an orchestrator",
  );

/** Names an orchestrator: those of the network have dots, such as `livepeer.dcgco.eth`. */
export function orchestratorName(description: string) {
  return ORCHESTRATOR.describe(description);
}

const REGION = z.string().regex(/^[A-Za-z0-9-]{1,40}$/, "expected a region code such as FRA");

/** A code of scenarios/data/regions.csv; whether it exists is checked with the data at hand. */
export function region(description: string) {
  return REGION.describe(`${description} A code of the regions table.`);
}

const EXACT = z.codec(z.union([z.number().min(0), z.string()]), z.string(), {
  decode: (input, { issues }) => {
    try {
      const rational = Rational.parse(String(input));
      if (rational.sign() >= 0) return rational.toString();
    } catch {
      // Falls through to the issue below, which says what was expected.
    }
    const message = `expected a number or fraction of at least 0, such as 1200, "0.25" or "1/3"`;
    issues.push({ code: "custom", input, message });
    return z.NEVER;
  },
  encode: (fraction) => fraction,
});

/** An exact non-negative number or fraction: money never passes through a float. */
export function exact(description: string) {
  return EXACT.describe(description);
}
