/** Bench texts as people keep them: by other programs, cut, mixed, copied. Each is read right, or says why not. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { fitBench } from "../../../src/sim/calibrate/fits/bench-fit.js";
import { readMeasured, together } from "../../../src/sim/calibrate/recognise.js";
import { type BenchOptions, benchRun, benchText } from "../../support/sim/bench-text.js";

const RUN: BenchOptions = { sessions: 3, segments: 30, meanS: 0.2, warmupS: 0.1 };
const LADDER = (426 * 240 + 640 * 360 + 1280 * 720) * 30;
const ESC = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const HEADER = "timestamp,session,segment,seg_dur,transcode_time,frames";

function read(text: string) {
  const [measured, ...others] = readMeasured(text, "home/gpu-a.txt");
  if (measured === undefined || others.length > 0) throw new Error("expected one worker");
  return measured;
}

const WHOLE = read(benchText(RUN));
/** The lines of segments, without those of devices. */
const { settings, stdout, summary } = benchRun(RUN);
const [, , ...segments] = stdout;
const everyLine = (change: (line: string) => string) =>
  benchText(RUN)
    .split("\n")
    .map((line) => (line === "" ? line : change(line)))
    .join("\n");
/** Columns in another order, or more of them. */
const columns = (change: (cells: readonly string[]) => readonly string[], delimiter = ",") =>
  everyLine((line) =>
    line.startsWith("timestamp") || line.startsWith("2026-")
      ? change(line.split(",")).join(delimiter)
      : line,
  );

describe("a bench text that another program kept", () => {
  it.each([
    ["a mark at its beginning", `\ufeff${benchText(RUN)}`],
    ["lines that end as in Windows", everyLine((line) => `${line}\r`)],
    ["lines that a terminal ends twice", everyLine((line) => `${line}\r\r`)],
    ["lines that end as on old computers", benchText(RUN).replaceAll("\n", "\r")],
    [
      "a terminal's title and colours",
      everyLine((line) => `${ESC}]0;bench${BELL}${ESC}[1;32m${line}${ESC}[0m${ESC}(B`),
    ],
    ["spaces before and after", everyLine((line) => `    ${line}  `)],
    ["spaces that do not break", everyLine((line) => line.replaceAll(" ", "\u00a0"))],
    ["quotes around cells", columns((cells) => cells.map((cell) => `"${cell}"`))],
    ["tabs between cells", columns((cells) => cells, "\t")],
    ["columns in another order", columns(([a, b, c, d, e, f]) => [b, c, a, f, e, d].map(String))],
    ["one column more", columns((cells) => [...cells, cells[0] === "timestamp" ? "fps" : "30"])],
    ["no column of frames", columns((cells) => cells.slice(0, 5))],
    [
      "times as docker logs -t puts them",
      everyLine((line) => `2026-03-12T10:17:00.123456789Z ${line}`),
    ],
    ["the name that compose puts", everyLine((line) => `bench-1  | ${line}`)],
    [
      "a journal's host and process",
      everyLine((line) => `Mar 12 10:17:00 home bench[123]: ${line}`),
    ],
    [
      "times in another form",
      everyLine((line) => line.replace(/^(2026)-03-12 (\S+?),/, "12/03/$1 $2 AM,")),
    ],
    [
      "tables of other bars",
      everyLine((line) => line.replaceAll("|", "│").replace(/^\*-.*/, "├─────┼────┤")),
    ],
    [
      "labels in capitals",
      everyLine((line) =>
        line.startsWith("|") ? line.replace(/^\|[^|]*/, (cell) => cell.toUpperCase()) : line,
      ),
    ],
    ["stderr after stdout", [...stdout, ...settings, ...summary].join("\n")],
    ["stderr before stdout", [...settings, ...summary, ...stdout].join("\n")],
  ])("is read as it was printed: %s", (_, text) => {
    const found = read(text);
    expect(found.segments).toEqual(WHOLE.segments);
    expect(found.pixelsPerSecond).toBe(LADDER);
    expect([...found.notes, ...found.unused]).toEqual([]);
  });

  it("of several GPUs says that it is of all of them", () => {
    let device = 0;
    const text = benchText({ ...RUN, isGpu: true }).replaceAll(
      "in.Device 0",
      () => `in.Device ${device++ % 2}`,
    );
    expect(read(text).segments).toEqual(WHOLE.segments);
    expect(read(text).notes.join()).toMatch(/^sessions were spread over GPUs 0, 1 \(N-2\): /);
  });

  it("between a terminal's other lines says how many these are", () => {
    const log = "I0312 10:17:00.123456 1 bench.go:99] Transcoded segment";
    const { notes, segments: found } = read(everyLine((line) => `${line}\n${log}`));
    expect(found).toEqual(WHOLE.segments);
    expect(notes.join()).toMatch(/^\d+ lines of something else$/);
  });

  it("without its header is known by its segments", () => {
    expect(read([...settings, ...segments, ...summary].join("\n"))).toEqual(WHOLE);
  });

  it("of stdout alone has sessions and renditions from its line of settings (N-4)", () => {
    const ladder = "P144p30fps16x9,P240p30fps16x9";
    const data = `data [[Source File a b.m3u8] [Transcoding Options ${ladder}] [Concurrent Sessions 4] [Live Mode true]]`;
    const found = read([data, HEADER, ...segments].join("\n"));
    expect(new Set(found.segments.map(({ atATime }) => atATime))).toEqual(new Set([4]));
    expect(found.pixelsPerSecond).toBe((256 * 144 + 426 * 240) * 30);
    expect(found.notes).toEqual([
      "run at line 3: no summary, and 1 of 4 sessions are shorter than the others: the text was cut, or a segment failed, which ends the tool (N-7)",
    ]);
  });

  it("of stdout alone, with repetitions, is cut where all sessions begin again", () => {
    const later = segments.map((line) => line.replace("10:17", "10:19"));
    const found = read([HEADER, ...segments, ...later].join("\n"));
    expect(new Set(found.segments.map(({ session }) => session)).size).toBe(6);
    expect(found.segments.filter(({ isFirst }) => isFirst)).toHaveLength(6);
  });
});

