/**
 * What `livepeer_bench` prints (N-1 … N-11): a line per finished segment on stdout, tables on stderr,
 * both in one text or only the first; several runs after each other.
 */
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import type { Measured, MeasuredSegment } from "../measured.js";
import { DEFAULT_LADDER, ladderPixels } from "./ladder.js";

/** N-4: the line before the first segment's. */
const HEADER = "timestamp,session,segment,seg_dur,transcode_time,frames";
/** N-5: local time, with up to four fractional digits. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,4})?$/;
const WHOLE = /^\d{1,9}$/;
/** N-5: four significant digits in Go's shortest form. */
const SECONDS = /^\d{1,9}(?:\.\d{1,12})?(?:e[+-]\d\d)?$/;
/** Each time is cut to four digits, the sum in the summary is not (N-5, N-8). */
const SUM_TOLERANCE = 1e-3;
const SESSIONS_MAX = 10_000;
/** Colours and movements of a terminal that was recorded. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");
/** A segment's line as a program for tables of another locale writes it again. */
const OTHER_LOCALE = /^"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:.*;|(?:[^,;]*,){6})/;

interface Line {
  readonly line: number;
  readonly session: number;
  readonly segment: number;
  readonly durationS: number;
  readonly transcodeS: number;
}

/** A run as far as it was read. */
interface Run {
  readonly lines: Line[];
  readonly settings: Map<string, string>;
  /** N-8; empty: none was printed. */
  readonly summary: Map<string, string>;
}

/** Is this the output of livepeer_bench? */
export function isLivepeerBench(text: string): boolean {
  return (
    text.includes(HEADER) ||
    text.includes(HEADER.replaceAll(",", ";")) ||
    /\|\s*Real-Time Segs Transcoded\s*\|/.test(text)
  );
}

/** N-4: exactly six fields, the second and the third of which are integers. */
function lineOf(text: string, line: number): Line | null {
  const cells = text.split(",");
  const [timestamp = "", session = "", segment = "", durationS = "", transcodeS = ""] = cells;
  if (cells.length !== 6 || !WHOLE.test(session) || !WHOLE.test(segment)) return null;
  if (!TIMESTAMP.test(timestamp) || !SECONDS.test(durationS) || !SECONDS.test(transcodeS)) {
    return null;
  }
  const found = { session: Number(session), segment: Number(segment) };
  return { line, ...found, durationS: Number(durationS), transcodeS: Number(transcodeS) };
}

/** A row of a table: label and value; null for all else. N-11: cells may be wrapped. */
function rowOf(text: string): readonly [label: string, value: string] | null {
  const cells = text.trim().split("|");
  if (cells.length !== 4 || cells[0] !== "" || cells[3] !== "") return null;
  const label = (cells[1] ?? "").replaceAll("*", "").trim();
  return [label, (cells[2] ?? "").trim()];
}

/** Cuts the text into runs: a header begins one, and what follows a summary is the next (N-8). */
class Runs {
  readonly all: Run[] = [];
  #current: Run = { lines: [], settings: new Map(), summary: new Map() };
  #lastLabel = "";
  #isOver = false;

  begin(): void {
    if (this.#current.lines.length > 0 || this.#isOver) this.#next(new Map());
  }

  #next(settings: Map<string, string>): void {
    this.end();
    this.#current = { lines: [], settings, summary: new Map() };
    this.#isOver = false;
  }

