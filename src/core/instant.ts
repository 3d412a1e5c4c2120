/** Instants as people and nodes write them: RFC 3339, or a day of UTC where that is asked for. */

const TIME =
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const SECONDS = /T\d\d:\d\d:\d\d/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads RFC 3339, which has no hour 24 and no day that its month has not.
 *
 * @param isLoose a day alone is its beginning, and seconds may be left out. @default false
 * @returns ms since 1970; null if it is none, or from before
 */
export function instantOf(text: string, { isLoose = false } = {}): number | null {
  const isTime = TIME.test(text) && (isLoose || SECONDS.test(text));
  if (!isTime && !(isLoose && DAY.test(text))) return null;
  // biome-ignore lint/style/noRestrictedGlobals: it reads a text and no clock
  const ms = Date.parse(text);
  return ms >= 0 && isDayOfMonth(text) ? ms : null;
}

/** `Date.parse` takes February 31 for March 3. */
function isDayOfMonth(time: string): boolean {
  const day = Number(time.slice(8, 10));
  if (day <= 28) return true;
  // biome-ignore lint/style/noRestrictedGlobals: it counts days and reads no clock
  const lastDay = new Date(Date.UTC(Number(time.slice(0, 4)), Number(time.slice(5, 7)), 0));
  return day <= lastDay.getUTCDate();
}
