/** The page of advice in a real browser: what to do first, sortable, silent, accessible, small. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdviceResult } from "../../../src/sim/advise/advice-result.js";
import { renderHtml } from "../../../src/sim/report/html/html.js";
import { noBrowser } from "../../support/browser.js";
import { axeFaultsInBoth, FAULTLESS, Pages, timesTheWork, WIDTHS } from "../../support/pages.js";
import { adviceOf } from "../../support/sim/advice-fixture.js";

const todayMs = Date.UTC(2026, 10, 29);
const EVIL = `</script><img src=x onerror="alert(1)">`;

const made = await adviceOf(`expect:
  - worker.slow.advice == exclude
  - worker.a-1.advice == exclude
  - base.pool.segments > 1`);

/** The fixture with a worker whose name is markup. */
const advice: AdviceResult = {
  ...made,
  workers: made.workers.map((worker) =>
    worker.name === "a-2" ? { ...worker, name: EVIL, workers: [EVIL] } : worker,
  ),
};

function huge(): AdviceResult {
  const workers = Array.from({ length: 1000 }, (_, index) => {
    const worker = made.workers[index % made.workers.length];
    if (worker === undefined) throw new Error("the fixture has workers");
    return { ...worker, name: `${worker.name}-${index}`, workers: [`${worker.name}-${index}`] };
  });
  return { ...made, workers };
}

describe("the page as text", () => {
  it("is one file of less than 1 MB, also with 1,000 workers", () => {
    expect(Buffer.byteLength(renderHtml(advice, { todayMs }))).toBeLessThan(1_000_000);
    expect(Buffer.byteLength(renderHtml(huge(), { todayMs }))).toBeLessThan(1_000_000);
  });

  it("says what to do without its program, too", () => {
    expect(renderHtml(advice, { todayMs })).toMatch(
      /<noscript><h1>fake<\/h1><p>leave slow out, cap home at 2 sessions, keep old as spare/,
    );
  });
});

describe("the picture in README.md", () => {
  it("is a PNG of 1280 pixels and less than 200 kB", () => {
    const picture = readFileSync("docs/report.png");
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect(picture.readUInt32BE(16)).toBe(1280);
    expect(picture.length).toBeLessThan(200_000);
    expect(readFileSync("README.md", "utf8")).toContain("(docs/report.png)");
  });
});

function inBrowser(): void {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages.close());

  it.each(WIDTHS)("draws everything at %i px, light and dark, without complaint", async (width) => {
    const { page, complaints } = await pages.open(renderHtml(advice, { todayMs }), { width });
    expect(await page.locator("h1").textContent()).toMatch(/^leave slow out, cap home at 2/);
    // What changes, round trips, losses.
    expect(await page.locator(".plot svg[role=img]").count()).toBe(3);
    for (const summary of await page.locator("figure summary").all()) await summary.click();
    // A table is made when it is opened, a moment later.
    await page.locator("figure details table").nth(2).waitFor();
    expect(await page.locator("figure details table").count()).toBe(3);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.getByText(EVIL, { exact: false }).count()).toBeGreaterThan(0);
    expect(await page.evaluate("document.body.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await axeFaultsInBoth(page)).toEqual(FAULTLESS);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("has the workers that something is to be done with first, and sorts by each column", async () => {
    const { page } = await pages.open(renderHtml(advice, { todayMs }));
    const table = page
      .getByRole("region", { name: "What to do with each worker" })
      .locator("table");
    const names = () => table.locator("tbody th").allTextContents();
    expect((await names()).slice(0, 4)).toEqual(["slow", "home", "old", "never"]);
    const head = table.getByRole("button", { name: /sessions kept/ });
    await head.click();
    expect((await names()).at(-1)).toBe("slow");
    await head.focus();
    await page.keyboard.press("Enter");
    expect((await names())[0]).toBe("slow");
    expect(await table.locator("th[aria-sort=ascending]").count()).toBe(1);
    await page.close();
  });

  it("opens 1,000 workers with less than three times the work of a page without any", async () => {
    const none = { ...advice, workers: [], together: null, rule: null, figures: [], settings: [] };
    const [than = "", html = ""] = [none, huge()].map((one) => renderHtml(one, { todayMs }));
    expect(await timesTheWork(pages, { html, than, expected: 3 })).toBeLessThan(3);
  });

  it("shows 1,000 workers, 25 at first", async () => {
    const { page, complaints } = await pages.open(renderHtml(huge(), { todayMs }));
    const table = page.getByRole("region", { name: "What to do with each worker" });
    expect(await table.locator("tbody tr").count()).toBe(25);
    await table.getByRole("button", { name: "Show all 1,000 rows" }).click();
    expect(await table.locator("tbody tr").count()).toBe(1000);
    expect(complaints).toEqual([]);
    await page.close();
  });
}

describe("the page in a browser", () => {
  if (noBrowser === null) inBrowser();
  else it(`was not tried: ${noBrowser}`, () => expect(noBrowser).not.toBeNull());
});
