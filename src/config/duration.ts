/** Spans of time as text: `500ms`, `20m`, `1h30m`. */

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
