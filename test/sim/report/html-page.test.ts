/** The HTML report in a real browser: drawn, sorted, silent, accessible, small, and quick. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/sim/report/html/html.js";
import type { ScenarioResult, VariantResult } from "../../../src/sim/results.js";
import { noBrowser } from "../../support/browser.js";
import {
  axeFaults,
  axeFaultsInBoth,
  FAULTLESS,
  Pages,
  timesTheWork,
  type View,
  WIDTHS,
} from "../../support/pages.js";
import { estimate, result } from "../../support/sim/report-fixture.js";

const todayMs = Date.UTC(2026, 10, 29);
const EVIL = `</script><img src=x onerror="alert(1)">`;

function series(
  level: number,
  minutes: number,
): Pick<VariantResult, "series" | "seriesHalfWidths"> {
  const bins = Array.from({ length: minutes }, (_, bin) => bin);
  const wave = bins.map((bin) => level * (1 + 0.2 * Math.sin(bin / 15)));
  const half = bins.map(() => level * 0.1);
  return {
    series: {
      timeMs: bins.map((bin) => bin * 60_000),
      poolSegments: wave,
      poolSessions: wave,
      poolIdleSessions: half,
      poolLate: half,
    },
    seriesHalfWidths: { poolSegments: half, poolSessions: half, poolIdleSessions: half },
  };
}

/** The fixture with what only a page shows, and a worker whose name is markup. */
const lasting = (minutes: number): ScenarioResult => ({
  ...result,
  variants: result.variants.map((variant, index) => ({
    ...variant,
    ...series(100 - 40 * index, minutes),
    workers: variant.workers.map((row) => (row.name === "good-2" ? { ...row, name: EVIL } : row)),
  })),
});
const full = lasting(180);
/** axe looks at each cell of each series' table: those of more rows are no other cells. */
const short = lasting(20);

/** As many workers and variants as somebody may have. */
function huge(): ScenarioResult {
  const [base] = full.variants;
  if (base === undefined) throw new Error("the fixture has a variant");
  const [row] = base.workers;
  const workers = Array.from({ length: 1000 }, (_, index) => ({
    name: `worker-${index + 1}`,
    metrics: { ...row?.metrics, picks: estimate(index * 1.37, 2) },
  }));
  const variants = Array.from({ length: 50 }, (_, index) => ({
    ...base,
    workers,
    name: index === 0 ? "without" : index === 1 ? "with" : `variant-${index}`,
  }));
  return { ...full, variants };
}

describe("the page as text", () => {
  const text = renderHtml(full, { file: "admit-worker.yaml", todayMs });

  it("is one file of less than 1 MB, also with 1,000 workers and 50 variants", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(Buffer.byteLength(renderHtml(huge(), { todayMs }))).toBeLessThan(1_000_000);
  });

  it("names nothing to load, and forbids it", () => {
    expect(text).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-/,
    );
    expect(text).not.toMatch(/<(?:link|img|iframe|object|script src)\b/);
    expect(text).not.toContain("script-src &#39;unsafe");
  });

  it("has data that cannot end their script", () => {
    const data = text.slice(text.indexOf('id="data">') + 10);
    const embedded = data.slice(0, data.indexOf("</script>"));
    expect(JSON.parse(embedded).workers[0].rows[1].name).toBe(EVIL);
    expect(embedded).not.toContain("<");
  });

  it("says the answer without its program, too", () => {
    expect(text).toMatch(/<noscript><h1>admit-worker<\/h1><p>leave slow out<\/p>/);
    expect(text).toContain("<title>admit-worker: leave slow out</title>");
  });
});

