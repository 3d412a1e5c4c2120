/** Other forms of a report: Markdown, CSV, JUnit, GitHub's annotations, and results read again. */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { renderCsv, renderMarkdown, renderText } from "../../../src/sim/report/forms.js";
import { githubAnnotations } from "../../../src/sim/report/github.js";
import { renderJson } from "../../../src/sim/report/json.js";
import { renderJunit } from "../../../src/sim/report/junit.js";
import { readResult } from "../../../src/sim/report/read-result.js";
import { renderReport } from "../../../src/sim/report/report.js";
import type { ScenarioResult } from "../../../src/sim/results.js";
import { adviceOf } from "../../support/sim/advice-fixture.js";
import { result } from "../../support/sim/report-fixture.js";

const advice = await adviceOf(`expect:
  - worker.slow.advice == exclude
  - worker.a-1.advice == exclude
  - best.limitMs >= 700
  - base.pool.segments > 1`);
const [firstWorker, ...otherWorkers] = advice.workers;
if (firstWorker === undefined) throw new Error("the fixture has workers");

const EVIL = `=a|b<img>"&'\u0001`;
const evil: ScenarioResult = {
  ...result,
  scenario: { ...result.scenario, name: EVIL },
  expectations: [{ text: EVIL, passed: false, actual: `${EVIL}\n::error::x` }],
};