describe("a bench text with several runs", () => {
  it("at 1 to 20 sessions has each of them", () => {
    const runs = Array.from({ length: 20 }, (_, index) => {
      return { sessions: index + 1, segments: 30, meanS: 0.1 + 0.01 * index, seed: index };
    });
    const { segments: found, notes } = read(benchText(...runs));
    expect(notes).toEqual([]);
    expect(found).toHaveLength(30 * 210);
    expect(fitBench(read(benchText(...runs))).curve.map(({ atATime }) => atATime)).toEqual(
      runs.map(({ sessions }) => sessions),
    );
  });

  it("one of which ended by a failure, with a run after it, says so and has its sessions", () => {
    const failed = [
      ...settings,
      ...stdout.slice(0, 6),
      "E0312 10:17:02 bench.go:201] Transcoding failed",
    ];
    const found = read(`${failed.join("\n")}\n${benchText({ ...RUN, seed: 2 })}`);
    expect(found.segments).toHaveLength(94);
    expect(new Set(found.segments.map(({ atATime }) => atATime))).toEqual(new Set([3]));
    expect(found.notes[0]).toMatch(
      /^run at line 12: no summary, and 2 of 3 sessions are shorter .*N-7/,
    );
  });

  it("one of which failed in its first segments has the sessions that were asked for", () => {
    // Session 2 has printed nothing yet.
    const text = [...settings, ...stdout.slice(0, 4)].join("\n");
    const found = read(text);
    expect(found.segments.map(({ atATime }) => atATime)).toEqual([3, 3]);
    expect(found.notes[0]).toMatch(/no summary, and 1 of 3 sessions are shorter/);
  });

  it("one of which failed before any segment names it", () => {
    const { notes } = read(`${settings.join("\n")}\n${benchText(RUN)}`);
    expect(notes).toEqual(["1 run of which the text has tables, and no segment"]);
  });

  it("with as many segments in each session as it was cut at says that it was cut", () => {
    const found = read([...settings, ...stdout.slice(0, 2 + 60)].join("\n"));
    expect(found.notes).toEqual([
      "run at line 12: no summary, but settings: the text was cut, or a segment failed, which ends the tool (N-7)",
    ]);
  });

  it("one of which is there twice, or once whole and once cut, counts each once", () => {
    const cut = [...settings, ...stdout.slice(0, 30)].join("\n");
    for (const text of [`${benchText(RUN)}${benchText(RUN)}`, `${cut}\n${benchText(RUN)}`]) {
      const found = read(text);
      expect(found.segments.map(({ session: _, ...rest }) => rest)).toEqual(
        WHOLE.segments.map(({ session: _, ...rest }) => rest),
      );
      expect(found.notes.join()).toMatch(
        /run at line \d+: the same segments as the run at line \d+: counted once/,
      );
    }
  });

  it("given twice under one name counts once; of other renditions it is refused", () => {
    expect(together([WHOLE, WHOLE]).flatMap((one) => one.segments)).toHaveLength(90);
    const other = { ...WHOLE, pixelsPerSecond: 1e6, segments: WHOLE.segments.slice(1) };
    expect(() => together([WHOLE, other])).toThrow(/gpu-a: .*different renditions/);
  });
});

