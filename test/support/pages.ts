/** Pages of reports in a real browser: opened from a file, with everything noted that they should not do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { PATIENCE_MS, startBrowser } from "./browser.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A page that was opened. */
export interface Opened {
  readonly page: Page;
  /** Errors and requests other than that of the file. */
  readonly complaints: readonly string[];
  /** Processor time of the page's thread until it was drawn first, s: whatever else the machine does. */
  readonly workS: number;
}

/** How a page is looked at. */
export interface View {
  /** @default 1280 */
  readonly width?: number;
  /** @default "light" */
  readonly scheme?: "light" | "dark";
}

/** A browser with a folder for pages. */
export class Pages {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), "poolsim-page-"));

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Pages> {
    return new Pages(await startBrowser());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true });
  }

  async open(html: string, { width = 1280, scheme = "light" }: View = {}): Promise<Opened> {
    const page = await this.#browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
    });
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    const file = join(this.#folder, `${width}-${scheme}.html`);
    const url = pathToFileURL(file).href;
    page.on("request", (request) => {
      if (request.url() !== url) complaints.push(`request ${request.url()}`);
    });
    writeFileSync(file, html);
    const workS = await workOf(page);
    await page.goto(url);
    await page.evaluate(DRAWN);
    return { page, complaints, workS: await workS() };
  }
}

/** Is done when the page has been drawn. */
const DRAWN = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))";

/** Begins to count the processor time of a page's thread; returns what tells it, s. */
export async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const counted = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  };
  const before = await counted();
  return async () => (await counted()) - before;
}

/** So often at least, and at most, pages are opened in turn. */
const TURNS = [2, 12] as const;

/**
 * How many times as much work of its thread a page takes to open as another one. Of each the least of several turns
 * counts: what else the machine does only ever adds to it. So there are more turns as long as it is not less than what
 * is expected.
 *
 * @param expected so many times as much at most
 */
export async function timesTheWork(
  pages: Pages,
  {
    html,
    than,
    expected,
  }: { readonly html: string; readonly than: string; readonly expected: number },
): Promise<number> {
  const htmls = [html, than];
  const least = htmls.map(() => Number.POSITIVE_INFINITY);
  const times = () => (least[0] ?? 0) / (least[1] ?? 0);
  for (let turn = 0; turn < TURNS[0] || (turn < TURNS[1] && times() >= expected); turn += 1) {
    for (const [index, one] of htmls.entries()) {
      const { page, workS } = await pages.open(one);
      least[index] = Math.min(least[index] ?? workS, workS);
      await page.close();
    }
  }
  return times();
}

/** What axe finds that is moderate or worse; by rules with a tag only, if one is named. */
export async function axeFaults(page: Page, tag?: string): Promise<unknown> {
  // Not by a script in the page, which its policy forbids; once for each page, as it is long.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(`${AXE};0`);
  const options = JSON.stringify({
    resultTypes: ["violations"],
    ...(tag === undefined ? {} : { runOnly: [tag] }),
  });
  return page.evaluate(`axe.run(${options}).then(({ violations }) => violations
    .filter(({ impact }) => ["moderate", "serious", "critical"].includes(impact))
    .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`);
}

/** What axe finds in a light page, and then in its dark colours: the scheme changes nothing else. */
export async function axeFaultsInBoth(page: Page): Promise<unknown> {
  const light = await axeFaults(page);
  await page.emulateMedia({ colorScheme: "dark" });
  return { light, dark: await axeFaults(page, "cat.color") };
}

/** What {@link axeFaultsInBoth} says of a page without faults. */
export const FAULTLESS = { light: [], dark: [] } as const;

/** The widths that every page is looked at in, px: a desk's, and a hand's. */
export const WIDTHS = [1280, 390] as const;
