/** A table of one's own measurements: a line for each segment, or for the mean of some. */
import { type Cell, dataError, numberIn, parseCsv, quoted } from "../../../io/csv-table.js";
import type { Measured, MeasuredSegment } from "../measured.js";

const NAMES = ["worker", "sessions", "download_ms", "transcode_ms", "upload_ms"] as const;
const RECORDS_MAX = 1_000_000;
const SESSIONS_MAX = 10_000;
const CHARACTERS_MAX = 64 * 2 ** 20;

/** The columns that a first line names, whatever is between them, and how it ends. */
function headerOf(text: string): { names: string[]; line: string; delimiter: string } {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const delimiter = /[;\t]/.exec(line)?.[0] ?? ",";
  const names = line
    .replace(/^\ufeff/, "")
    .split(delimiter)
    .map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .toLowerCase(),
    );
  return { names, line, delimiter };
}

/** Is this such a table, by its first line? */
export function isWorkerCsv(text: string): boolean {
  const { names } = headerOf(text);
  const [worker, sessions, ...times] = NAMES;
  return (
    names.includes(worker) && names.includes(sessions) && times.some((name) => names.includes(name))
  );
}

/**
 * Reads the table: `worker,sessions,download_ms,transcode_ms,upload_ms` in any order, a segment a line; a
 * `transcode_ms` of `failed` is a segment that failed.
 *
 * @param file name for messages
 * @returns one for each worker, in order of appearance
 * @throws InputError (`DATA_FILE_INVALID`) with a position
 */
export function readWorkerCsv(text: string, file: string): readonly Measured[] {
  const limits = { maxRecords: RECORDS_MAX, maxCharacters: CHARACTERS_MAX };
  const { names, line, delimiter } = headerOf(text);
  if (delimiter !== ",") {
    const what = delimiter === ";" ? "semicolons" : "tabs";
    const message = `${what} between cells, expected commas, and points in numbers`;
    throw dataError(file, { line: 1, column: 1 }, message);
  }
  const others = names.filter((name) => !NAMES.some((known) => known === name));
  const notes = others.length === 0 ? [] : [`columns that are not used: ${others.join(", ")}`];
  const workers = new Map<string, MeasuredSegment[]>();
  const plain = `${names.join(",")}${text.slice(line.length)}`;
  for (const record of parseCsv(plain, file, limits).records) {
    const cell = (name: (typeof NAMES)[number]): Cell => {
      const found = record.cell(name);
      return { ...found, text: found.text.trim() };
    };
    const nameCell = cell("worker");
    const { text: worker } = nameCell;
    if (!/^[\w.-]{1,64}$/.test(worker)) {
      throw dataError(file, nameCell, `${quoted(worker)}, expected a name such as home-a`);
    }
    const sessionsCell = cell("sessions");
    const sessions = numberIn(file, sessionsCell, { min: 1, max: SESSIONS_MAX });
    if (!Number.isInteger(sessions)) {
      const text = `${quoted(sessionsCell.text)}, expected a whole number of sessions`;
      throw dataError(file, sessionsCell, text);
    }
    const isFailed = cell("transcode_ms").text === "failed";
    // Of one that failed nobody may know how long its transfers took.
    const ms = (name: (typeof NAMES)[number]) =>
      isFailed && cell(name).text === "" ? 0 : numberIn(file, cell(name), { min: 0, max: 600_000 });
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
    notes,
  }));
}
