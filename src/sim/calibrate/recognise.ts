/** What a text of measurements is, by what is in it. */
import { InputError } from "../../core/errors.js";
import type { Measured } from "./measured.js";
import { isLivepeerBench, readLivepeerBench } from "./readers/livepeer-bench.js";
import { isRecordBenchmark, readRecordBenchmark } from "./readers/record-benchmark.js";
import { isWorkerCsv, readWorkerCsv } from "./readers/worker-csv.js";

/** Is it a list of events, or several of them? What decodes events says so in the end. */
export function looksLikeEvents(text: string): boolean {
  return /^\s*[[{]/.test(text) && !isRecordBenchmark(text);
}

/**
 * Reads a text that is no list of events.
 *
 * @param file name for messages
 * @throws InputError (`CALIBRATE_INPUT`) where it is none of what is known, or cut or mixed;
 *   (`DATA_FILE_INVALID`) for a table with a wrong cell
 */
export function readMeasured(text: string, file: string): readonly Measured[] {
  if (isLivepeerBench(text)) return [readLivepeerBench(text, file)];
  if (isWorkerCsv(text)) return readWorkerCsv(text, file);
  if (isRecordBenchmark(text)) return readRecordBenchmark(text, file);
  const expected =
    "expected the output of livepeer_bench, events of a pool, what /recordBenchmark takes, or a table worker,sessions,download_ms,transcode_ms,upload_ms";
  throw new InputError(`${file}: ${text.trim() === "" ? "empty" : "not known"}, ${expected}`, {
    code: "CALIBRATE_INPUT",
  });
}

/** Inputs of the same worker are taken together where they are of one kind. */
export function together(all: readonly Measured[]): readonly Measured[] {
  const byWorker = new Map<string, Measured>();
  for (const [index, one] of all.entries()) {
    const key = `${one.worker} ${one.source}`;
    const known = byWorker.get(key);
    if (known === undefined) byWorker.set(key, one);
    else {
      // Sessions of different inputs are different ones.
      const segments = one.segments.map((segment) => ({
        ...segment,
        session: segment.session === null ? null : `${index} ${segment.session}`,
      }));
      byWorker.set(key, {
        ...known,
        segments: [...known.segments, ...segments],
        unused: [...known.unused, ...one.unused],
        notes: [...known.notes, ...one.notes],
      });
    }
  }
  return [...byWorker.values()];
}
