/** A look at the bench: that it runs and says what it promises, never how fast this machine is. */
import { describe, expect, it } from "vitest";
import { SECTIONS } from "../../bench/sections/all.js";
import { discoveryRound } from "../../bench/sections/discovery-round.js";
import { engine } from "../../bench/sections/engine.js";
import { ledger } from "../../bench/sections/ledger.js";
import { selection } from "../../bench/sections/selection.js";
import { sessionPool } from "../../bench/sections/session-pool.js";
import { suspension } from "../../bench/sections/suspension.js";
import { workers } from "../../bench/sections/workers.js";
import { type Comparison, compare, spreadOf } from "../../bench/shared/figures.js";
import { arithmeticMillions, type Machine, readNs } from "../../bench/shared/machine.js";
import { comparisonText, holds, plot } from "../../bench/shared/report.js";

const SMALL = { runs: 1, scale: 0.002, hours: 1 };
const SPREAD = { median: 4, min: 3, max: 5 };
const COMPARISON: Comparison = {
  name: "a < b",
  unit: "events/CPU s",
  ours: SPREAD,
  peer: "naive",
  theirs: { median: 1, min: 1, max: 1 },
  ratio: SPREAD,
  absent: null,
  bar: { kind: "at least", ratio: 5 },
};

const MACHINE: Machine = {
  processor: "any",
  cores: 2,
  memoryGiB: 4,
  node: "v20.19.0",
  load: 1,
  arithmeticMillions: 500,
  readNs: { "4 MiB": 20, "64 MiB": 100 },
};

describe("bench", () => {
  it("has the sections that docs/performance.md describes", () => {
    expect(SECTIONS.map(({ name }) => name)).toEqual([
      "engine",
      "selection",
      "suspension",
      "session-pool",
      "workers",
      "discovery-round",
      "model",
      "ai",
      "pools",
      "replications",
      "ledger",
      "import",
      "verify",
      "start-up",
    ]);
  });

  it.each([engine, selection, suspension, sessionPool, workers, discoveryRound, ledger])(
    "$name: each figure has a peer, or says why not",
    async ({ run }) => {
      const comparisons = await run(SMALL);
      expect(comparisons.length).toBeGreaterThan(0);
      for (const { ours, theirs, ratio, absent } of comparisons) {
        expect(ours.median).toBeGreaterThan(0);
        if (absent === null) {
          expect(theirs?.median).toBeGreaterThan(0);
          expect(ratio?.median).toBeGreaterThan(0);
        } else {
          expect([theirs, ratio]).toEqual([null, null]);
          expect(absent).toMatch(/SimPy/);
        }
      }
    },
  );

  it("measures both in turn, after one run of each that does not count", async () => {
    const order: string[] = [];
    const figures = { ours: [99, 4, 6, 8], peer: [99, 2, 2, 2] };
    const measure = (side: "ours" | "peer") => () => {
      order.push(side);
      return figures[side].shift() ?? Number.NaN;
    };
    const pair = { name: "x", unit: "y", ours: measure("ours") };
    const peer = { name: "z", measure: measure("peer") };
    const found = await compare({ ...pair, peer }, { ...SMALL, runs: 3 });
    expect(order.join(" ")).toBe("ours peer ours peer ours peer ours peer");
    expect(found.ratio).toEqual({ median: 3, min: 2, max: 4 });
    const costs = { isLowerBetter: true, warmUp: false };
    const cheaper = { ours: () => 2, peer: { name: "z", measure: () => 6 } };
    const cheap = await compare({ ...pair, ...cheaper, ...costs }, SMALL);
    expect(cheap.ratio?.median).toBe(3);
    const multiple = await compare({ ...pair, ...cheaper, ...costs, isMultiple: true }, SMALL);
    expect(multiple.ratio?.median).toBeCloseTo(1 / 3);
  });

  it("takes the median of an even number of runs between the middle two", () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(() => spreadOf([])).toThrow("no figures");
  });

  it("says whether what is promised holds, and that a peer is absent", () => {
    expect(holds(COMPARISON)).toBe(false);
    expect(holds({ ...COMPARISON, bar: { kind: "at most", ratio: 4 } })).toBe(true);
    expect(comparisonText(COMPARISON)).toContain("at least 5 ×: does NOT hold");
    const absent = { ...COMPARISON, theirs: null, ratio: null, absent: "git history is not there" };
    expect(holds(absent)).toBe(null);
    expect(comparisonText(absent)).toContain("naive: not measured, git history is not there");
  });

  it("measures the machine, and draws the ratios", () => {
    expect(readNs(1, 10_000)).toBeGreaterThan(0);
    expect(arithmeticMillions(100_000)).toBeGreaterThan(0);
    const comparisons = [{ section: "engine", ...COMPARISON }];
    const run = { version: "1.2.3", day: "2026-01-02", ...SMALL, machine: MACHINE };
    const svg = plot({ ...run, comparisons });
    expect(svg).toContain("a &lt; b : naive");
    expect(svg).toContain(">4.00 ×<");
    expect(svg.match(/<rect /g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});
