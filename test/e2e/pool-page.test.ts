/** The page of a pool in a real browser, from a real `pool up` on recorded days. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, PATIENCE_MS, startBrowser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import {
  crowded,
  EVIL,
  haunt,
  OPERATOR_TOKEN,
  type PagePool,
  pagePool,
} from "../support/page-pool.js";
import { axeFaults, workOf } from "../support/pages.js";

const CROWD = 2_000;

describe("what is sent", () => {
  it("is less than 250 kB in all, packed", () => {
    const files = ["index.html", "page.js", "page.css", "icon.svg"];
    const bytes = files.map((file) => gzipSync(readFileSync(`dist/page/${file}`)).length);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(250_000);
  });

  it("has a picture in README.md, a PNG of 1280 pixels and less than 200 kB", () => {
    const picture = readFileSync("docs/page.png");
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect(picture.readUInt32BE(16)).toBe(1280);
    expect(picture.length).toBeLessThan(200_000);
    expect(readFileSync("README.md", "utf8")).toContain("(docs/page.png)");
  });
});

describe.skipIf(noBrowser !== null)("the page", () => {
  let browser: Browser;
  let pool: PagePool;
  let empty: PagePool;
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, pool, empty] = await Promise.all([
      startBrowser(),
      pagePool({ crowd: CROWD }),
      pagePool({ crowd: 0 }),
    ]);
    pool.told("name", crowded(0), EVIL);
    pool.told("name", crowded(7), "Seven");
    haunt(pool);
    // Figures are counted in the background.
    await eventually(async () => {
      const answer: unknown = await fetch(`${pool.url}/pool`).then((one) => one.json());
      expect(answer).toMatchObject({ countedUntil: null });
      expect(JSON.stringify(answer)).toMatch(/"lastDays":\{"jobs":[2-9]\d{3}/);
    });
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([pool, empty].map((one) => one[Symbol.asyncDispose]()));
  });

  async function open(path: string, { width = 1280, dark = false, of = pool } = {}): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
    });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(of.url)) complaints.push(`request ${request.url()}`);
    });
    await page.goto(path.startsWith("/") ? `${of.url}${path}` : path);
    return page;
  }

  /** Text of cells: of rows, the cells in some columns. */
  async function cells(page: Page, label: RegExp, columns: readonly string[]): Promise<string[][]> {
    const table = page.getByRole("group", { name: label }).locator("table");
    await table.locator("tbody tr").first().waitFor();
    return await table.evaluate((element, heads) => {
      const all = [...element.querySelectorAll("thead th")].map((head) =>
        (head.textContent ?? "").replace(/ [▲▼]$/, ""),
      );
      return [...element.querySelectorAll("tbody tr")].flatMap((row) => {
        const own = [...row.children].map((cell) => cell.textContent ?? "");
        return own.length < 2 ? [] : [heads.map((head) => own[all.indexOf(head)] ?? "")];
      });
    }, columns);
  }

  const wei = (text: string | undefined) => BigInt((text ?? "").replace(/[^\d]/g, "") || "0");

  it("shows what the books say, to the wei", async () => {
    const page = await open("/");
    await page.getByRole("button", { name: "Exact wei" }).click();
    const rows = await cells(page, /^Whose it is$/, ["what", "amount"]);
    const { balances } = pool.told("status") as { balances: { account: string; wei: string }[] };
    const of = (name: string) => balances.find(({ account }) => account === name)?.wei ?? "0";
    const shown = (name: string) => wei(rows.find(([what]) => what?.startsWith(name))?.[1]);
    expect(shown("Owed to workers")).toBe(BigInt(of("pending (all workers)")));
    expect(shown("Commission")).toBe(BigInt(of("commission")));
    expect(shown("Unattributed")).toBe(BigInt(of("unattributed")));
    expect(shown("Owed to workers")).toBeGreaterThan(10n ** 9n);
    const income = await cells(page, /^What came in$/, ["what", "amount"]);
    const wallet = income.find(([what]) => what?.startsWith("Wallet"))?.[1];
    expect(wei(wallet)).toBe(BigInt(of("wallet")));
    await page.getByRole("button", { name: "Exact wei" }).click();
    // Cut, and marked as cut; whole in its title.
    const owed = page.locator(".tile", { hasText: "Owed to workers" }).locator(".wei");
    expect(await owed.textContent()).toMatch(/^0\.0*\d{1,6}… ETH$/);
    expect(await owed.getAttribute("title")).toContain(
      BigInt(of("pending (all workers)")).toLocaleString("en"),
    );
    // The charts' tables: every job of every hour.
    await page.getByRole("button", { name: "30 days" }).click();
    await page.getByText("The same as a table").first().click();
    const days = await cells(page, /^Jobs and fees per/, ["jobs", "fees"]);
    const jobs = days.reduce((sum, [count]) => sum + Number(count?.replaceAll(",", "")), 0);
    const { workers } = pool.told("workers") as { workers: { jobs: string }[] };
    const known = workers.reduce((sum, row) => sum + Number(row.jobs), 0);
    expect(jobs).toBeGreaterThanOrEqual(known);
    await page.close();
  });

  it("sorts, filters and looks up workers; names are text, whatever they are", async () => {
    const page = await open("/#workers");
    const find = page.getByRole("searchbox", { name: "Find" });
    await page.getByRole("button", { name: "Exact wei" }).click();
    await page.getByRole("button", { name: "Owed" }).click();
    const told = pool.told("workers") as { workers: { address: string; pendingWei: string }[] };
    const owed = new Map<string, bigint>();
    for (const { address, pendingWei } of told.workers) {
      owed.set(address, (owed.get(address) ?? 0n) + BigInt(pendingWei));
    }
    const most = [...owed.values()].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    const first = await cells(page, /workers$/, ["Owed"]);
    expect(first.slice(0, 5).map(([text]) => wei(text))).toEqual(most.slice(0, 5));
    await page.getByRole("button", { name: "Owed" }).click();
    const last = await cells(page, /workers$/, ["Owed"]);
    expect(wei(last[0]?.[0])).toBe(most.at(-1));
    // Two thousand rows are there, and few of them drawn.
    expect(await page.locator("table.workers").getAttribute("aria-rowcount")).toBe(
      String(owed.size + 1),
    );
    expect(await page.locator("table.workers tbody tr").count()).toBeLessThan(80);
    await page.getByRole("group", { name: /workers$/ }).evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await eventually(async () => {
      const end = await cells(page, /workers$/, ["Owed"]);
      expect(wei(end.at(-1)?.[0])).toBe(most[0]);
    });
    await find.fill("seven crowd");
    await page.getByText(`1 of ${owed.size.toLocaleString("en")} workers`).waitFor();
    await find.fill(crowded(0).slice(-6));
    expect(await page.locator("table.workers .name").first().textContent()).toBe(EVIL);
    expect(await page.locator("img").count()).toBe(0);
    await page.getByRole("link", { name: EVIL }).click();
    await page.getByRole("heading", { name: "What is owed, and why" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/worker/${crowded(0)}`);
    const places = await cells(page, /^By kind of work/, ["work", "region", "jobs", "owed"]);
    expect(places).toEqual([["transcode", EVIL, "1", expect.stringContaining("wei")]]);
    expect(wei(places[0]?.[3])).toBe(owed.get(crowded(0)));
    // The rule in force is drawn, and said.
    await page.getByText("limit of the rule, 700 ms").waitFor();
    await page.goBack();
    await page.getByRole("searchbox", { name: "Find" }).waitFor();
    await page.close();
  });

  it("takes at most three times the work with two thousand workers as with none", async () => {
    /** Processor time of the page's thread until something is there, s: whatever else the machine does. */
    const took = async (of: PagePool, sign: string) => {
      const page = await open("about:blank", { of });
      const workS = await workOf(page);
      await page.goto(`${of.url}/#workers`);
      await page.locator(sign).first().waitFor();
      const work = await workS();
      await page.close();
      return work;
    };
    const many: number[] = [];
    const none: number[] = [];
    const tooMuch = () => Math.min(...many) >= 3 * Math.min(...none);
    for (let turn = 0; turn < 2 || (turn < 12 && tooMuch()); turn++) {
      many[turn] = await took(pool, "table.workers tbody tr td");
      none[turn] = await took(empty, "text=No worker yet");
    }
    const said = `${many.join(", ")} s against ${none.join(", ")} s`;
    expect(Math.min(...many), said).toBeLessThan(3 * Math.min(...none));
    expect(Math.min(...none)).toBeGreaterThan(0.01);
  });

  it("scrolls through two thousand workers with as few rows and as little work as through 256", async () => {
    const page = await open("/#workers");
    await page.locator("table.workers tbody tr td").first().waitFor();
    /** Scrolls to and fro, a step for each frame; the most rows that were drawn at once, and the work of all steps, s. */
    const scrolled = async () => {
      const workS = await workOf(page);
      const rows: number = await page.evaluate(`new Promise((done) => {
        const place = document.querySelector(".scroll.long");
        place.scrollTop = 0;
        let [frames, by, most] = [0, 300, 0];
        const step = () => {
          frames += 1;
          const next = place.scrollTop + by;
          if (next < 0 || next > place.scrollHeight - place.clientHeight) by = -by;
          place.scrollTop += by;
          most = Math.max(most, place.querySelectorAll("tbody tr").length);
          if (frames < 60) requestAnimationFrame(step);
          else done(most);
        };
        requestAnimationFrame(step);
      })`);
      return { rows, work: await workS() };
    };
    const find = page.getByRole("searchbox", { name: "Find" });
    const many: number[] = [];
    const few: number[] = [];
    const tooMuch = () => Math.min(...many) >= 2 * Math.min(...few);
    for (let turn = 0; turn < 2 || (turn < 12 && tooMuch()); turn++) {
      for (const [works, text, found] of [
        [many, "", /^2,0\d\d of /],
        [few, crowded(0).slice(-10, -2), /^256 of /],
      ] as const) {
        await find.fill(text);
        await page.getByRole("status").filter({ hasText: found }).waitFor();
        const { rows, work } = await scrolled();
        expect(rows).toBeGreaterThan(20);
        expect(rows).toBeLessThan(80);
        works[turn] = work;
      }
    }
    const said = `${many.join(", ")} s against ${few.join(", ")} s`;
    expect(Math.min(...many), said).toBeLessThan(2 * Math.min(...few));
    expect(Math.min(...few)).toBeGreaterThan(0.01);
    await page.close();
  });

  it("is for everybody: every section, light and wide, dark and narrow", async () => {
    const page = await open(`/worker/${crowded(7)}#token=${OPERATOR_TOKEN}`);
    const faults: Record<string, unknown> = {};
    const look = async (section: string) => {
      await page.locator("main table, main p").first().waitFor();
      for (const { width, colorScheme, paper } of [
        { width: 1280, colorScheme: "light", paper: "rgb(255, 255, 255)" },
        { width: 390, colorScheme: "dark", paper: "rgb(20, 24, 31)" },
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const found = await axeFaults(page);
        if (JSON.stringify(found) !== "[]") faults[`${section} ${width}`] = found;
        const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect(beyond, `${section} ${width}`).toBeLessThanOrEqual(0);
        const style = "getComputedStyle(document.body).backgroundColor";
        expect(await page.evaluate(style), section).toBe(paper);
      }
    };
    await page.getByRole("heading", { name: "What is owed, and why" }).waitFor();
    await look("Worker");
    const sections = await page.locator("nav a").all();
    expect(sections.length).toBe(10);
    for (const link of sections) {
      const name = ((await link.textContent()) ?? "").replace(/\d+$/, "");
      await link.click();
      await page.getByRole("heading", { level: 1, name }).waitFor();
      await look(name);
    }
    expect(faults).toEqual({});
    await page.close();
  });

  it("is used by keyboard, in the time of whoever looks, and says what went wrong", async () => {
    const page = await browser.newPage({ timezoneId: "Asia/Kolkata" });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${pool.url}/#workers`);
    const find = page.getByRole("searchbox", { name: "Find" });
    await find.waitFor();
    // The way past the links stays in the section.
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Workers");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.type")).toBe("search");
    const head = page.getByRole("button", { name: "Paid" });
    await head.focus();
    await page.keyboard.press("Enter");
    const order = () => page.getByRole("columnheader", { name: "Paid" }).getAttribute("aria-sort");
    expect(await order()).toBe("descending");
    await page.keyboard.press("Enter");
    expect(await order()).toBe("ascending");
    // India is five and a half hours ahead, the whole year.
    await page.getByRole("link", { name: "Job runs" }).click();
    const time = page
      .getByRole("group", { name: /^Runs$/ })
      .locator("time")
      .first();
    const at = Date.parse((await time.getAttribute("datetime")) ?? "");
    const text = (offsetMinutes: number) =>
      new Date(at + 60_000 * offsetMinutes).toISOString().slice(0, 16).replace("T", " ");
    expect(await time.textContent()).toBe(`${text(0)} UTC`);
    await page.getByRole("button", { name: "Local time" }).click();
    expect(await time.textContent()).toBe(text(330));
    for (const work of ["throw new Error", "Promise.reject"]) {
      await page.evaluate(`setTimeout(() => { ${work}(${JSON.stringify(EVIL)}); })`);
      const said = page.getByRole("alert").filter({ hasText: EVIL });
      await said.waitFor();
      expect(await said.locator("img").count()).toBe(0);
      await said.evaluate((element) => element.remove());
    }
    await page.close();
  });

  it("shows quarantine and what runs said to the operator only", async () => {
    const page = await open("/#quarantine");
    await page.getByText("what they are is shown with the operator's token").waitFor();
    expect(await page.getByText("nothing</b>").count()).toBe(0);
    await page.getByLabel("Token").fill(OPERATOR_TOKEN);
    await page.getByRole("button", { name: "Use it in this tab" }).click();
    const pieces = await cells(page, /^Quarantine$/, ["begins with"]);
    expect(pieces).toEqual([[expect.stringContaining("<b>nothing</b>")]]);
    await page.getByRole("link", { name: "Job runs" }).click();
    const runs = await cells(page, /^Runs$/, ["job", "outcome", "said"]);
    expect(runs).toContainEqual(["import", "done", expect.stringContaining("files: ")]);
    await page.close();
  });

  it("shows what strangers wrote as text, wherever it stands", async () => {
    const page = await open(`/worker/${crowded(0)}#token=${OPERATOR_TOKEN}`);
    const shown = async (heading: string, times: number) => {
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      const main = page.locator("main");
      await eventually(async () => {
        expect((await main.textContent())?.split(EVIL).length, heading).toBe(times + 1);
      });
      expect(await main.locator("img, script, iframe").count(), heading).toBe(0);
    };
    // Its name, its region, and why its benchmark refused it.
    await shown("Worker", 3);
    // The reason of a hold, and who said so; counts, error and log of a run; an alert about it.
    for (const [section, times] of [
      ["Corrections", 2],
      ["Job runs", 3],
      ["Alerts", 1],
    ] as const) {
      await page.getByRole("link", { name: section }).click();
      await shown(section, times);
    }
    await page.getByRole("link", { name: "Workers" }).click();
    await page.getByRole("searchbox", { name: "Find" }).fill("onerror");
    // Regions are found, and not shown; its name is.
    await shown("Workers", 1);
    await page.close();
  });

  it("tells alerts that go on, in words to the operator only", async () => {
    const page = await open("/");
    await page.getByRole("link", { name: /alerts? goe?s? on$/ }).click();
    const about = await cells(page, /^Alerts that go on$/, ["what", "about"]);
    expect(about).toContainEqual(["The disk of the books is nearly full.", "disk"]);
    expect(await page.locator("main").textContent()).not.toContain("% of the disk are free");
    await page.goto(`${pool.url}/#token=${OPERATOR_TOKEN}`);
    await page.reload();
    await page.locator('nav a[href="/#alerts"] .badge').waitFor();
    await page.getByRole("link", { name: /^Alerts/ }).click();
    await page.getByText("% of the disk are free").waitFor();
    await page.close();
  });

  it("asks nobody else, runs nothing that is not its own, and has nothing to complain about", () => {
    expect(complaints).toEqual([]);
  });
});
