/** Tables whose figures cannot be right: it is said, and what comes of them is a scenario all the same. */
import { describe, expect, it } from "vitest";
import { fitBench } from "../../../src/sim/calibrate/fits/bench-fit.js";
import { scenarioOf, workersFragment } from "../../../src/sim/calibrate/fragment.js";
import { readMeasured } from "../../../src/sim/calibrate/recognise.js";
import { loadText } from "../../support/sim/fake-simulate.js";

const HEAD = "worker,sessions,download_ms,transcode_ms,upload_ms";

/** Lines of segments that take about so long, a tenth more and less. */
function lines(sessions: number, transcodeMs: number, count = 60): string[] {
  return Array.from({ length: count }, (_, index) => {
    const ms = transcodeMs * (0.9 + (0.2 * ((index * 7) % 11)) / 10);
    return `a,${sessions},${transcodeMs / 10},${ms.toFixed(6)},${transcodeMs / 20}`;
  });
}

function fitOf(rows: readonly string[]) {
  const [measured] = readMeasured([HEAD, ...rows].join("\n"), "table.csv");
  if (measured === undefined) throw new Error("there is one worker");
  return fitBench(measured);
}

const odd = (rows: readonly string[]) =>
  fitOf(rows).notes.filter((note) => note.startsWith("odd:"));

describe("a table of measurements", () => {
  it("is told to be odd where segments take less time with more at a time", () => {
    expect(odd([...lines(1, 600), ...lines(4, 200)])).toEqual([
      expect.stringMatching(/\(690 ms at 1, 230 ms at 4\), which no worker does/),
    ]);
  });

  it("is told to be odd where some times are seconds", () => {
    expect(odd([...lines(1, 300), ...lines(1, 0.3)])).toEqual([
      expect.stringMatching(/are all times in one unit\?$/),
    ]);
    expect(odd(lines(1, 0.3))).toEqual([
      expect.stringMatching(/less than 1 ms: .*in another unit\?$/),
    ]);
  });

  it("is told to be odd where times are microseconds", () => {
    expect(odd(lines(1, 300_000))).toEqual([
      expect.stringMatching(/a segment takes 345 seconds: are times in another unit\?$/),
    ]);
  });

  it("is told to be odd where all times are the same, which shows nothing of how sure they are", () => {
    const same = Array.from({ length: 3 }, () => "a,1,10,300,20");
    const { notes, aloneMs, noiseCv } = fitOf(same);
    expect(notes).toContainEqual(expect.stringMatching(/^odd: all times are the same, /));
    expect(aloneMs).toEqual({ value: 330, low: 0, high: Number.POSITIVE_INFINITY });
    expect(noiseCv).toBeNull();
  });

  it("says in the scenario that is made of it what is hardly known, and what is odd", () => {
    const notesOf = (...fits: ReturnType<typeof fitOf>[]) =>
      loadText(scenarioOf(fits, { name: "made", region: "FRA", stakeShare: 0.1 })).base.scenario
        .notes;
    const one = fitOf(["a,1,10,300,20"]);
    const named = (worker: string) => ({ ...one, worker });
    expect(notesOf(one)).toEqual([
      "answers may be wrong, as they take for certain what was hardly measured: a segment alone takes a 330 ms (95 %: 0 ms to anything, of 1 segment)",
    ]);
    expect(notesOf(...["a", "b", "c", "d", "e"].map(named))?.[0]).toMatch(
      /takes a .*, b .*, c .* and 2 more workers likewise$/,
    );
    expect(notesOf(fitOf(lines(1, 300_000)))).toEqual([
      expect.stringMatching(/^odd: a segment takes 345 seconds: .* \(measurements of a\)$/),
    ]);
    expect(notesOf(fitOf(lines(1, 300)))).toBeUndefined();
  });

  it("is not where it is as workers are", () => {
    expect(odd([...lines(1, 300), ...lines(2, 300), ...lines(4, 500)])).toEqual([]);
    expect(odd([...lines(1, 300, 8), ...lines(2, 285, 8)])).toEqual([]);
  });

  it.each([
    ["mixed units", [...lines(1, 300), ...lines(1, 0.3)]],
    ["seconds", lines(1, 0.3)],
    ["minutes", lines(1, 545_000)],
  ])("makes a scenario that can be run: %s", (_, rows) => {
    const workers = workersFragment([fitOf(rows)]);
    const text = `name: odd\nduration: 1h\ngateway: { region: FRA }\ndemand: { concurrentStreams: 4 }\norchestrator: { name: pool, region: FRA, stakeShare: 0.1 }\n${workers}`;
    expect(() => loadText(text)).not.toThrow();
  });
});
