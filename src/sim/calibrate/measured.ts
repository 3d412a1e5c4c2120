/** What measurements say of a worker, whatever they were read from: segments and how long each took. */

/** One segment that a worker was given. */
export interface MeasuredSegment {
  /** Segments that it worked on, this one included, or sessions of a bench that ran at once. */
  readonly atATime: number;
  /** What its time is compared by: segments of one session follow each other; null: not known. */
  readonly session: string | null;
  /** The first of its session: the device is cold. */
  readonly isFirst: boolean;
  /** The source's way to the worker, ms; null: not measured apart. */
  readonly downloadMs: number | null;
  /** Transcoding, or the whole where the parts are not known, ms; Infinity: it failed. */
  readonly workMs: number;
  /** The results' way back, ms; null: not measured apart. */
  readonly uploadMs: number | null;
  /** How long the segment itself lasts, ms; null: not known. */
  readonly durationMs: number | null;
}

/** Everything that one input says of one worker. */
export interface Measured {
  /** What it is called there. */
  readonly worker: string;
  /** What it was read from, in words. */
  readonly source: string;
  /** The times are those of transcoding alone: transfers are not in them. */
  readonly isDevice: boolean;
  readonly segments: readonly MeasuredSegment[];
  /** Output pixels of a second of video, where it is known what was transcoded. */
  readonly pixelsPerSecond: number | null;
  /** What was not used, and why. */
  readonly unused: readonly string[];
  /** What else has to be known of it. */
  readonly notes: readonly string[];
}

/** From task sent to result received, as far as it was measured, ms. */
export function wholeMs({ downloadMs, workMs, uploadMs }: MeasuredSegment): number {
  return (downloadMs ?? 0) + workMs + (uploadMs ?? 0);
}
