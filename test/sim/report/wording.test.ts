/** No report reads `1 nodes` or `−0.00`, and none is wider than the terminal. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { counted, fixed, signed } from "../../../src/core/wording.js";
import { runExperiment } from "../../../src/sim/live/run.js";
import { reportContent } from "../../../src/sim/report/content/content.js";
import { renderReport } from "../../../src/sim/report/report.js";
import type { Estimate, ScenarioResult } from "../../../src/sim/results.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";
import { earlyEvents } from "../../support/sim/early-events.js";
import { result } from "../../support/sim/report-fixture.js";

const WIDTH = 80;
/** Words after a one that end with an s and are no plurals. */
const SINGULAR = /^(?:as|has|is|its|ms|of|s|this|was|less)$/;

/** What is wrong with a text; names of the fault and the line that it stands in. */
function faults(text: string, width = WIDTH): string[] {
  return text.split("\n").flatMap((line) => {
    const plurals = [...line.matchAll(/(?<![\w.,−+-])1 (?:[a-z]+ed )?([a-z]+s)\b/g)];
    return [
      ...(line.length > width ? [`wide: ${line}`] : []),
      ...(/(?<![\w.])[−-]0(?:\.0*)?(?![\d.])/.test(line) ? [`minus zero: ${line}`] : []),
      ...(plurals.some(([, word = ""]) => !SINGULAR.test(word)) ? [`plural: ${line}`] : []),
      ...(line === line.trimEnd() ? [] : [`blanks at the end: ${line}`]),
    ];
  });
}

describe("the search for faults", () => {
  it.each(["found 1 nodes", "1 simulated hours", "−0.00 (−0.01 … +0.01)", "is -0", "x".repeat(81)])(
    "finds %s",
    (text) => {
      expect(faults(text)).toHaveLength(1);
    },
  );

  it("leaves good lines alone", () => {
    for (const text of ["1 node", "21 nodes", "−0.5", "10-0 is", "1 is", "0.00 … 0.01", "1 ms"]) {
      expect(faults(text)).toEqual([]);
    }
  });
});

describe("wording", () => {
  it("counts", () => {
    expect([0, 1, 2, 1.5, 1000].map((count) => counted(count, "hour"))).toEqual([
      "0 hours",
      "1 hour",
      "2 hours",
      "1.5 hours",
      "1,000 hours",
    ]);
    expect([1n, 2n].map((count) => counted(count, "entry", "entries"))).toEqual([
      "1 entry",
      "2 entries",
    ]);
  });

  it("never signs a zero", () => {
    expect([-0.004, 0.004, -0, 0].map((value) => signed(value, 2))).toEqual(
      Array.from({ length: 4 }, () => "0.00"),
    );
    expect([-0.005001, 1234.5].map((value) => signed(value, 2))).toEqual(["−0.01", "+1,234.50"]);
    expect(fixed(-0.4, 0)).toBe("0");
  });
});

describe("a report of 80 columns", () => {
  const files = readdirSync("scenarios").filter((file) => file.endsWith(".yaml"));

  it.each(files)(
    "of %s has none of these faults",
    async (file) => {
      const loaded = loadScenario(`scenarios/${file}`, {
        set: [
          { path: "duration", value: "2m" },
          { path: "warmup", value: "1m" },
          { path: "assumptions.loadScale", value: 0.2 },
          { path: "demand.calibrateTo", value: null },
          ...earlyEvents(`scenarios/${file}`, "30s"),
        ],
      });
      const found = await runExperiment(loaded, { replications: 2, sensitivity: "off" });
      expect(faults(renderReport(found, { width: WIDTH, details: true }))).toEqual([]);
      const screen = renderReport(found, { width: WIDTH, file: `scenarios/${file}` }).trimEnd();
      expect(faults(screen)).toEqual([]);
      // Three more may follow: how old the network is, and what a decision would take.
      expect(screen.split("\n").length).toBeLessThanOrEqual(37);
      const answer = reportContent(found).answer;
      const begins = screen.split("\n").slice(0, 6).join(" ").replaceAll(/\s+/g, " ");
      expect(begins).toContain(`${loaded.base.scenario.name}: ${answer.headline}`);
      expect(begins).toContain(answer.sentences[0]?.split(" ").slice(0, 12).join(" "));
    },
    300_000,
  );

  const tiny: Estimate = { mean: -1e-9, ci95: [-2e-9, 1e-9], n: 2 };
  const long = "a-variant-with-a-name-that-is-as-long-as-a-name-may-be-which-is-64";
  const awkward: ScenarioResult = {
    ...result,
    scenario: { ...result.scenario, name: long, file: `${long}.yaml` },
    replications: 1,
    variants: ["without", "with", long, `${long.slice(1)}x`].map((name, index) => ({
      ...(result.variants[Math.min(index, 1)] ?? { ...result.variants[0] }),
      name,
      metrics: Object.fromEntries(
        Object.entries(result.variants[0]?.metrics ?? {}).map(([metric]) => [metric, tiny]),
      ),
    })) as ScenarioResult["variants"],
    question: {
      baseline: "without",
      candidate: long,
      objective: "pool.operatorNetPerDay",
      workers: [`${long}-1`],
    },
    comparisons: result.comparisons.map((one) => ({ ...one, variant: long, difference: tiny })),
    sensitivity: [
      {
        label: "a very long assumption about everything that anybody could ever have assumed",
        objective: "pool.operatorNetPerDay",
        decision: "undecided",
        reason: "needs more",
        difference: tiny,
        change: null,
        flips: false,
      },
    ],
  };

  it.each([60, 72, 80, 100])("of awkward names and figures has none at %i", (width) => {
    const two = { ...awkward, variants: awkward.variants.slice(1, 3) };
    for (const found of [awkward, two]) {
      const text = renderReport(found, { width, details: true });
      expect(faults(text, width)).toEqual([]);
    }
  });
});
