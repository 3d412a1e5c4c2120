import { describe, expect, it } from "vitest";
import { fitBench } from "../../../src/sim/calibrate/fits/bench-fit.js";
import { ladderPixels } from "../../../src/sim/calibrate/readers/ladder.js";
import { readLivepeerBench } from "../../../src/sim/calibrate/readers/livepeer-bench.js";
import { benchRun, benchText, fourDigits } from "../../support/sim/bench-text.js";

const read = (text: string) => readLivepeerBench(text, "home/gpu-a.txt");
const LADDER = (426 * 240 + 640 * 360 + 1280 * 720) * 30;

describe("the output of livepeer_bench", () => {
  it("has the numbers as the tool writes them (N-5)", () => {
    expect([2, 2.0021, 10.1234, 0.000012345, 12345.6].map(fourDigits)).toEqual([
      "2",
      "2.002",
      "10.12",
      "1.234e-05",
      "1.235e+04",
    ]);
  });

  it("is read whole: stdout and stderr in one text, with a GPU or without", () => {
    for (const isGpu of [false, true]) {
      const run = { sessions: 3, segments: 30, meanS: 0.2, isGpu };
      const found = read(benchText(run));
      expect(found.worker).toBe("gpu-a");
      expect(found.segments).toHaveLength(90);
      expect(new Set(found.segments.map(({ atATime }) => atATime))).toEqual(new Set([3]));
      expect(found.segments.filter(({ isFirst }) => isFirst)).toHaveLength(3);
      expect(found.pixelsPerSecond).toBe(LADDER);
      expect(found.notes).toEqual([]);
    }
  });

  it("of stdout alone says that its summary is missing", () => {
    const { stdout } = benchRun({ sessions: 2, segments: 30, meanS: 0.2 });
    const { segments, notes } = read(stdout.join("\r\n"));
    expect(segments).toHaveLength(60);
    expect(segments[0]?.atATime).toBe(2);
    expect(notes[0]).toMatch(/^run at line 3: no summary table \(stderr was not kept\)/);
    expect(notes[1]).toMatch(/^no settings table: taken for -transcodingOptions P240p30fps16x9/);
  });

  it("of several runs at several numbers of sessions is told apart, repetitions too", () => {
    const one = { sessions: 1, segments: 30, meanS: 0.1 };
    const again = benchRun({ ...one, seed: 2 });
    // -repeat: the same settings, no second header (N-8).
    const repeated = [...again.stdout.slice(2), ...again.summary].join("\n");
    const text = `${benchText(one)}${repeated}\n${benchText({ sessions: 4, segments: 30, meanS: 0.3 })}`;
    const { segments, notes } = read(text);
    expect(notes).toEqual([]);
    expect(segments.filter(({ atATime }) => atATime === 1)).toHaveLength(60);
    expect(segments.filter(({ atATime }) => atATime === 4)).toHaveLength(120);
    expect(new Set(segments.map(({ session }) => session)).size).toBe(6);
  });

  it("from a terminal with colours, and lines that end as in Windows, is read as it is", () => {
    const text = benchText({ sessions: 2, segments: 30, meanS: 0.2 });
    const code = String.fromCharCode(27);
    const coloured = text.replaceAll("\n", `${code}[0m\r\n${code}[1;32m`);
    expect(read(coloured)).toEqual(read(text));
  });

  it.each([
    ["decimal commas", (line: string) => line.replaceAll(".", ",")],
    ["semicolons", (line: string) => line.replaceAll(",", ";").replaceAll(".", ",")],
  ])("of another locale, with %s, is refused with the line", (_, written) => {
    const run = benchRun({ sessions: 1, segments: 30, meanS: 0.2 });
    const [header = "", , ...lines] = run.stdout;
    const text = [header, ...lines.map(written)].join("\n");
    expect(() => read(text)).toThrow(/gpu-a.txt:\d+: ".*": decimal commas or semicolons/);
  });

  it("that was cut says so, and what is there of it counts", () => {
    const run = benchRun({ sessions: 2, segments: 30, meanS: 0.2 });
    const cut = [...run.stdout.slice(0, 22), ...run.summary].join("\n");
    expect(read(cut).notes[0]).toBe(
      "run at line 3: 20 of the 60 segments that its summary counts: the text was cut",
    );
    const ended = run.stdout.slice(0, 23).join("\n");
    expect(read(ended).notes[0]).toMatch(
      /no summary, and 1 of 2 sessions are shorter than the others: the text was cut, or a segment failed, which ends the tool \(N-7\)$/,
    );
  });

  it.each([
    [
      "two runs at once",
      () => {
        const a = benchRun({ sessions: 1, segments: 3, meanS: 0.2 });
        return [...a.stdout, ...a.stdout.slice(2)].join("\n");
      },
      "home/gpu-a.txt:6: session 0 has segment 0 a second time: two runs are mixed",
    ],
    [
      "segments of one, the summary of another",
      () => {
        const a = benchRun({ sessions: 1, segments: 30, meanS: 0.2 });
        const b = benchRun({ sessions: 1, segments: 30, meanS: 0.3 });
        return [...a.stdout, ...b.summary].join("\n");
      },
      "its segments took 5.",
    ],
    [
      "more segments than its summary counts",
      () => {
        const a = benchRun({ sessions: 2, segments: 30, meanS: 0.2 });
        const b = benchRun({ sessions: 1, segments: 30, meanS: 0.2 });
        return [...a.stdout, ...b.summary].join("\n");
      },
      "the summary counts 30 segments of 1 sessions, the text has 60 of 2",
    ],
    [
      "no segment",
      () => benchRun({ sessions: 1, segments: 1, meanS: 1 }).summary.join("\n"),
      "no segment in it",
    ],
  ])("of %s is refused with where and why", (_, text, message) => {
    expect(() => read(text())).toThrow(message);
  });

  it("knows what presets come to, and no file's", () => {
    expect(ladderPixels("P240p30fps16x9,P360p30fps16x9,P720p30fps16x9")).toBe(LADDER);
    expect(ladderPixels("P240p30fps4x3")).toBe(320 * 240 * 30);
    expect(ladderPixels("ladder.json")).toBeNull();
  });
});