describe("a bench text with something wrong in it", () => {
  it("has segments without video left out and counted, and the first after them is cold", () => {
    const empty = segments.map((line) =>
      /,0,[01],/.test(line) ? line.replace(/,2,[\d.]+,60$/, ",0,0.0004,0") : line,
    );
    const found = read([HEADER, ...empty].join("\n"));
    expect(found.segments).toHaveLength(88);
    expect(found.unused).toEqual(["2 segments without video or without time"]);
    const first = found.segments.filter(({ isFirst }) => isFirst).map(({ session }) => session);
    expect(new Set(first).size).toBe(3);
    expect(fitBench(found).noiseCv?.value).toBeLessThan(0.2);
  });

  it("of which the last line was cut off says which it is", () => {
    const text = [...settings, ...stdout].join("\n").slice(0, -9);
    expect(read(text).unused[0]).toMatch(
      /^1 line that begins as a segment's and is none: line \d+, "2026-03-12 10:17:29\.12,2,29,2/,
    );
  });

  it.each([
    ["a summary without its first rows", (table: readonly string[]) => table.slice(4)],
    ["a summary without its last rows", (table: readonly string[]) => table.slice(0, 2)],
  ])("%s is read by its settings", (_, part) => {
    const found = read([...settings, ...stdout, ...part(summary)].join("\n"));
    expect(new Set(found.segments.map(({ atATime }) => atATime))).toEqual(new Set([3]));
    expect(found.notes[0]).toMatch(/its summary is not whole: the text was cut$/);
  });

  it.each([
    ["only a header", `${HEADER}\n`, "but no segment in it (N-4)"],
    [
      "only lines that were cut",
      `${HEADER}\n2026-03-12 10:17:00.12,0,1\n`,
      "line 2 is no whole one",
    ],
    ["semicolons", columns((cells) => cells, ";"), "decimal commas or semicolons"],
    [
      "decimal commas",
      everyLine((line) => (/^2026-/.test(line) ? line.replaceAll(".", ",") : line)),
      "decimal commas or semicolons",
    ],
    [
      "no video at all",
      segments.map((line) => line.replace(/60$/, "0")).join("\n"),
      "no segment with video",
    ],
    [
      "too many sessions in its tables",
      benchText(RUN).replaceAll(/(Concurrent Sessions +\| )3 /g, "$199999999 "),
      "99999999 sessions, expected 1 to 10000",
    ],
    ["two letters for each", "t\0i\0m\0e\0s\0t\0a\0m\0p\0", "no text, expected UTF-8"],
    [
      "times of hours",
      segments.map((line) => line.replace(/,2,[\d.]+,60$/, ",2,5000,60")).join("\n"),
      "no segment in it",
    ],
  ])("of %s is refused with a word", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe("a bench text of three runs, damaged anywhere", () => {
  const runs = [1, 2, 3].map((sessions) => {
    return { sessions, segments: 4, meanS: 0.1 * sessions, seed: sessions };
  });
  const lines = benchText(...runs).split("\n");
  const all = read(lines.join("\n")).segments;
  const sessionsOf = new Map(all.map(({ workMs, atATime }) => [workMs, atATime]));

  /** What is wrong with what comes of a text: part of a run, or another number of sessions, unsaid. */
  function unsaid(text: string): string | null {
    try {
      const { segments: found, notes, unused } = read(text);
      if (notes.length + unused.length > 0) return null;
      if (found.some(({ workMs, atATime }) => sessionsOf.get(workMs) !== atATime))
        return "sessions";
      const counts = [1, 2, 3].map((n) => found.filter(({ atATime }) => atATime === n).length);
      return counts.every((count, index) => count === 0 || count === 4 * (index + 1))
        ? null
        : "part";
    } catch (error) {
      return error instanceof InputError ? null : String(error);
    }
  }

  it.each([
    ["cut", (at: number) => lines.slice(0, at)],
    ["without its beginning", (at: number) => lines.slice(at)],
    ["without a line", (at: number) => lines.toSpliced(at, 1)],
    ["with a line twice", (at: number) => lines.toSpliced(at, 0, lines[at] ?? "")],
    [
      "with two lines changed over",
      (at: number) => {
        const other = (at * 37 + 11) % lines.length;
        return lines.with(at, lines[other] ?? "").with(other, lines[at] ?? "");
      },
    ],
    ["without some lines", (at: number) => lines.toSpliced(at, 1 + ((at * 13) % 17))],
  ])("is refused, or says what is not there: %s", (_, damaged) => {
    const wrong = lines.flatMap((line, at) => {
      const what = unsaid(damaged(at).join("\n"));
      return what === null ? [] : [`${at} ${line}: ${what}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe("a table of segments that another program kept", () => {
  const rows = Array.from({ length: 30 }, (_, n) => ["b", "1", "20", String(100 + n), "40"]);
  const names = ["worker", "sessions", "download_ms", "transcode_ms", "upload_ms"];
  const table = (change: (cells: readonly string[]) => string) =>
    [names, ...rows].map(change).join("\n");
  const plain = read(table((cells) => cells.join(",")));

  it.each([
    ["quotes", table((cells) => cells.map((cell) => `"${cell}"`).join(","))],
    ["another order", table(([a, b, c, d, e]) => [d, a, e, b, c].join(","))],
    ["spaces after commas", table((cells) => cells.join(", "))],
    [
      "a mark, and lines as in Windows",
      `\ufeff${table((cells) => cells.join(",")).replaceAll("\n", "\r\n")}\r\n`,
    ],
    [
      "names in capitals",
      table((cells) => (cells === names ? cells.join(",").toUpperCase() : cells.join(","))),
    ],
  ])("is read as it was: %s", (_, text) => {
    expect(read(text)).toEqual(plain);
  });

  it("names a column that it does not use", () => {
    const found = read(table((cells) => `${cells.join(",")},${cells === names ? "gpu" : "x"}`));
    expect(found.segments).toEqual(plain.segments);
    expect(found.notes).toEqual(["columns that are not used: gpu"]);
  });

  it("of one segment does not say that its time is known", () => {
    const [one] = readMeasured(`${names.join()}\na,1,10,100,20\n`, "table.csv");
    if (one === undefined) throw new Error("no worker");
    const { aloneMs, noiseCv } = fitBench(one);
    expect(aloneMs).toEqual({ value: 130, low: 0, high: Number.POSITIVE_INFINITY });
    expect(noiseCv).toBeNull();
  });

  it("may leave open what a failed segment took", () => {
    const found = read(`${table((cells) => cells.join(","))}\nb,1,,failed,\n`);
    expect(found.segments.filter(({ workMs }) => workMs === Number.POSITIVE_INFINITY)).toHaveLength(
      1,
    );
  });

  it("has segments without any time left out and counted", () => {
    const fit = fitBench(read(`${table((cells) => cells.join(","))}\nb,1,0,0,0\n`));
    expect(fit.unused).toEqual(["1 segment that took no time"]);
    expect(fit.noiseCv?.value).toBeLessThan(0.2);
  });

  it.each([
    ["semicolons", table((cells) => cells.join(";")), /gpu-a\.txt:1:1: semicolons between cells/],
    [
      "a decimal comma",
      `${names.join(",")}\nb,1,"20,5",100,40\n`,
      /:2:5: "20,5", expected a number/,
    ],
    ["a column too few", `${names.slice(0, 4).join(",")}\nb,1,20,100\n`, /no column "upload_ms"/],
    [
      "a name that is none",
      `${names.join(",")}\nmy gpu,1,20,100,40\n`,
      /"my gpu", expected a name/,
    ],
  ])("with %s is refused with where and why", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

// It took the square of the sessions: here hours.
it("a bench text of very many sessions is refused at the line of the first too many", () => {
  const lines = Array.from(
    { length: 200_000 },
    (_, session) =>
      `2026-01-01 00:00:${String(session % 60).padStart(2, "0")}.0,${session},0,2,0.1,60`,
  );
  expect(() => read([HEADER, ...lines].join("\n"))).toThrow(
    "home/gpu-a.txt:10002: more than 10000 sessions",
  );
});
