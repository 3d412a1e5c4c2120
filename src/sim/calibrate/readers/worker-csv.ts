/** A table of one's own measurements: a line for each segment, or for the mean of some. */
import { dataError, numberIn, parseCsv, quoted } from "../../../io/csv-table.js";
import type { Measured, MeasuredSegment } from "../measured.js";

const HEADER = "worker,sessions,download_ms,transcode_ms,upload_ms";
const RECORDS_MAX = 1_000_000;
const SESSIONS_MAX = 10_000;
const CHARACTERS_MAX = 64 * 2 ** 20;

/** Is this such a table, by its first line? */
export function isWorkerCsv(text: string): boolean {
  return (
    text
      .replace(/^\ufeff/, "")
      .split(/\r?\n/, 1)[0]
      ?.trim() === HEADER
  );
}

/**
 * Reads the table: `worker,sessions,download_ms,transcode_ms,upload_ms`, a segment a line; a
 * `transcode_ms` of `failed` is a segment that failed.
 *
 * @param file name for messages
 * @returns one for each worker, in order of appearance
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function readWorkerCsv(text: string, file: string): readonly Measured[] {
  const limits = { maxRecords: RECORDS_MAX, maxCharacters: CHARACTERS_MAX };
  const workers = new Map<string, MeasuredSegment[]>();
  for (const record of parseCsv(text, file, limits).records) {
    const nameCell = record.cell("worker");
    const { text: worker } = nameCell;
    if (!/^[\w.-]{1,64}$/.test(worker)) {
      throw dataError(file, nameCell, `${quoted(worker)}, expected a name such as home-a`);
    }
    const sessionsCell = record.cell("sessions");
    const sessions = numberIn(file, sessionsCell, { min: 1, max: SESSIONS_MAX });
    if (!Number.isInteger(sessions)) {
      const text = `${quoted(sessionsCell.text)}, expected a whole number of sessions`;
      throw dataError(file, sessionsCell, text);
    }
    const ms = (column: string) => numberIn(file, record.cell(column), { min: 0, max: 600_000 });
    const isFailed = record.cell("transcode_ms").text === "failed";
    const segments = workers.get(worker) ?? [];
    workers.set(worker, segments);
    segments.push({
      atATime: sessions,
      session: null,
      isFirst: false,
      downloadMs: ms("download_ms"),
      workMs: isFailed ? Number.POSITIVE_INFINITY : ms("transcode_ms"),
      uploadMs: ms("upload_ms"),
      durationMs: null,
    });
  }
  return [...workers].map(([worker, segments]) => ({
    worker,
    source: "a table of segments",
    isDevice: false,
    segments,
    pixelsPerSecond: null,
    unused: [],
    notes: [],
  }));
}
