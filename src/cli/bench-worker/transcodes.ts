/** How long transcoding takes at each number of sessions: what livepeer_bench printed, as a benchmark. */
import { InputError } from "../../core/errors.js";
import type { MeasuredSegment } from "../../sim/calibrate/measured.js";
import { isLivepeerBench, readLivepeerBench } from "../../sim/calibrate/readers/livepeer-bench.js";

/** One segment that was transcoded. */
export interface Transcode {
  readonly isCold: boolean;
  /** null: it failed. */
  readonly ms: number | null;
}

/** All segments at one number of sessions. */
export interface Level {
  readonly sessions: number;
  readonly segments: readonly Transcode[];
}

/** Levels in order, and what has to be known of them. */
export interface Transcodes {
  readonly levels: readonly Level[];
  readonly notes: readonly string[];
}

/** Of one number of sessions: a benchmark of more says no more, and does not fit into one request. */
const SEGMENTS_MAX = 5000;
const LEVELS_MAX = 8;

/**
 * Levels of what livepeer_bench printed.
 *
 * @param file name for messages
 * @throws InputError (`CALIBRATE_INPUT`) where it is something else, or cut or mixed
 */
export function transcodesOf(text: string, file: string): Transcodes {
  if (!isLivepeerBench(text)) {
    throw new InputError(`${file}: expected the output of livepeer_bench`, {
      code: "CALIBRATE_INPUT",
    });
  }
  const { segments, notes: known, unused } = readLivepeerBench(text, file);
  const notes = [...known, ...unused];
  const bySessions = new Map<number, MeasuredSegment[]>();
  for (const segment of segments) {
    const own = bySessions.get(segment.atATime);
    if (own === undefined) bySessions.set(segment.atATime, [segment]);
    else own.push(segment);
  }
  const all = [...bySessions].sort(([a], [b]) => a - b);
  const more = all.slice(LEVELS_MAX).map(([sessions]) => sessions);
  const levels = all.slice(0, LEVELS_MAX).map(([sessions, own]): Level => {
    const kept = own.slice(0, SEGMENTS_MAX);
    if (kept.length < own.length) {
      notes.push(`${own.length - kept.length} segments of ${sessions} sessions are left out`);
    }
    return {
      sessions,
      segments: kept.map(({ isFirst, workMs }) => ({ isCold: isFirst, ms: workMs })),
    };
  });
  if (more.length > 0)
    notes.push(`${more.join(", ")} sessions are left out: ${LEVELS_MAX} numbers at most`);
  return { levels, notes };
}
