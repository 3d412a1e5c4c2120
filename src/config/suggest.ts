/** "Did you mean …": the known name that is closest to a mistyped one. */

/** Longest name that is compared: the comparison takes time proportional to the product of lengths. */
const LENGTH_MAX = 100;

/**
 * Levenshtein distance, with a swap of two neighbours counting once, capital letters ignored.
 */
export function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a.charAt(row - 1) === b.charAt(column - 1);
      let distance = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const isSwap =
        row > 1 &&
        column > 1 &&
        a.charAt(row - 1) === b.charAt(column - 2) &&
        a.charAt(row - 2) === b.charAt(column - 1);
      if (isSwap) distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/**
 * The candidate that was probably meant.
 *
 * @returns undefined when none is close: at most one change in three letters
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const limit = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name, candidate);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The known names in a message: the closest one, or a few of them, or nothing. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const close = nearest(name, known);
  if (close !== undefined) return `; did you mean ${JSON.stringify(close)}?`;
  if (known.length === 0) return "";
  if (known.length > 12) return "";
  return `, expected ${known.length === 1 ? "" : "one of "}${known.join(", ")}`;
}
