/** The report of a sweep: what to set first, on one screen, and in every other form. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentOf, renderCsv, renderMarkdown, renderText } from "../../../src/sim/report/forms.js";
import { githubAnnotations } from "../../../src/sim/report/github.js";
import { renderHtml } from "../../../src/sim/report/html/html.js";
import { renderJson } from "../../../src/sim/report/json.js";
import { renderJunit } from "../../../src/sim/report/junit.js";
import { readResult } from "../../../src/sim/report/read-result.js";
import type { SweepResult } from "../../../src/sim/sweep/sweep-result.js";
import { noBrowser } from "../../support/browser.js";
import { axeFaultsInBoth, FAULTLESS, Pages, timesTheWork, WIDTHS } from "../../support/pages.js";
import { expectOneScreen } from "../../support/sim/one-screen.js";
import { sliceOf, sweepAt, sweepResult } from "../../support/sim/sweep-fixture.js";

const todayMs = Date.UTC(2026, 10, 29);
const many = sweepAt(Array.from({ length: 40 }, (_, index) => 10 + index));
const three = sweepAt([30, 60, 120]);
const EVIL = `</script><img src=x onerror="alert(1)">|`;
const [slice] = sweepResult.slices;
if (slice === undefined) throw new Error("the fixture has a slice");
const open: SweepResult = { ...sweepResult, slices: [{ ...slice, isDecided: false }] };
const none: SweepResult = { ...sweepResult, slices: [{ ...slice, best: null, asGood: [] }] };
const words: SweepResult = {
  ...sweepResult,
  axes: [{ path: "gateway.selection", role: "choice", values: ["a", "b", EVIL] }],
  slices: [
    {
      ...slice,
      best: "selection a",
      asGood: ["selection a"],
      points: ["a", "b", EVIL].map((value, index) => ({
        ...sliceOf("", 900).points[index + 5],
        label: `selection ${value}`,
        settings: [{ path: "gateway.selection", value }],
      })) as typeof slice.points,
    },
  ],
};
/** All that was tried is shown to be worse than the scenario as it is. */
const worse: SweepResult = {
  ...sweepResult,
  slices: [
    {
      ...slice,
      points: slice.points.map((point) => ({
        ...point,
        change: { mean: -0.06, ci95: [-0.1, -0.04], n: 24 },
      })),
    },
  ],
};
const everything: readonly (readonly [string, SweepResult])[] = [
  ["one curve", sweepResult],
  ["three cases", three],
  ["forty cases", many],
  ["what is not told apart", open],
  ["nothing that can be used", none],
  ["words", words],
  ["what only loses", worse],
  ["what nobody looks at", unseen("price")],
  ["what is no evidence", unseen("no evidence")],
  ["what does not hold", { ...sweepResult, expectations: manyFailed() }],
];

function unseen(problem: "price" | "no evidence"): SweepResult {
  const slices = none.slices.map((one) => ({ ...one, problem, isDecided: false }));
  return { ...none, slices };
}

function manyFailed() {
  return Array.from({ length: 30 }, (_, index) => ({
    text: `best.limitMs >= ${1000 + index}`,
    passed: false,
    actual: "900 (limitMs 900; as good: limitMs 800, limitMs 1000)",
  }));
}

describe("the screen", () => {
  it.each(everything)("of %s is 40 lines of 80 columns, the answer within six", (_, result) => {
    expectOneScreen(result, "scenarios/pool.yaml");
  });

  it("says what to set, and draws the curve with those that are as good", () => {
    const text = renderText(sweepResult, { width: 80 });
    expect(text).toMatch(
      /^pool \(limitMs, 18 points\): set limitMs 900 \(as good: 800 … 1,000\)\n/,
    );
    expect(text).toContain("  300 ▄▆▆▇███▇▆▆▅▄▃▃▂▁▁ 2,000\n          ─▲─\n");
    expect(text).toContain("As settings: --set orchestrator.admission.benchmark.limitMs=900");
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "Again: poolsim sweep pool.yaml --vary orchestrator.admission.benchmark.limitMs=300:2000:100 --seed 1 --replications 24",
    );
    expect(renderText(sweepResult, { width: 100 })).toMatch(/^300 … 400 +worse /m);
  });

  it("says what is good in each case, or that there is nothing", () => {
    expect(contentOf(three).answer.headline).toBe(
      "set limitMs 1,000, which is as good as the best in each case",
    );
    expect(contentOf({ ...three, goodEverywhere: [] }).answer.headline).toBe(
      "the best limitMs is not the same in each case (concurrentStreams 30: 900, concurrentStreams 60: 1,000 and concurrentStreams 120: 1,100)",
    );
    expect(contentOf(none).answer).toMatchObject({
      headline: "no limitMs can be used: each breaks a constraint",
      tone: "bad",
    });
    expect(contentOf(none).answer.sentences).toEqual([
      "What they break is a limit on the share of late segments (decision.constraints).",
    ]);
    expect(contentOf(unseen("price")).answer).toEqual({
      headline: "no limitMs can be chosen: no gateway looks at prices, so any is paid",
      tone: "open",
      verdict: null,
      sentences: [expect.stringContaining("whatever is asked for is paid")],
    });
    expect(contentOf(unseen("no evidence")).answer.headline).toMatch(/: too little happened, or /);
    expect(contentOf(open).answer).toMatchObject({ tone: "open" });
    expect(contentOf(open).answer.sentences[2]).toContain("or a larger --margin, would");
    const amount = { ...open, margin: { relative: null, absolute: 0.001 } };
    expect(contentOf(amount).answer.sentences[2]).toContain(
      "or a larger margin (decision.margin: { absolute: … } in the scenario), would",
    );
    expect(contentOf(open).answer.headline).toContain("may be as good");
  });

  it("leaves as it is what is worse at each value that was tried", () => {
    expect(contentOf(worse).answer.headline).toBe(
      "leave limitMs as it is: the best that was tried, 900, brings less",
    );
    const text = renderText(worse, { width: 80 });
    expect(text).not.toContain("As settings");
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "Compared with the scenario as it is, that changes what you keep per day by −6.0 %",
    );
    const same = { ...worse, slices: [...worse.slices, ...worse.slices] };
    expect(contentOf(same).answer.headline).toBe(
      "leave limitMs as it is: the best that was tried brings less",
    );
  });

  it("has all points with details", () => {
    const text = renderText(three, { width: 120, details: true });
    expect(text.match(/^300 … 400 +worse/gm)).toHaveLength(3);
    expect(text).toContain("too many late segments");
  });
});

