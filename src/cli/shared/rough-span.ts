/** A span of time as people say it who do not count seconds. */

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Seconds below two minutes, minutes below two hours, then hours. */
export function roughSpan(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(1, Math.round(ms / SECOND_MS))} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
