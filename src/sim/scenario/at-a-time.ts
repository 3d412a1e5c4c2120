/** How many streams of a fixed demand are under way at a time, at the most. */

/**
 * @param streams start and length of each, ms
 * @param untilMs what comes later does not count
 */
export function mostAtATime(
  streams: readonly { readonly atMs: number; readonly lengthMs: number }[],
  untilMs: number,
): number {
  const counted = streams.filter(({ atMs }) => atMs < untilMs);
  const starts = Float64Array.from(counted, ({ atMs }) => atMs).sort();
  const ends = Float64Array.from(counted, ({ atMs, lengthMs }) => atMs + lengthMs).sort();
  let [most, ended] = [0, 0];
  for (const [index, start] of starts.entries()) {
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= start) ended++;
    most = Math.max(most, index + 1 - ended);
  }
  return most;
}