  row([label, value]: readonly [label: string, value: string]): void {
    const { settings, summary } = this.#current;
    if (label === "Source File") this.begin();
    if (label === "" && this.#lastLabel !== "") {
      const before = this.#current.settings.get(this.#lastLabel) ?? "";
      this.#current.settings.set(this.#lastLabel, `${before}${value}`);
      return;
    }
    this.#lastLabel = "";
    // Settings have a row of this name too, before any segment.
    const isSummary = this.#current.lines.length > 0 && label !== "Source File";
    if (isSummary) {
      summary.set(label, value);
      if (label === "Real-Time Duration Ratio") this.#isOver = true;
    } else {
      (label === "Source File" ? this.#current.settings : settings).set(label, value);
      this.#lastLabel = label;
    }
  }

  segment(line: Line): void {
    // -repeat: the next repetition, under the same settings and without a header.
    if (this.#isOver) this.#next(new Map(this.#current.settings));
    this.#current.lines.push(line);
  }

  end(): void {
    if (this.#current.lines.length > 0) this.all.push(this.#current);
  }
}

function runsIn(
  text: string,
  file: string,
): { readonly runs: readonly Run[]; readonly others: number } {
  const runs = new Runs();
  let others = 0;
  for (const [index, raw] of text.replaceAll(ESCAPES, "").split("\n").entries()) {
    const one = raw.replace(/\r$/, "");
    const line = lineOf(one, index + 1);
    const row = line === null ? rowOf(one) : null;
    if (line !== null) runs.segment(line);
    else if (row !== null) runs.row(row);
    else if (one.trim() === HEADER) runs.begin();
    else if (OTHER_LOCALE.test(one.trim())) {
      const text = `"${one.trim().slice(0, 80)}": decimal commas or semicolons, expected the tool's own text with points and commas (N-5)`;
      throw mixed(`${file}:${index + 1}: ${text}`);
    }
    // N-4, N-8: devices, settings and corners of tables are no segments.
    else if (!/^(?:in\.Device |data |\*[-+*]*\*?$|\s*$)/.test(one)) others++;
  }
  runs.end();
  return { runs: runs.all, others };
}

/** @throws InputError (`CALIBRATE_INPUT`) where segments of several runs are mixed */
function checkedRun(run: Run, file: string): { sessions: number; notes: string[] } {
  const { lines, summary } = run;
  const seen = new Set<string>();
  for (const { line, session, segment } of lines) {
    const key = `${session} ${segment}`;
    if (seen.has(key)) {
      const text = `session ${session} has segment ${segment} a second time: two runs are mixed, expected one after the other`;
      throw mixed(`${file}:${line}: ${text}`);
    }
    seen.add(key);
  }
  const first = lines[0]?.line ?? 0;
  const found = 1 + Math.max(...lines.map(({ session }) => session));
  if (found > SESSIONS_MAX) throw mixed(`${file}:${first}: more than ${SESSIONS_MAX} sessions`);
  const bySession = Array.from(
    { length: found },
    (_, session) => lines.filter((line) => line.session === session).length,
  );
  if (summary.size === 0) {
    const most = Math.max(...bySession);
    const short = bySession.filter((count) => count < most).length;
    const what =
      short === 0
        ? "no summary table (stderr was not kept): its number of sessions is that of its segments"
        : `no summary, and ${short} of ${found} sessions are shorter than the others: the text was cut, or a segment failed, which ends the tool (N-7)`;
    return { sessions: found, notes: [`run at line ${first}: ${what}`] };
  }
  const stated = Number(summary.get("Concurrent Sessions"));
  const total = Number(summary.get("Total Segs Transcoded"));
  const sumS = Number(summary.get("Total Transcoding Duration")?.replace(/s$/, ""));
  if (total < lines.length || stated < found) {
    const text = `the summary counts ${total} segments of ${stated} sessions, the text has ${lines.length} of ${found}: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  if (total > lines.length) {
    const text = `${lines.length} of the ${total} segments that its summary counts: the text was cut`;
    return { sessions: stated, notes: [`run at line ${first}: ${text}`] };
  }
  const own = lines.reduce((sum, { transcodeS }) => sum + transcodeS, 0);
  if (sumS > 0 && Math.abs(own / sumS - 1) > SUM_TOLERANCE) {
    const text = `its segments took ${own.toPrecision(4)} s, its summary says ${sumS.toPrecision(4)} s: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  return { sessions: stated, notes: [] };
}

function mixed(message: string): InputError {
  return new InputError(message, { code: "CALIBRATE_INPUT" });
}

/**
 * Reads the text of one or several runs.
 *
 * @param text of stdout and stderr, or of stdout alone
 * @param file name for messages; the worker is called by it, without its ending
 * @throws InputError (`CALIBRATE_INPUT`) where runs are mixed, or there is no segment
 */
export function readLivepeerBench(text: string, file: string): Measured {
  const { runs, others } = runsIn(text, file);
  if (runs.length === 0) {
    throw mixed(`${file}: the output of livepeer_bench, but no segment in it (N-4)`);
  }
  const notes: string[] = [];
  const segments: MeasuredSegment[] = [];
  const ladders = new Set<string>();
  for (const [index, run] of runs.entries()) {
    const { sessions, notes: more } = checkedRun(run, file);
    notes.push(...more);
    const options = run.settings.get("Transcoding Options");
    if (options !== undefined) ladders.add(options);
    for (const { session, segment, durationS, transcodeS } of run.lines) {
      segments.push({
        atATime: sessions,
        session: `${index} ${session}`,
        isFirst: segment === 0,
        downloadMs: null,
        workMs: transcodeS * 1000,
        uploadMs: null,
        durationMs: durationS * 1000,
      });
    }
  }
  const [ladder = DEFAULT_LADDER, other] = ladders;
  if (other !== undefined) {
    throw mixed(
      `${file}: runs with different -transcodingOptions, ${ladder} and ${other}, expected one`,
    );
  }
  const known = ladderPixels(ladder);
  if (known === null)
    notes.push(`what it was transcoded into is not known (${ladder}): taken for ${DEFAULT_LADDER}`);
  else if (ladders.size === 0)
    notes.push(`no settings table: taken for -transcodingOptions ${DEFAULT_LADDER}`);
  if (others > 0) notes.push(`${counted(others, "line")} of something else`);
  return {
    worker: file.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, ""),
    source: "livepeer_bench",
    isDevice: true,
    segments,
    pixelsPerSecond: known ?? ladderPixels(DEFAULT_LADDER),
    unused: [],
    notes,
  };
}
