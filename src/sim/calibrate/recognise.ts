/** What a text of measurements is, by what is in it. */
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import type { Measured, MeasuredSegment } from "./measured.js";
import { isLivepeerBench, readLivepeerBench } from "./readers/livepeer-bench.js";
import { isRecordBenchmark, readRecordBenchmark } from "./readers/record-benchmark.js";
import { isWorkerCsv, readWorkerCsv } from "./readers/worker-csv.js";

/** Is it a list of events, or several of them? What decodes events says so in the end. */
export function looksLikeEvents(text: string): boolean {
  return /^\s*[[{]/.test(text) && !isRecordBenchmark(text) && !isLivepeerBench(text);
}

/**
 * Reads a text that is no list of events.
 *
 * @param file name for messages
 * @throws InputError (`CALIBRATE_INPUT`) where it is none of what is known, or cut or mixed;
 *   (`DATA_FILE_INVALID`) for a table with a wrong cell
 */
export function readMeasured(text: string, file: string): readonly Measured[] {
  if (text.includes("\0")) {
    throw new InputError(`${file}: no text, expected UTF-8 or, with a mark, UTF-16`, {
      code: "CALIBRATE_INPUT",
    });
  }
  if (isLivepeerBench(text)) return [readLivepeerBench(text, file)];
  if (isWorkerCsv(text)) return readWorkerCsv(text, file);
  if (isRecordBenchmark(text)) return readRecordBenchmark(text, file);
  const expected =
    "expected the output of livepeer_bench, events of a pool, what /recordBenchmark takes, or a table worker,sessions,download_ms,transcode_ms,upload_ms";
  throw new InputError(`${file}: ${text.trim() === "" ? "empty" : "not known"}, ${expected}`, {
    code: "CALIBRATE_INPUT",
  });
}

/** What tells a session's segments from another's: what was measured of them. */
function printOf(segments: readonly MeasuredSegment[]): string {
  return segments
    .map(({ atATime, downloadMs, workMs, uploadMs, durationMs }) =>
      [atATime, downloadMs, workMs, uploadMs, durationMs].join(" "),
    )
    .join("\n");
}

function bySession(segments: readonly MeasuredSegment[]): Map<string | null, MeasuredSegment[]> {
  const sessions = new Map<string | null, MeasuredSegment[]>();
  for (const segment of segments) {
    const own = sessions.get(segment.session);
    if (own === undefined) sessions.set(segment.session, [segment]);
    else own.push(segment);
  }
  return sessions;
}

/** Without the sessions that are in `known` already: a file and its copy are one. */
function withoutKnown(one: Measured, known: Measured): Measured {
  const prints = new Set([...bySession(known.segments).values()].map(printOf));
  const copies = new Set(
    [...bySession(one.segments)]
      .filter(([, own]) => prints.has(printOf(own)))
      .map(([name]) => name),
  );
  const segments = one.segments.filter(({ session }) => !copies.has(session));
  const count = one.segments.length - segments.length;
  if (count === 0) return one;
  return {
    ...one,
    segments,
    unused: [...one.unused, `${counted(count, "segment")} that another input has too`],
  };
}

/**
 * Inputs of the same worker are taken together where they are of one kind.
 *
 * @throws InputError (`CALIBRATE_INPUT`) where they were transcoded into different renditions
 */
export function together(all: readonly Measured[]): readonly Measured[] {
  const byWorker = new Map<string, Measured>();
  for (const [index, next] of all.entries()) {
    const key = `${next.worker} ${next.source}`;
    const known = byWorker.get(key);
    if (known === undefined) {
      byWorker.set(key, next);
      continue;
    }
    if (known.pixelsPerSecond !== next.pixelsPerSecond) {
      const text = `${next.worker}: measured twice with different renditions, expected the same`;
      throw new InputError(text, { code: "CALIBRATE_INPUT" });
    }
    const one = withoutKnown(next, known);
    // Sessions of different inputs are different ones.
    const segments = one.segments.map((segment) => ({
      ...segment,
      session: segment.session === null ? null : `${index} ${segment.session}`,
    }));
    byWorker.set(key, {
      ...known,
      segments: [...known.segments, ...segments],
      unused: [...known.unused, ...one.unused],
      notes: [...new Set([...known.notes, ...one.notes])],
    });
  }
  return [...byWorker.values()];
}
