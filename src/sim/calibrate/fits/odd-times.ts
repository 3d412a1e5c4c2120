/** What no worker's times are, so that they are not what they seem. */
import { counted } from "../../../core/wording.js";

/** A segment that takes so many times as long as half of them, or as little, is of another unit. */
const TIMES_ODD = 100;
/** A segment is of a few seconds, and nobody waits for one that takes longer than this, ms. */
const LONG_ODD = 60_000;
/** Times that differ by less are the same to the last digit. */
const SAME = 1e-9;

/** The least, the middle and the greatest of some times. */
function spanOf(times: readonly number[]): { least: number; middle: number; most: number } {
  const sorted = Float64Array.from(times).sort();
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { least: at(0), middle: at(Math.floor(sorted.length / 2)), most: at(sorted.length - 1) };
}

/** Whether all times of each group are the same, of which one has several. */
export function areSame(groups: readonly (readonly number[])[]): boolean {
  const isSame = (times: readonly number[]) => {
    const { least, middle, most } = spanOf(times);
    return most - least <= SAME * middle;
  };
  return groups.every(isSame) && groups.some(({ length }) => length > 1);
}

/**
 * What is odd about times, as notes.
 *
 * @param groups times of segments with the same company, ms
 * @param aloneMs of a segment alone, as it was found
 */
export function oddTimes(groups: readonly (readonly number[])[], aloneMs: number): string[] {
  const isMixed = groups.map(spanOf).some(({ least, middle, most }) => {
    return most > TIMES_ODD * middle || TIMES_ODD * least < middle;
  });
  return [
    ...(isMixed
      ? ["odd: some segments take a hundred times as long as others: are all times in one unit?"]
      : []),
    ...(aloneMs < 1 ? ["odd: a segment takes less than 1 ms: are times in another unit?"] : []),
    ...(aloneMs > LONG_ODD
      ? [
          `odd: a segment takes ${counted(Math.round(aloneMs / 1000), "second")}: are times in another unit?`,
        ]
      : []),
    ...(areSame(groups)
      ? [
          "odd: all times are the same, as no worker's are: they show nothing of how sure these figures are",
        ]
      : []),
  ];
}
