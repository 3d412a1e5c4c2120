/**
 * Fits of the packaged network, which take as long as a short run. Beside the sources there are none,
 * and whoever needs one makes it; a build puts a module in this one's place that holds them.
 */

/** The text of `fitsText` for the packaged data files; null: not at hand. */
export function packagedFits(): string | null {
  return null;
}
