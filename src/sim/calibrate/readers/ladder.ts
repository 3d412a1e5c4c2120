/** What `livepeer_bench` transcodes into, by the names of its option `-transcodingOptions` (N-1). */

/** N-1: the ladder where the option is not given. */
export const DEFAULT_LADDER = "P240p30fps16x9,P360p30fps16x9,P720p30fps16x9";

const WIDTHS_16X9 = new Map([
  [144, 256],
  [240, 426],
  [360, 640],
  [480, 854],
  [576, 1024],
  [720, 1280],
  [1080, 1920],
]);

/**
 * Output pixels of a second of video.
 *
 * @param options names of presets with commas between them
 * @returns null where one of them is no preset, such as the name of a JSON file
 */
export function ladderPixels(options: string): number | null {
  let pixels = 0;
  for (const name of options.split(",")) {
    const [, height, fps, ratio] = /^P(\d{3,4})p(\d{2})fps(16x9|4x3)$/.exec(name.trim()) ?? [];
    const width =
      ratio === "4x3" ? (Number(height) * 4) / 3 : WIDTHS_16X9.get(Number(height ?? Number.NaN));
    if (width === undefined) return null;
    pixels += width * Number(height) * Number(fps);
  }
  return pixels;
}
