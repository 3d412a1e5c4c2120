import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderReport, renderVerdict } from "../../../src/sim/report/report.js";
import type { ScenarioResult } from "../../../src/sim/results.js";
import { result } from "../../support/sim/report-fixture.js";

function lines(text: string): string[] {
  return text.split("\n");
}

describe("the report", () => {
  it("says what was run, compares, judges and says how far to trust it", () => {
    expect(renderReport(result, { details: true })).toMatchInlineSnapshot(`
      "admit-worker: leave slow out
      Verdict: exclude. What you keep per day changes by −42.6 % … −34.5 % (95 %): a loss beyond the
      margin of 5 %. The margin is what you call a difference at all (decision.margin in the scenario).

                                         without         → with                    change
      you keep per day, mETH       0.493 ± 0.010  0.301 ± 0.010  −0.192 (−0.210 … −0.170)
      share of all work, %           4.93 ± 0.12    3.01 ± 0.12     −1.92 (−2.11 … −1.73)
      sessions kept to the end, %   93.00 ± 0.40   93.00 ± 0.40
      late segments, %             0.210 ± 0.010  0.620 ± 0.010

      worker in with  what to do  kept  answers in  worth/day, mETH  loses streams by
      slow            leave out    2 %    2,002 ms   −0.200 ± 0.030  too slow
      good (2)        keep        98 %      401 ms   +0.040 ± 0.050

      Here “you” is the pool's operator; 1 mETH is 0.001 ETH; a session is one stream at one worker, until
        it ends or moves on.
      How sure: 10 replications of 3 h for each variant, seed 1; the verdict is another under load × 2
        (admit), of 2 other assumptions tried. Intervals are of 95 %, each by itself.

      Again: poolsim run admit-worker.yaml --seed 1 --replications 10
      To send: --html <file>. poolsim 0.1.0

      Comparison: mean ± 95 % interval; differences paired
                                            without           with            with − without
      Pool
        operator's net per day, mETH  0.493 ± 0.010  0.301 ± 0.010  −0.192 (−0.210 … −0.170)
        fees per day, mETH            1.972 ± 0.020  1.204 ± 0.020
        share of all segments, %        4.93 ± 0.12    3.01 ± 0.12     −1.92 (−2.11 … −1.73)
        segments                        8,381 ± 190    5,117 ± 190
        sessions kept to the end, %    93.00 ± 0.40   93.00 ± 0.40
        late segments, %              0.210 ± 0.010  0.620 ± 0.010
      Network
        segments                      170,342 ± 512  170,342 ± 512            +3 (−40 … +46)
      Viewers
        late per stream-hour, s         2.35 ± 0.05    2.35 ± 0.05

      Admitted workers: without
      worker  sessions  why
      good-1    4 of 4  admitted
      good-2    4 of 4  admitted
      slow      0 of 4  slow is excluded by name

      sessions: admitted with, of those that it offers; why: the admission policy's words.

      Workers: with
      worker  picks  × fair  seg./session  kept, %  p50 / p99, ms  fees/day, mETH
      good-1     61    0.61         312.4     98.1      401 / 566           0.310
      good-2     59    0.59         312.4     98.1      401 / 566           0.310
      slow      412    4.12           1.9      2.0  2,002 / 2,840           0.020

      worker  marginal value/day, mETH  stream-min. lost, why
      good-1  +0.040 (−0.010 … +0.090)  0.0
      good-2  +0.040 (−0.010 … +0.090)  0.0
      slow    −0.200 (−0.230 … −0.170)  1,235 in flight too long

      Workers: without
      worker  picks  × fair  seg./session  kept, %  p50 / p99, ms  fees/day, mETH
      good-1    101    1.01           312     98.1      401 / 566           0.310
      good-2     99    0.99           312     98.1      401 / 566           0.310

      worker  marginal value/day, mETH  stream-min. lost, why
      good-1  +0.040 (−0.010 … +0.090)  0.0
      good-2  +0.040 (−0.010 … +0.090)  0.0

      × fair: picks ÷ fair share of picks (a black hole has many); kept: sessions kept to the stream's
      end; p50 / p99: round trip; lost: stream-minutes left when a stream left the worker.

      Gateway regions, margin to the cliff: with
      region     margin q50            q99        q99.9  tolerated, ms  pool p50, ms  rivals p50, ms
      FRA     0.310 ± 0.004  0.620 ± 0.020  0.88 ± 0.11     1,310 ± 21       640 ± 8         702 ± 5
      NYC     0.520 ± 0.010  0.910 ± 0.040         1.21       720 ± 33    1,130 ± 14         804 ± 7

      region       found      stake, %
      FRA     77.3 ± 0.3  87.10 ± 0.20
      NYC
      (a wider terminal also shows: success, %; p05, ms; network p50, ms; p95, ms)

      Gateway regions, margin to the cliff: without
      region     margin q50            q99        q99.9  tolerated, ms  pool p50, ms  rivals p50, ms
      FRA     0.310 ± 0.004  0.620 ± 0.020  0.88 ± 0.11     1,310 ± 21       640 ± 8         702 ± 5
      NYC     0.520 ± 0.010  0.910 ± 0.040         1.21       720 ± 33    1,130 ± 14         804 ± 7

      region       found      stake, %
      FRA     77.3 ± 0.3  87.10 ± 0.20
      NYC
      (a wider terminal also shows: success, %; p05, ms; network p50, ms; p95, ms)

      margin: (time in flight + download) ÷ segment duration: above 1 a session is lost; tolerated: the
      largest round trip of a worker that the region bears; pool, rivals: round trips; found:
      orchestrators that a first discovery finds in time, and their share of all stake.

      Sensitivity: the verdict under other assumptions
      assumption   verdict        difference in pool.operatorNetPerDay, mETH
      noise × 0.5  exclude                          −0.210 (−0.230 … −0.190)
      load × 2     admit (flips)                    +0.080 (+0.060 … +0.100)
      The verdict depends on load × 2. Each interval is one of 95 % by itself, not all at once.

      Assumed: where the scenario says nothing (in brackets: a node's default): little (-flag: much).
      Imputed input (not measured): 13 % of stake, 42 % of prices, 5.1 % of response times.
      Conservation: all 2 checks hold.
      Note: uncalibrated: absolute figures depend on the assumed demand

      Expectations: 1 of 2 hold
        ✓ difference(with,without).pool.segmentShare < 0 with 95% is -0.0192 (95 %: -0.0211 … -0.0173, n =
          10)
        ✗ with.pool.lateShare < 0.001 is 0.0062 (95 %: 0.0061 … 0.0063, n = 10)
      "
    `);
  });

  it("fits the terminal", () => {
    for (const width of [60, 72, 80, 100, 140, 200]) {
      const longest = Math.max(
        ...lines(renderReport(result, { width, details: true })).map(({ length }) => length),
      );
      expect(longest, `width ${width}`).toBeLessThanOrEqual(width);
    }
  });

  it("says the same with colour", () => {
    const plain = renderReport(result, { width: 90, details: true });
    const coloured = renderReport(result, { width: 90, hasColour: true, details: true });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(stripVTControlCharacters(plain)).toBe(plain);
  });

  it("shows rarer columns where there is room", () => {
    expect(renderReport(result, { width: 100, details: true })).toContain(
      "(a wider terminal also shows: success, %; p05, ms",
    );
    expect(renderReport(result, { width: 200, details: true })).not.toContain("wider terminal");
    expect(renderReport(result, { width: 200, details: true })).toContain("network p50, ms");
  });

  it("leaves out what a result does not have", () => {
    const bare: ScenarioResult = {
      ...result,
      variants: [
        {
          name: "base",
          metrics: { "network.segments": { mean: 100, ci95: [100, 100], n: 1 } },
          orchestrators: [],
          workers: [],
          regions: {},
          regionEstimates: [],
          series: {},
          seriesHalfWidths: {},
          withoutStreams: null,
          admissions: [],
        },
      ],
      replications: 1,
      comparisons: [],
      question: null,
      verdict: null,
      sensitivity: [],
      expectations: [],
      assumed: [],
      imputed: {},
      conservation: {},
      notes: [],
    };
    expect(lines(renderReport(bare, { details: true })).map((line) => line.trim())).toEqual([
      "admit-worker: nothing was asked (decision, expect)",
      "",
      "How sure: 1 replication of 3 h, seed 1. Intervals are of 95 %, each by itself.",
      "",
      "Again: poolsim run admit-worker.yaml --seed 1 --replications 1",
      "To send: --html <file>. poolsim 0.1.0",
      "",
      "Comparison: mean ± 95 % interval",
      "base",
      "Network",
      "segments   100",
      "",
    ]);
    expect(renderVerdict(bare)).toBe("");
  });

  it("says what intervals hold for where one went on until it was decided, and how to have the same again", () => {
    const until = { ...result, untilDecided: { first: 8, max: 80, sensitivityReplications: 12 } };
    const text = renderReport(until, { width: 80 }).replaceAll(/\s+/g, " ");
    expect(text).toContain("(at most 80), seed");
    expect(text).toContain("The verdict's intervals hold at once, whenever one stops (95 %)");
    expect(text).not.toContain("Intervals are of 95 %, each by itself");
    expect(text).toContain("--sensitivity-replications 12");
  });

  it("marks what differs from the baseline where there are many variants", () => {
    const copies = ["a", "b", "c", "d"].flatMap((name) =>
      result.variants.slice(0, 1).map((variant) => ({ ...variant, name })),
    );
    const many: ScenarioResult = { ...result, variants: [...result.variants, ...copies] };
    const text = renderReport(many, { width: 100, details: true });
    expect(text).toContain("↑ ↓ differs from without (whole paired interval)");
    expect(text).toMatch(/share of all segments, %\s+4\.93 ± 0\.12\s+3\.01 ± 0\.12 ↓/);
    expect(text).toMatch(/segments\s+170,342 ± 512\s+170,342 ± 512\s/);
    for (const name of ["a", "b", "c", "d"]) expect(text).toContain(`\nWorkers: ${name}\n`);
    expect(Math.max(...lines(text).map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it("shows the workers and regions of all variants, what is judged first, wherever it stands in the file", () => {
    const [without, judged] = result.variants;
    if (without === undefined || judged === undefined) throw new Error("the fixture has two");
    const variants = ["with-all", "without", "with", "with-b"].map((name) => ({
      ...(name === "without" ? without : judged),
      name,
    }));
    const text = renderReport({ ...result, variants }, { details: true });
    for (const table of ["Workers", "Gateway regions, margin to the cliff"]) {
      expect(text).toContain(`\n${table}: without\n`);
      expect(text).toContain(`\n${table}: with\n`);
      const of = [...text.matchAll(new RegExp(`^${table}: (.*)$`, "gm"))].map(([, name]) => name);
      expect(of).toEqual(["with", "without", "with-all", "with-b"]);
    }
  });

  it("puts what never happened in one line", () => {
    const zero = { mean: 0, ci95: [0, 0] as const, n: 10 };
    const calm: ScenarioResult = {
      ...result,
      variants: result.variants.map((variant) => ({
        ...variant,
        metrics: { ...variant.metrics, "pool.failedShare": zero, "pool.suspensions": zero },
      })),
    };
    expect(renderReport(calm, { details: true })).toContain(
      "\n0 in every replication: failed segments (pool), suspensions (pool).\n",
    );
  });

  it("does not hide a broken conservation law", () => {
    const broken = { ...result, conservation: { segments: true, pixels: false } };
    expect(renderReport(broken, { details: true })).toContain(
      "Conservation BROKEN (a bug of poolsim): pixels.",
    );
  });
});

describe("the verdict alone", () => {
  it("has the reason and the expectations that failed", () => {
    expect(renderVerdict(result)).toMatchInlineSnapshot(`
      "admit-worker
      Verdict: exclude
      pool.operatorNetPerDay changes by −42.6 % … −34.5 % (95 %): a loss beyond the margin of 5 %.
      Expectations: 1 of 2 hold
        ✗ with.pool.lateShare < 0.001 is 0.0062 (95 %: 0.0061 … 0.0063, n = 10)
      "
    `);
  });
});