function inBrowser(): void {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages.close());
  const open = (html: string, view?: View) => pages.open(html, view);

  it.each(WIDTHS)("draws everything at %i px, light and dark, without complaint", async (width) => {
    const { page, complaints } = await open(renderHtml(short, { todayMs }), { width });
    expect(await page.locator("h1").textContent()).toBe("leave slow out");
    // Sureness, round trips, losses, four series.
    expect(await page.locator(".plot svg[role=img]").count()).toBe(7);
    for (const summary of await page.locator("figure summary").all()) await summary.click();
    // A table is made when it is opened, a moment later.
    await page.locator("figure details table").nth(6).waitFor();
    expect(await page.locator("figure details table").count()).toBe(7);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.getByText(EVIL, { exact: false }).count()).toBeGreaterThan(0);
    expect(await page.evaluate("document.body.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await axeFaultsInBoth(page)).toEqual(FAULTLESS);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("marks each time of each event on every series, in words too, at both edges", async () => {
    const mark = (name: string, atMs: readonly number[], lengthMs: number) => ({
      ...{ name, kind: "outage", whom: "worker a", atMs, lengthMs, metrics: {} },
    });
    const events = [
      mark("night-at-the-data-centre", [0, 60 * 60_000], 600_000),
      mark("dearer", [90 * 60_000], 0),
      mark("the-very-last-thing-to-happen", [179 * 60_000], 60_000),
    ];
    const variants = full.variants.map((variant) => ({ ...variant, events }));
    const html = renderHtml({ ...full, variants }, { todayMs });
    const { page, complaints } = await open(html, { width: 390, scheme: "light" });
    const plots = page.locator(".plot svg[aria-label*='by minute']");
    expect(await plots.count()).toBe(4);
    for (const plot of await plots.all()) {
      expect(await plot.getAttribute("aria-label")).toContain(
        "events: night-at-the-data-centre at minute 0, night-at-the-data-centre at minute 60, dearer at minute 90, the-very-last-thing-to-happen at minute 179",
      );
      expect(await plot.locator("[stroke-dasharray='3,3'] line").count()).toBe(4);
      // What lasts is a band: not the price that stays.
      expect(await plot.locator("g[fill-opacity='0.08'] rect").count()).toBe(3);
      const frame = await plot.boundingBox();
      // Long names are cut, with the whole beside the pointer.
      for (const name of ["night-at-the-", "dearer", "the-very-last-"]) {
        const box = await plot.locator("text", { hasText: name }).first().boundingBox();
        expect(box?.x ?? -1).toBeGreaterThanOrEqual(frame?.x ?? 0);
        expect((box?.x ?? 0) + (box?.width ?? 1e9)).toBeLessThanOrEqual(
          (frame?.x ?? 0) + (frame?.width ?? 0) + 1,
        );
      }
    }
    expect(await axeFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("sorts by mouse and by keyboard", async () => {
    const { page } = await open(renderHtml(full, { todayMs }));
    const table = page.getByRole("region", { name: "Workers in with" }).locator("table").first();
    const names = () => table.locator("tbody th").allTextContents();
    const head = table.getByRole("button", { name: /sessions given/ });
    expect(await names()).toEqual(["good-1", EVIL, "slow"]);
    await head.click();
    expect(await names()).toEqual(["slow", "good-1", EVIL]);
    expect(await table.locator("th[aria-sort=descending]").count()).toBe(1);
    await head.focus();
    await page.keyboard.press("Enter");
    expect(await names()).toEqual([EVIL, "good-1", "slow"]);
    expect(await table.locator("th[aria-sort=ascending]").count()).toBe(1);
    await page.close();
  });

  it("can be printed: white paper, nothing that only a screen needs", async () => {
    const { page } = await open(renderHtml(full, { todayMs }), { scheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "light" });
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    expect(await page.locator("figure details").first().isVisible()).toBe(false);
    await page.close();
  });

  it("opens 1,000 workers and 50 variants with less than three times an empty page's work", async () => {
    const [first] = full.variants;
    if (first === undefined) throw new Error("the fixture has a variant");
    const empty = renderHtml(
      {
        ...full,
        variants: [{ ...first, workers: [], series: {}, metrics: {} }],
        sensitivity: [],
        verdict: null,
      },
      { todayMs },
    );
    const html = renderHtml(huge(), { todayMs });
    expect(await timesTheWork(pages, { html, than: empty, expected: 3 })).toBeLessThan(3);
  });
}

describe("the page in a browser", () => {
  if (noBrowser === null) inBrowser();
  else it(`was not tried: ${noBrowser}`, () => expect(noBrowser).not.toBeNull());
});
