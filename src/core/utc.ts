/** Instants as text: UTC everywhere, so that books read the same on every machine. */

/**
 * `2026-02-01T10:00:00Z`; fractions of a second are cut.
 *
 * @param ms since 1970, within ±8.64e15
 */
export function utcText(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: it writes an instant and reads no clock
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