describe("the other forms", () => {
  it("begin with the same answer", () => {
    expect(renderMarkdown(sweepResult)).toMatch(
      /^## pool \(limitMs, 18 points\): set limitMs 900 \(as good: 800 … 1,000\)\n/,
    );
    // What stands in a block of code is text.
    const shown = renderMarkdown(words).replaceAll(/```[\s\S]*?```/g, "");
    expect(shown).not.toMatch(/(?<!\\)<img/);
    expect(githubAnnotations(sweepResult, "pool.yaml")).toMatch(
      /^::notice file=pool\.yaml,title=pool%3A set limitMs 900 /,
    );
    expect(renderJunit([sweepResult, three])).toContain(
      '<testcase name="case concurrentStreams 60"',
    );
  });

  it("have a line for each point", () => {
    const lines = renderCsv([three]).trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 3 * 18);
    expect(lines[7]).toMatch(
      /^pool,concurrentStreams 30,limitMs 900,orchestrator\S+=900,best,,0\.00070[12]/,
    );
  });

  it("are the same of what was read again", () => {
    const [read] = readResult(renderJson([three]), "sweep.json");
    if (read === undefined) throw new Error("one was written");
    expect(renderText(read, { details: true })).toBe(renderText(three, { details: true }));
    expect(() => readResult(JSON.stringify({ ...three, slices: [] }), "x.json")).toThrow(
      /^x\.json: expected a JSON result of poolsim sweep --json .*; slices: /,
    );
  });
});

function inBrowser(): void {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages.close());

  it.each(WIDTHS)("draws everything at %i px, light and dark, without complaint", async (width) => {
    const { page, complaints } = await pages.open(renderHtml(three, { todayMs }), { width });
    expect(await page.locator("h1").textContent()).toMatch(/^set limitMs 1,000/);
    expect(await page.locator(".plot svg[role=img]").count()).toBe(3);
    for (const summary of await page.locator("figure summary").all()) await summary.click();
    await page.locator("figure details table").nth(2).waitFor();
    expect(await page.evaluate("document.body.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await axeFaultsInBoth(page)).toEqual(FAULTLESS);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("draws words, and shows markup as text", async () => {
    const { page, complaints } = await pages.open(renderHtml(words, { todayMs }));
    expect(await page.locator(".plot svg[role=img]").count()).toBe(1);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("opens 40 cases of 50 points with less than three times the work of a page without any", async () => {
    const large = sweepAt(Array.from({ length: 40 }, (_, index) => 10 + index));
    const slices = large.slices.map((one) => ({
      ...one,
      points: [...one.points, ...one.points, ...one.points].slice(0, 50).map((point, index) => ({
        ...point,
        label: `limitMs ${300 + 20 * index}`,
        settings: [{ path: "orchestrator.admission.benchmark.limitMs", value: 300 + 20 * index }],
        sameAs: null,
      })),
    }));
    const empty = {
      ...sweepResult,
      slices: [{ ...sliceOf("", 900), points: [], best: null, asGood: [] }],
    };
    const [than, html] = [
      renderHtml(empty, { todayMs }),
      renderHtml({ ...large, slices }, { todayMs }),
    ];
    expect(await timesTheWork(pages, { html, than, expected: 3 })).toBeLessThan(3);
  });

  it("stays under 1 MB", () => {
    expect(Buffer.byteLength(renderHtml(many, { todayMs }))).toBeLessThan(1_000_000);
  });
}

describe("the page in a browser", () => {
  if (noBrowser === null) inBrowser();
  else it(`was not tried: ${noBrowser}`, () => expect(noBrowser).not.toBeNull());
});
