/**
 * Cuts what `livepeer_bench` printed into runs: a header begins one, and what follows a summary is the next
 * (N-8). stdout and stderr may be in one text, or one after the other, or the first alone.
 */
import { benchLineOf, plainLines, type SegmentLine, USUAL_COLUMNS } from "./bench-lines.js";

/** Rows of a table, by label in small letters. */
type Table = ReadonlyMap<string, string>;

/** A segment, and in which line of the text it is. */
export interface RunLine extends SegmentLine {
  readonly line: number;
}

/** A run as far as it was read. */
export interface Run {
  readonly lines: readonly RunLine[];
  /** N-11; empty: none were printed. */
  readonly settings: Table;
  /** N-8; empty: none was printed. */
  readonly summary: Table;
}

/** A line that is not used, and where. */
export interface Unread {
  readonly line: number;
  readonly text: string;
}

/** All runs, and what is beside them. */
export interface Runs {
  readonly runs: readonly Run[];
  /** Of what begins as a segment and is none. */
  readonly broken: readonly Unread[];
  /** The first with commas in numbers, or semicolons between them; null: none. */
  readonly locale: Unread | null;
  /** Lines of something else. */
  readonly others: number;
  /** Tables of runs of which no segment is there. */
  readonly empty: number;
  /** GPUs that sessions were spread over (N-2), in order of appearance. */
  readonly devices: readonly string[];
}

interface Draft {
  readonly lines: RunLine[];
  settings: Map<string, string>;
  summary: Map<string, string>;
}

const SOURCE = "source file";
/** N-11: rows that only settings have. */
const SETTINGS: ReadonlySet<string> = new Set([
  SOURCE,
  "transcoding options",
  "live mode",
  "mpeg-7 sign mode",
  "repeat times",
]);
/** How many segments of each session there are. */
class SessionCounts {
  readonly #counts = new Map<number, number>();
  /** How many sessions have so many. */
  readonly #sizes = new Map<number, number>();

  add(session: number): void {
    const before = this.#counts.get(session) ?? 0;
    this.#counts.set(session, before + 1);
    const left = (this.#sizes.get(before) ?? 0) - 1;
    if (left > 0) this.#sizes.set(before, left);
    else this.#sizes.delete(before);
    this.#sizes.set(before + 1, (this.#sizes.get(before + 1) ?? 0) + 1);
  }

  /** Whether a session has as many as every other one, and some. */
  isEven(session: number): boolean {
    return this.#counts.has(session) && this.#sizes.size === 1;
  }
}

/** N-8: the row that ends a summary. */
export const LAST_ROW = "real-time duration ratio";

class Cutter {
  readonly runs: Draft[] = [];
  /** Tables of whole runs whose segments are elsewhere. */
  readonly loose: Map<string, string>[] = [];
  empty = 0;
  #current: Draft = { lines: [], settings: new Map(), summary: new Map() };
  #counts = new SessionCounts();
  #lastLabel = "";
  #isOver = false;

  begin(): void {
    if (this.#current.lines.length > 0 || this.#isOver) this.#next(new Map());
  }

  #next(settings: Map<string, string>): void {
    this.end();
    this.#current = { lines: [], settings, summary: new Map() };
    this.#counts = new SessionCounts();
    this.#isOver = false;
  }

  data(rows: readonly (readonly [label: string, value: string])[]): void {
    this.begin();
    const { settings } = this.#current;
    for (const [label, value] of rows) if (!settings.has(label)) settings.set(label, value);
  }

  row(label: string, value: string): void {
    // What follows a whole summary, and what no summary has, are the settings of the next.
    if (this.#isOver || (SETTINGS.has(label) && this.#current.lines.length > 0)) {
      this.#next(new Map());
    }
    if (label === SOURCE && this.#current.settings.has(SOURCE)) this.#next(new Map());
    const { lines, settings, summary } = this.#current;
    if (label === "") {
      const before = settings.get(this.#lastLabel);
      if (before !== undefined) settings.set(this.#lastLabel, `${before}${value}`);
      return;
    }
    this.#lastLabel = "";
    // Settings have a row of this name too, before any segment.
    if (lines.length > 0) {
      summary.set(label, value);
      if (label === LAST_ROW) this.#isOver = true;
      return;
    }
    settings.set(label, value);
    this.#lastLabel = label;
    if (label !== LAST_ROW) return;
    // stderr was kept apart: its tables stand together, before or after all segments.
    this.loose.push(settings);
    this.#current = { lines: [], settings: new Map(), summary: new Map() };
  }

  segment(line: RunLine): void {
    // -repeat: the next repetition, under the same settings and without a header.
    if (this.#isOver || this.#isRepetition(line)) this.#next(new Map(this.#current.settings));
    this.#current.lines.push(line);
    this.#counts.add(line.session);
  }

  /** Without stderr nothing stands between two repetitions: all sessions begin again, later. */
  #isRepetition({ session, segment, timestamp }: RunLine): boolean {
    const before = this.#current.lines.at(-1)?.timestamp ?? "";
    return segment === 0 && timestamp > before && this.#counts.isEven(session);
  }

  end(): void {
    const { lines, settings } = this.#current;
    if (lines.length > 0) this.runs.push(this.#current);
    else if (settings.has(SOURCE)) this.empty++;
  }

  /** Puts tables that stand apart to the runs that have none, in their order. */
  paired(): void {
    const { loose, runs } = this;
    if (loose.length === runs.length && runs.every(({ summary }) => summary.size === 0)) {
      for (const [index, run] of runs.entries()) {
        const table = loose[index] ?? new Map<string, string>();
        run.settings = new Map([...run.settings, ...table]);
        run.summary = table;
      }
    } else this.empty += loose.length;
  }
}

/** Cuts a text. */
export function runsOf(text: string): Runs {
  const cutter = new Cutter();
  const broken: Unread[] = [];
  let locale: Unread | null = null;
  let others = 0;
  const devices = new Set<string>();
  let columns = USUAL_COLUMNS;
  for (const [index, one] of plainLines(text).entries()) {
    const found = benchLineOf(one, columns);
    const line = index + 1;
    if (found.kind === "segment") cutter.segment({ ...found, line });
    else if (found.kind === "row") cutter.row(found.label, found.value);
    else if (found.kind === "data") cutter.data(found.rows);
    else if (found.kind === "header") {
      cutter.begin();
      ({ columns } = found);
    } else if (found.kind === "device") devices.add(found.id);
    else if (found.kind === "locale") locale ??= { line, text: one };
    else if (found.kind === "broken") broken.push({ line, text: one });
    else if (found.kind === "other") others++;
  }
  cutter.end();
  cutter.paired();
  const { runs, empty } = cutter;
  return { runs, broken, locale, others, empty, devices: [...devices] };
}
