/**
 * What `livepeer_bench` prints (N-1 … N-11): a line per finished segment on stdout, tables on stderr,
 * both in one text or only the first; several runs after each other.
 */
import { InputError } from "../../../core/errors.js";
import { counted } from "../../../core/wording.js";
import type { Measured, MeasuredSegment } from "../measured.js";
import { hasBenchLines } from "./bench-lines.js";
import { LAST_ROW, type Run, type RunLine, runsOf } from "./bench-runs.js";
import { DEFAULT_LADDER, ladderPixels } from "./ladder.js";

/** Each time is cut to four digits, the sum in the summary is not (N-5, N-8). */
const SUM_TOLERANCE = 1e-3;
const SESSIONS_MAX = 10_000;
const SHOWN = 80;

/** Is this the output of livepeer_bench? */
export function isLivepeerBench(text: string): boolean {
  return hasBenchLines(text);
}

function mixed(message: string): InputError {
  return new InputError(message, { code: "CALIBRATE_INPUT" });
}

function wholeIn(cell: string | undefined): number | null {
  return cell !== undefined && /^\d{1,9}$/.test(cell) ? Number(cell) : null;
}

/** @throws InputError (`CALIBRATE_INPUT`) where a segment is there twice */
function sessionsIn({ lines }: Run, file: string): readonly number[] {
  const seen = new Set<string>();
  const counts: number[] = [];
  for (const { line, session, segment } of lines) {
    const key = `${session} ${segment}`;
    if (seen.has(key)) {
      const text = `session ${session} has segment ${segment} a second time: two runs are mixed, expected one after the other`;
      throw mixed(`${file}:${line}: ${text}`);
    }
    seen.add(key);
    if (session >= SESSIONS_MAX) throw mixed(`${file}:${line}: more than ${SESSIONS_MAX} sessions`);
    counts[session] = (counts[session] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

/** What a text without a summary may be. */
function withoutSummary({ settings }: Run, stated: number, bySession: readonly number[]): string {
  const most = Math.max(...bySession);
  const short = bySession.filter((count) => count < most).length + stated - bySession.length;
  const why = "the text was cut, or a segment failed, which ends the tool (N-7)";
  if (short > 0) {
    return `no summary, and ${short} of ${stated} sessions are shorter than the others: ${why}`;
  }
  return settings.has("source file")
    ? `no summary, but settings: ${why}`
    : "no summary table (stderr was not kept): its number of sessions is that of its segments";
}

/** @throws InputError (`CALIBRATE_INPUT`) where segments of several runs are mixed */
function checkedRun(run: Run, file: string): { sessions: number; notes: string[] } {
  const { lines, summary, settings } = run;
  const bySession = sessionsIn(run, file);
  const first = lines[0]?.line ?? 0;
  const found = bySession.length;
  const where = `run at line ${first}`;
  const label = "concurrent sessions";
  const ofSettings = wholeIn(settings.get(label));
  const ofSummary = wholeIn(summary.get(label));
  const stated = ofSummary ?? ofSettings ?? found;
  const total = wholeIn(summary.get("total segs transcoded"));
  if (stated < 1 || stated > SESSIONS_MAX) {
    throw mixed(
      `${file}:${first}: its tables say ${stated} sessions, expected 1 to ${SESSIONS_MAX}`,
    );
  }
  if (ofSummary !== null && ofSettings !== null && ofSummary !== ofSettings) {
    const text = `its settings say ${counted(ofSettings, "session")}, its summary ${ofSummary}: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  if (total !== null && (total < lines.length || stated < found)) {
    const text = `the summary counts ${total} segments of ${stated} sessions, the text has ${lines.length} of ${found}: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  if (stated < found) {
    const text = `its settings say ${counted(stated, "session")}, the text has segments of ${found}: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  if (summary.size === 0) {
    return { sessions: stated, notes: [`${where}: ${withoutSummary(run, stated, bySession)}`] };
  }
  if (total === null || (total === lines.length && !summary.has(LAST_ROW))) {
    return { sessions: stated, notes: [`${where}: its summary is not whole: the text was cut`] };
  }
  if (total > lines.length) {
    const text = `${lines.length} of the ${total} segments that its summary counts: the text was cut`;
    return { sessions: stated, notes: [`${where}: ${text}`] };
  }
  const sumS = Number(summary.get("total transcoding duration")?.replace(/s$/, ""));
  const own = lines.reduce((sum, { transcodeS }) => sum + transcodeS, 0);
  if (sumS > 0 && Math.abs(own / sumS - 1) > SUM_TOLERANCE) {
    const text = `its segments took ${own.toPrecision(4)} s, its summary says ${sumS.toPrecision(4)} s: two runs are mixed`;
    throw mixed(`${file}:${first}: ${text}`);
  }
  return { sessions: stated, notes: [] };
}

/** A segment by its time of day and its figures, whatever stands before them in the line. */
function printOf({ timestamp, session, segment, durationS, transcodeS }: RunLine): string {
  const time = /\d\d:\d\d:\d\d(?:\.\d+)?$/.exec(timestamp)?.[0] ?? timestamp;
  return [time, session, segment, durationS, transcodeS].join(" ");
}

/** Leaves out runs all of whose lines are those of another: a text may hold copies. */
function withoutCopies(runs: readonly Run[]): { kept: readonly Run[]; notes: string[] } {
  const owner = new Map<string, Run>();
  const kept = new Set<Run>();
  const notes: string[] = [];
  for (const run of [...runs].sort((a, b) => b.lines.length - a.lines.length)) {
    const [first] = run.lines;
    const prints = run.lines.map(printOf);
    const other = owner.get(prints[0] ?? "");
    if (other !== undefined && prints.every((print) => owner.get(print) === other)) {
      notes.push(
        `run at line ${first?.line}: the same segments as the run at line ${other.lines[0]?.line}: counted once`,
      );
      continue;
    }
    kept.add(run);
    for (const print of prints) owner.set(print, run);
  }
  return { kept: runs.filter((run) => kept.has(run)), notes };
}

/** Nothing was transcoded: no video, or no time. */
function isEmpty({ durationS, transcodeS, frames }: RunLine): boolean {
  return durationS === 0 || transcodeS === 0 || frames === 0;
}

/** The segments of a run that have something in them. */
function segmentsOf(run: Run, index: number, sessions: number): MeasuredSegment[] {
  const seen = new Set<number>();
  const cold = new Set<number>();
  return run.lines.flatMap((line) => {
    const { session, segment, durationS, transcodeS } = line;
    // A session whose beginning was cut off is warm.
    if (!seen.has(session) && segment === 0) cold.add(session);
    seen.add(session);
    if (isEmpty(line)) return [];
    return [
      {
        atATime: sessions,
        session: `${index} ${session}`,
        isFirst: cold.delete(session),
        downloadMs: null,
        workMs: transcodeS * 1000,
        uploadMs: null,
        durationMs: durationS * 1000,
      },
    ];
  });
}

/** A line in a message, cut where it is long. */
function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** The ladder of all runs. @throws InputError (`CALIBRATE_INPUT`) where they differ */
function ladderOf(runs: readonly Run[], file: string): string | null {
  const ladders = new Set(
    runs.flatMap(({ settings }) => settings.get("transcoding options") ?? []),
  );
  const [ladder = null, other] = ladders;
  if (other === undefined) return ladder;
  const text = `runs with different -transcodingOptions, ${ladder} and ${other}, expected one`;
  throw mixed(`${file}: ${text}`);
}

/**
 * Reads the text of one or several runs.
 *
 * @param text of stdout and stderr, or of stdout alone
 * @param file name for messages; the worker is called by it, without its ending
 * @throws InputError (`CALIBRATE_INPUT`) where runs are mixed, or there is no segment
 */
export function readLivepeerBench(text: string, file: string): Measured {
  const { runs, broken, locale, others, empty, devices } = runsOf(text);
  if (locale !== null) {
    const expected =
      "decimal commas or semicolons, expected the tool's own text with points and commas (N-5)";
    throw mixed(`${file}:${locale.line}: ${shown(locale.text)}: ${expected}`);
  }
  const [odd] = broken;
  if (runs.length === 0) {
    const what = odd === undefined ? "" : `; line ${odd.line} is no whole one: ${shown(odd.text)}`;
    throw mixed(`${file}: the output of livepeer_bench, but no segment in it (N-4)${what}`);
  }
  const { kept, notes } = withoutCopies(runs);
  const unused: string[] = [];
  const segments: MeasuredSegment[] = [];
  let lines = 0;
  for (const [index, run] of kept.entries()) {
    const { sessions, notes: more } = checkedRun(run, file);
    notes.push(...more);
    segments.push(...segmentsOf(run, index, sessions));
    lines += run.lines.length;
  }
  if (segments.length === 0) {
    throw mixed(`${file}: no segment with video and a time in ${counted(lines, "line")} (N-5)`);
  }
  if (segments.length < lines) {
    unused.push(`${counted(lines - segments.length, "segment")} without video or without time`);
  }
  if (odd !== undefined) {
    const are = [
      "line that begins as a segment's and is none",
      "lines that begin as segments' and are none",
    ] as const;
    unused.push(`${counted(broken.length, ...are)}: line ${odd.line}, ${shown(odd.text)}`);
  }
  if (empty > 0)
    notes.push(`${counted(empty, "run")} of which the text has tables, and no segment`);
  if (devices.length > 1) {
    notes.push(
      `sessions were spread over GPUs ${devices.join(", ")} (N-2): this is the worker that has all of them, and at fewer sessions than GPUs some had nothing to do`,
    );
  }
  const ladder = ladderOf(runs, file);
  const known = ladderPixels(ladder ?? DEFAULT_LADDER);
  if (known === null)
    notes.push(`what it was transcoded into is not known (${ladder}): taken for ${DEFAULT_LADDER}`);
  else if (ladder === null)
    notes.push(`no settings table: taken for -transcodingOptions ${DEFAULT_LADDER}`);
  if (others > 0) notes.push(`${counted(others, "line")} of something else`);
  return {
    worker: file.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, ""),
    source: "livepeer_bench",
    isDevice: true,
    segments,
    pixelsPerSecond: known ?? ladderPixels(DEFAULT_LADDER),
    unused,
    notes,
  };
}
