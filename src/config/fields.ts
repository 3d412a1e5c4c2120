/** Building blocks of schemas: quantities with units, bounded and described. */
import { z } from "zod";
import { Rational } from "../core/rational.js";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a span of time such as `500ms`, `20m` or `1h30m`.
 *
 * @returns milliseconds, or undefined when the text is not a span of time
 */
export function parseDuration(text: string): number | undefined {
  const compact = text.replaceAll(/\s/g, "");
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== compact) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? 0), 0);
}

/** What a span of time looks like: also the mark by which messages recognise one. */
export const DURATION_PATTERN = "^\\s*(\\d+(\\.\\d+)?\\s*(ms|min|s|m|h|d|w)\\s*)+$";

/** What messages say instead of the pattern. */
export const DURATION_EXPECTED = `expected a span of time such as "500ms", "20m" or "1h30m"`;

const DURATION_MS_MAX = 315_360_000_000;

/** A span of time as a scenario writes it: `1620000` → `27m`. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** A span of time of at most ten years, as text with a unit; becomes milliseconds. */
export function duration(description: string) {
  return z
    .string()
    .regex(new RegExp(DURATION_PATTERN), DURATION_EXPECTED)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined || ms > DURATION_MS_MAX) {
        context.addIssue({ code: "custom", message: `${DURATION_EXPECTED} (at most ten years)` });
        return z.NEVER;
      }
      return ms;
    })
    .describe(`${description} Text with a unit: ms, s, m, h, d or w.`);
}

/** A span of time of at most ten years, as milliseconds. */
export function milliseconds(description: string) {
  return z.number().min(0).max(DURATION_MS_MAX).describe(`${description} Milliseconds.`);
}

/** A finite number within bounds. */
export function number(description: string, min: number, max: number) {
  return z.number().min(min).max(max).describe(description);
}

/** A whole number within bounds. */
export function integer(description: string, min: number, max: number) {
  return z.int().min(min).max(max).describe(description);
}

/** A share between 0 and 1. */
export function share(description: string) {
  return number(description, 0, 1);
}

/** A name usable in a metric's path: letters, digits, `_` and `-`. */
export function name(description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "expected letters, digits, _ or - (at most 64)")
    .describe(description);
}

/** A code of scenarios/data/regions.csv; whether it exists is checked with the data at hand. */
export function region(description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/, "expected a region code such as FRA")
    .describe(`${description} A code of the regions table.`);
}

/** An exact non-negative number or fraction: money never passes through a float. */
export function exact(description: string) {
  return z
    .union([z.number().min(0), z.string()])
    .transform((value, context) => {
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
    })
    .describe(description);
}
