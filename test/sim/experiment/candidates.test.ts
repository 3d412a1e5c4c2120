/** Several candidates against one baseline: what is said of each, and that intervals hold for all at once. */
import { describe, expect, it } from "vitest";
import { type ExperimentOptions, experimentWith } from "../../../src/sim/experiment/experiment.js";
import { exponentialQuantile } from "../../../src/sim/experiment/statistics/exponential-t.js";
import { renderReport, renderVerdict } from "../../../src/sim/report/report.js";
import { fakeExecutor, loadText, POOL } from "../../support/sim/fake-simulate.js";

const SEVERAL = POOL.replace(
  "decision: { baseline: without, candidate: with }",
  `  same: { orchestrator.admission.exclude: [slow], orchestrator.maxSessions: 19 }
decision: { baseline: without, candidate: [with, same] }`,
);

async function run(yaml: string, options: ExperimentOptions = {}) {
  const { executor, calls } = fakeExecutor(options.seed);
  const loaded = loadText(yaml);
  return {
    result: await experimentWith(loaded, executor, { sensitivity: "off", ...options }),
    calls,
  };
}

describe("decision.candidate as a list", () => {
  it("judges each of them", async () => {
    const { result } = await run(SEVERAL);
    const said = result.verdicts?.map(({ candidate, decision }) => [candidate, decision]);
    expect(said).toEqual([
      ["with", "exclude"],
      ["same", "no difference"],
    ]);
    // `verdict` is that of the first.
    const [first] = result.verdicts ?? [];
    expect(result.verdict).toEqual({ ...first, candidate: undefined });
    expect(result.question?.candidate).toBe("with");
  });

  it("widens their intervals, so that they hold at once; of one candidate nothing changes", async () => {
    const one = SEVERAL.replace("[with, same]", "with");
    const { result: alone } = await run(one);
    const { result: both } = await run(SEVERAL);
    const width = ([low, high]: readonly [number, number] = [0, 0]) => high - low;
    const widths = [alone, both].map(({ verdict }) => width(verdict?.difference?.ci95));
    // Student's t with 3 degrees of freedom at 98.75 instead of 97.5 %, and beyond: so far out intervals
    // allow for a tail that was not met, that of exponential losses at most.
    const ratio = (widths[1] ?? 0) / (widths[0] ?? 1);
    expect(ratio).toBeGreaterThan(4.1765 / 3.1824);
    expect(ratio).toBeLessThan(exponentialQuantile(4, 0.0125) / 3.1824);
    expect(alone).not.toHaveProperty("verdicts");
    const listed = await run(SEVERAL.replace("[with, same]", "[with]"));
    expect({ ...listed.result, scenario: {} }).toEqual({ ...alone, scenario: {} });
  });

  it("goes on until all are decided, and gives the same bytes by number", async () => {
    const auto = SEVERAL.replace("replications: 4", "replications: auto");
    const { result } = await run(auto);
    expect(result.untilDecided).toEqual({ first: 16, max: 80 });
    const { replications } = result;
    const again = await run(auto, { replications });
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(result));
  });

  it("is checked by expectations that name the candidate", async () => {
    const yaml = `${SEVERAL}expect: ["verdict(with) == exclude", "verdict(same) in [admit, exclude]"]\n`;
    const { result } = await run(yaml);
    expect(result.expectations.map(({ passed }) => passed)).toEqual([true, false]);
  });

  it("is said of each in the report", async () => {
    const { result } = await run(SEVERAL);
    for (const text of [
      renderReport(result, { width: 80, details: true }),
      renderVerdict(result, { width: 80 }),
    ]) {
      expect(text).toContain("Verdicts on 2 candidates, against without");
      expect(text).toMatch(/with: exclude[\s\S]*same: no difference/);
    }
    const screen = renderReport(result, { width: 80 }).trimEnd().split("\n");
    expect(screen.length).toBeLessThanOrEqual(40);
    expect(screen.slice(0, 3).join(" ").replaceAll(/\s+/g, " ")).toMatch(
      /^fake: compared with without: same makes no difference; not with Verdict: with: exclude; same: no difference\./,
    );
  });

  it.each([
    ["[with, nobody]", "decision.candidate[1]: no variant is called"],
    ["[with, without]", 'decision.candidate[1]: found "without", expected another variant'],
    ["[with, with]", 'decision.candidate[1]: found "with" twice'],
    ["[]", "decision.candidate"],
  ])("refuses %s", (list, text) => {
    expect(() => loadText(SEVERAL.replace("[with, same]", list))).toThrow(text);
  });

  it.each([
    ["verdict == exclude", "found the verdict of several candidates, expected verdict(with) or"],
    [
      "verdict(nobody) == exclude",
      "found verdict(nobody), expected verdict(with) or verdict(same)",
    ],
  ])("refuses the expectation %s", (text, message) => {
    expect(() => loadText(`${SEVERAL}expect: ["${text}"]\n`)).toThrow(message);
  });
});