describe("a worker from bench runs", () => {
  const factors = [1, 1, 1.4, 1.4, 2.8];
  const runs = [1, 2, 4, 6, 8].map((sessions, index) => ({
    sessions,
    segments: 30,
    meanS: 0.1 * (factors[index] ?? 1),
    spread: 0.08,
    between: 0.05,
    warmupS: 0.15,
    seed: index + 1,
  }));
  const fit = fitBench(read(benchText(...runs)));

  it("has the rate, the slow-down and the warm-up that it was made with", () => {
    expect(fit.pixelsPerSecond?.low).toBeLessThan((LADDER * 2) / 0.1);
    expect(fit.pixelsPerSecond?.high).toBeGreaterThan((LADDER * 2) / 0.1);
    expect((fit.pixelsPerSecond?.value ?? 0) / ((LADDER * 2) / 0.1)).toBeCloseTo(1, 0);
    expect(fit.curve.map(({ atATime }) => atATime)).toEqual([1, 2, 4, 6, 8]);
    for (const [index, { factor }] of fit.curve.entries()) {
      expect(factor.low).toBeLessThanOrEqual(1.02 * (factors[index] ?? 1));
      expect(factor.high).toBeGreaterThanOrEqual(0.98 * (factors[index] ?? 1));
    }
    expect((fit.warmupMs?.value ?? 0) / 150).toBeCloseTo(1, 0);
    expect(fit.noiseCv?.value).toBeCloseTo(0.08, 2);
    expect(fit.sessionsMax).toBe(8);
    expect(fit.isLognormal).toBe(true);
    expect(fit.heldOut?.meanError).toBeLessThan(0.03);
  });

  it("says what it cannot say: nothing was measured at one session", () => {
    const { curve, notes } = fitBench(read(benchText({ sessions: 4, segments: 30, meanS: 0.2 })));
    expect(curve.map(({ atATime }) => atATime)).toEqual([4]);
    expect(notes.join()).toMatch(/its time alone is taken for that at 4 \(extrapolated\)/);
  });
});