describe("Markdown", () => {
  it("begins with the answer and has the tables", () => {
    const text = renderMarkdown(result, "admit-worker.yaml");
    expect(text).toMatch(/^## admit-worker: leave slow out\n\n\*\*Verdict: exclude\.\*\* /);
    expect(text).toContain("\n| slow | leave out | 2 % | 2,002 ms |");
    expect(text).toContain("\n```sh\npoolsim run admit-worker.yaml --seed 1");
  });

  it("shows names as text", () => {
    const text = renderMarkdown(evil);
    expect(text).not.toMatch(/(?<!\\)<img/);
    for (const row of text.split("\n").filter((line) => line.startsWith("| "))) {
      expect(row.match(/(?<!\\)\|/g)?.length).toBeGreaterThan(2);
    }
  });
});

describe("advice as Markdown", () => {
  const text = renderMarkdown(advice, "pools/mine.yaml");

  it("begins with what to do, and has each worker in a table", () => {
    expect(text).toMatch(
      /^## fake \(10 workers, FRA, 5 % of stake\): leave slow out, cap home at 2/,
    );
    expect(text).toContain("\n| slow | leave out | +101.1 % (+97.0 … +103.1) | 50 % | loses 50 %");
    expect(text).toContain("\n| a-1 | keep |  | 100 % | nothing that was tried on it");
    expect(text).toContain("\n```sh\npoolsim advise pools/mine.yaml --seed 1 --replications ");
    expect(text).toContain(
      "Expectations: 1 of 2 hold; 2 more in the scenario (expect:) are not about this: poolsim sweep checks 1 and poolsim run checks 1\n",
    );
    expect(text).toContain("- ✗ worker.a-1.advice == exclude is keep: ");
  });

  it("shows names as text", () => {
    const workers = [{ ...firstWorker, name: EVIL }, ...otherWorkers];
    expect(renderMarkdown({ ...advice, workers })).not.toMatch(/(?<!\\)<img/);
  });
});

describe("advice as CSV", () => {
  it("has a row for each worker's advice, for each action, and for all together", () => {
    const lines = renderCsv([advice]).trimEnd().split("\r\n");
    const tried = advice.workers.reduce((sum, worker) => sum + worker.tried.length, 0);
    expect(lines).toHaveLength(1 + advice.workers.length + tried + 1);
    const columns = new Set(lines.map((line) => line.replaceAll(/"[^"]*"/g, "").split(",").length));
    expect(columns).toEqual(new Set([16]));
    expect(lines.find((line) => line.startsWith("fake,home,1,advice,"))).toMatch(
      /^fake,home,1,advice,cap,2,cap,/,
    );
  });

  it("is no formula in a spreadsheet", () => {
    const workers = [{ ...firstWorker, name: EVIL }, ...otherWorkers];
    expect(renderCsv([{ ...advice, workers }]).split("\r\n")[1]).toContain(`,"'=a|b<img>""&'`);
  });
});

describe("CSV", () => {
  const lines = renderCsv([result]).trimEnd().split("\r\n");

  it("has a line for each metric of each variant, differences included", () => {
    const count = result.variants.flatMap(({ metrics, workers, regionEstimates }) => [
      ...Object.keys(metrics),
      ...[...workers, ...regionEstimates].flatMap((row) => Object.keys(row.metrics)),
    ]).length;
    expect(lines).toHaveLength(count + 1);
    expect(lines).toContain(
      "admit-worker,with,pool.segmentShare,0.0301,0.0289,0.0313,10,-0.0192,-0.0211,-0.0173",
    );
  });

  it("is no formula in a spreadsheet", () => {
    expect(renderCsv([evil]).split("\r\n")[1]).toMatch(/^"'=a\|b<img>""&'/);
  });
});

describe("JUnit", () => {
  const parse = (text: string) =>
    new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(text);

  it("has a suite for each scenario and a case for each expectation", () => {
    const text = renderJunit([result, result]);
    expect(XMLValidator.validate(text)).toBe(true);
    const { testsuites } = parse(text);
    expect(testsuites).toMatchObject({ tests: "8", failures: "2" });
    expect(testsuites.testsuite).toHaveLength(2);
    const [suite] = testsuites.testsuite;
    expect(suite).toMatchObject({ name: "admit-worker", tests: "4", failures: "1" });
    const failed = suite.testcase.filter((one: { failure?: unknown }) => one.failure !== undefined);
    expect(failed).toMatchObject([
      { name: "with.pool.lateShare < 0.001", classname: "admit-worker.yaml" },
    ]);
    expect(failed[0].failure.message).toMatch(/^is 0\.0062 /);
  });

  it("is XML whatever is in names", () => {
    const text = renderJunit([evil]);
    expect(XMLValidator.validate(text)).toBe(true);
    expect(parse(text).testsuites.testsuite.name).toBe(`=a|b<img>"&'?`);
  });
});

describe("annotations", () => {
  it("say the answer, and what failed", () => {
    const lines = githubAnnotations(result, "a,b.yaml").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^::notice file=a%2Cb\.yaml,title=admit-worker%3A leave slow out::/);
    expect(lines[1]).toMatch(/^::error .*::with\.pool\.lateShare < 0\.001 is 0\.0062 \(95 %25: /);
  });

  it("say advice, and what does not hold", () => {
    const lines = githubAnnotations(advice, "mine.yaml").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::notice file=mine\.yaml,title=fake%3A leave slow out%2C cap home at 2/,
    );
    expect(lines[1]).toMatch(/^::error .*::worker\.a-1\.advice == exclude is keep: nothing/);
  });

  it("are one line each: a name cannot give another command", () => {
    expect(githubAnnotations(evil, "x.yaml").trimEnd().split("\n")).toHaveLength(2);
  });
});

describe("a result that is read again", () => {
  it("gives the same report", () => {
    const [first] = result.variants;
    if (first === undefined) throw new Error("the fixture has a variant");
    const infinite = { mean: 1, ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], n: 1 };
    const variants = [{ ...first, metrics: { ...first.metrics, "pool.orphaned": infinite } }];
    const found = {
      ...result,
      variants: [...variants, ...result.variants.slice(1)],
    } as ScenarioResult;
    const [read] = readResult(renderJson([found]), "result.json");
    expect(read && renderText(read, { details: true })).toBe(
      renderReport(found, { details: true }),
    );
    expect(readResult(renderJson([found, found]), "results.json")).toHaveLength(2);
  });

  it("gives the same report of advice", () => {
    const [read] = readResult(renderJson([advice]), "advice.json");
    if (read === undefined) throw new Error("one was written");
    for (const details of [false, true]) {
      expect(renderText(read, { details })).toBe(renderText(advice, { details }));
    }
    expect(renderMarkdown(read)).toBe(renderMarkdown(advice));
    expect(renderCsv([read])).toBe(renderCsv([advice]));
    expect(readResult(JSON.stringify([advice, result]), "both.json")).toHaveLength(2);
    const wrong = JSON.stringify({ ...advice, workers: [{ ...firstWorker, advice: "fire" }] });
    expect(() => readResult(wrong, "x.json")).toThrow(
      /^x\.json: expected a JSON result of poolsim advise --json .*; workers\.0\.advice: /,
    );
  });

  it.each<[string, RegExp]>([
    ["no json", /^x\.json: expected a JSON result .*found no JSON$/],
    ["[]", /found an empty list$/],
    ["{}", /schemaVersion: /],
    [JSON.stringify({ ...result, seed: "1" }), /\(schemaVersion 2\); seed: /],
    [
      JSON.stringify({ ...result, schemaVersion: 1, poolsim: "0.0.9" }),
      /^x\.json: it was written by an older poolsim \(0\.0\.9, schemaVersion 1; this one reads 2\): run it again$/,
    ],
    [
      JSON.stringify({ ...advice, schemaVersion: 7, poolsim: "9.0.0" }),
      /by a newer poolsim \(9\.0\.0, schemaVersion 7; this one reads 1\): read it with that version$/,
    ],
    [JSON.stringify([result, { ...result, variants: [] }]), /; 1\.variants: /],
  ])("%.20s… is refused with what is wrong", (text, message) => {
    expect(() => readResult(text, "x.json")).toThrow(
      expect.objectContaining({ code: "RESULT_INVALID", message: expect.stringMatching(message) }),
    );
  });
});
