/**
 * What each line is of a text that `livepeer_bench` printed (N-4, N-5, N-8, N-11), however it was kept: from
 * a terminal with colours, with marks of a program before each line, or written again by a table.
 */

/** N-4: the columns, of which the tool prints these and in this order. */
const NAMES = ["timestamp", "session", "segment", "seg_dur", "transcode_time", "frames"] as const;
const NEEDED = ["session", "segment", "seg_dur", "transcode_time"] as const;
const WHOLE = /^\d{1,9}$/;
/** N-5: four significant digits in Go's shortest form. */
const SECONDS = /^\d{1,9}(?:\.\d{1,12})?(?:e[+-]\d\d)?$/;
/** No segment is as long, s. */
const SECONDS_MAX = 3600;
/** N-5: a time of day; what is before it is the day, or a mark of what kept the text. */
const TIME = /\d:\d\d/;
/** A segment's line, or the part of one that was cut. */
const LIKE_SEGMENT = /^[^,;\t]*\d:\d\d[^,;\t]*(?:[,;\t] *"?[-+\d.,e]*"?)+$/i;
/** What a terminal that was recorded was told: colours, movements, titles, sets of characters. */
const ESC = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const ESCAPES = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}\\][^${BELL}${ESC}\\n]*(?:${BELL}|${ESC}\\\\)?|${ESC}[ -/]*[0-~]`,
  "g",
);
/** Ends of lines, also of a terminal that returns twice; other spaces; the bars of newer tables. */
const LINE_END = /\r*\n|\r+/;
const OTHER_SPACES = /[\u00a0\ufeff]/g;
const OTHER_BARS = /[│┃║]/g;
/** N-4. */
const DEVICE = /\bin\.Device +(\S*)/;
/** N-8: corners of tables. */
const NOTHING = /^(?:(?:.*\s)?[*+┌└├╔╚╠][-+*─━═┐┘┤┬┴┼╗╝╣╦╩╬]{3,}|)$/;

/** Where the columns are. */
export interface Columns {
  readonly delimiter: "," | "\t";
  readonly count: number;
  readonly at: Readonly<Record<(typeof NAMES)[number], number>>;
}

/** A line that was understood. */
export type BenchLine =
  | { readonly kind: "header"; readonly columns: Columns }
  | ({ readonly kind: "segment" } & SegmentLine)
  /** A row of a table; the label in small letters. */
  | { readonly kind: "row"; readonly label: string; readonly value: string }
  /** N-4: the settings once more, on stdout. */
  | { readonly kind: "data"; readonly rows: readonly (readonly [label: string, value: string])[] }
  /** A segment's line with commas in numbers, or semicolons between them. */
  | { readonly kind: "locale" }
  /** It begins as a segment's, and is none. */
  | { readonly kind: "broken" }
  /** N-4: the GPU of the segment that follows. */
  | { readonly kind: "device"; readonly id: string }
  | { readonly kind: "other" }
  | { readonly kind: "nothing" };

/** A segment as it was printed. */
export interface SegmentLine {
  readonly timestamp: string;
  readonly session: number;
  readonly segment: number;
  readonly durationS: number;
  readonly transcodeS: number;
  /** null: there is no such column. */
  readonly frames: number | null;
}

/** The columns where no header says otherwise. */
export const USUAL_COLUMNS: Columns = {
  delimiter: ",",
  count: NAMES.length,
  at: { timestamp: 0, session: 1, segment: 2, seg_dur: 3, transcode_time: 4, frames: 5 },
};

/** The lines of a text, without what a terminal or another system adds. */
export function plainLines(text: string): string[] {
  return text
    .replaceAll(ESCAPES, "")
    .replaceAll(OTHER_SPACES, " ")
    .split(LINE_END)
    .map((line) => line.trim());
}

/** A cell without the quotes that a program for tables puts around it. */
function bare(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, "$1");
}

/** The columns that a line names; null: it is no header. */
function headerOf(text: string): Columns | null {
  if (!/seg_dur/i.test(text) || !/transcode_time/i.test(text)) return null;
  const delimiter = text.includes("\t") ? "\t" : ",";
  const names = text
    .split(text.includes(";") ? ";" : delimiter)
    .map((cell) => bare(cell).toLowerCase())
    // Marks of what kept the text are before the first.
    .map((name, index) => (index === 0 ? (/\w+$/.exec(name)?.[0] ?? name) : name));
  const of = (name: string) => names.indexOf(name);
  if (NEEDED.some((name) => of(name) < 0)) return null;
  return {
    delimiter,
    count: names.length,
    at: {
      timestamp: of("timestamp"),
      session: of("session"),
      segment: of("segment"),
      seg_dur: of("seg_dur"),
      transcode_time: of("transcode_time"),
      frames: of("frames"),
    },
  };
}

/** N-4: as many cells as the header has, of which session and segment are whole numbers. */
function segmentOf(text: string, { delimiter, count, at }: Columns): SegmentLine | null {
  const cells = text.split(delimiter);
  if (cells.length !== count) return null;
  const cell = (name: (typeof NAMES)[number]) => bare(cells[at[name]] ?? "");
  const seconds = (name: "seg_dur" | "transcode_time") =>
    SECONDS.test(cell(name)) ? Number(cell(name)) : Number.NaN;
  const hasFrames = at.frames >= 0;
  if (!WHOLE.test(cell("session")) || !WHOLE.test(cell("segment"))) return null;
  if (at.timestamp >= 0 && !TIME.test(cell("timestamp"))) return null;
  if (hasFrames && !WHOLE.test(cell("frames"))) return null;
  const durationS = seconds("seg_dur");
  const transcodeS = seconds("transcode_time");
  if (!(durationS <= SECONDS_MAX && transcodeS <= SECONDS_MAX)) return null;
  return {
    timestamp: cell("timestamp"),
    session: Number(cell("session")),
    segment: Number(cell("segment")),
    durationS,
    transcodeS,
    frames: hasFrames ? Number(cell("frames")) : null,
  };
}

/** A row of a table: label and value. N-11: cells may be wrapped. */
function rowOf(text: string): BenchLine | null {
  const cells = text.replaceAll(OTHER_BARS, "|").split("|");
  if (cells.length < 4 || cells.at(-1) !== "") return null;
  const label = (cells.at(-3) ?? "").replaceAll("*", "").replaceAll(/\s+/g, " ").trim();
  return { kind: "row", label: label.toLowerCase(), value: (cells.at(-2) ?? "").trim() };
}

/** N-4: the table of settings as the tool's language prints a list of lists. */
function dataOf(text: string): BenchLine | null {
  if (!/^data |\sdata \[/.test(text)) return null;
  const rows = [...text.matchAll(/\[(Concurrent Sessions|Transcoding Options) ([^[\]]*)\]/gi)];
  return {
    kind: "data",
    rows: rows.map(([, label = "", value = ""]) => [label.toLowerCase(), value.trim()] as const),
  };
}

/** Says what a line is, by the columns of the last header. */
export function benchLineOf(text: string, columns: Columns): BenchLine {
  const segment = segmentOf(text, columns);
  if (segment !== null) return { kind: "segment", ...segment };
  const header = headerOf(text);
  if (header !== null) return { kind: "header", columns: header };
  const known = rowOf(text) ?? dataOf(text);
  if (known !== null) return known;
  const [, id] = DEVICE.exec(text) ?? [];
  if (id !== undefined) return { kind: "device", id };
  if (NOTHING.test(text)) return { kind: "nothing" };
  if (!LIKE_SEGMENT.test(text)) return { kind: "other" };
  const cells = text.split(columns.delimiter).length;
  const hasCommas = cells > columns.count && !text.includes(".");
  return { kind: hasCommas || text.includes(";") ? "locale" : "broken" };
}

/** Is there a header, a segment or a summary of the tool in this text? */
export function hasBenchLines(text: string): boolean {
  return (
    (/seg_dur/i.test(text) && /transcode_time/i.test(text)) ||
    /[|│]\s*Real-Time Segs Transcoded\s*[|│]/i.test(text) ||
    /(?:^|\n)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,4})?(?:,\d{1,9}){2}(?:,[\d.e+-]{1,20}){2},\d{1,9}\s*(?:\n|$)/.test(
      text,
    )
  );
}
