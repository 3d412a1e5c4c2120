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

/** Of all numbers of sessions: more do not fit into one request. */
const SEGMENTS_MAX = 40_000;
/** Real transfers are made at each. */
const LEVELS_MAX = 24;

/** The least, the most, and as many as may be between, at even distances. */
function evenly<T>(all: readonly T[], most: number): { kept: readonly T[]; others: readonly T[] } {
  if (all.length <= most) return { kept: all, others: [] };
  const at = (index: number) => Math.round((index * (all.length - 1)) / (most - 1));
  const chosen = new Set(Array.from({ length: most }, (_, index) => at(index)));
  return {
    kept: all.filter((_, index) => chosen.has(index)),
    others: all.filter((_, index) => !chosen.has(index)),
  };
}

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
  const { kept: chosen, others } = evenly(all, LEVELS_MAX);
  const most = Math.floor(SEGMENTS_MAX / chosen.length);
  const levels = chosen.map(([sessions, own]): Level => {
    const kept = own.slice(0, most);
    if (kept.length < own.length) {
      notes.push(`${own.length - kept.length} segments of ${sessions} sessions are left out`);
    }
    return {
      sessions,
      segments: kept.map(({ isFirst, workMs }) => ({ isCold: isFirst, ms: workMs })),
    };
  });
  if (others.length > 0) {
    const named = others.map(([sessions]) => sessions).join(", ");
    notes.push(`${named} sessions are left out: ${LEVELS_MAX} numbers at most`);
  }
  return { levels, notes };
}
