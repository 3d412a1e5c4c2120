/**
 * Makes the picture of README.md that shows a pool's page (docs/page.png): a demo pool as `pool init`
 * writes it, kept by `pool up`, as a browser shows it (`npm run docs:page-picture`). Other pictures:
 * `-- <file> [path] [width] [light|dark]`.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noBrowser, startBrowser } from "../test/support/browser.js";

const PICTURE = "docs/page.png";
const BYTES_MAX = 200_000;
const MAIN = "dist/cli/main.js";
const WAIT_MS = 60_000;

if (noBrowser !== null) throw new Error(noBrowser);
const [picture = PICTURE, path = "/", width = "1280", scheme = "light"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "poolsim-page-picture-"));
const demo = join(folder, "demo");
execFileSync(process.execPath, [MAIN, "pool", "init", demo, "--demo"], { stdio: "pipe" });
const config = join(demo, "pool.yaml");
writeFileSync(config, readFileSync(config, "utf8").replace("port: 8080", "port: 0"));
const log = join(folder, "log");
const up = spawn(process.execPath, [MAIN, "pool", "up", config], {
  stdio: ["ignore", openSync(log, "w"), "inherit"],
});
const browser = await startBrowser();
try {
  const url = await found(/"url":"([^"]+)"/);
  await found(/"job":"import".*("outcome":"done")/);
  const page = await browser.newPage({
    viewport: { width: Number(width), height: 870 },
    colorScheme: scheme === "dark" ? "dark" : "light",
  });
  await page.goto(`${url}${path}`);
  await page.locator("main table, .plot svg").first().waitFor();
  // Figures are counted in the background.
  await page.locator("main .warning:not(.alerts)").waitFor({ state: "detached" });
  await sleep(2_000);
  await page.reload();
  await page.locator("main table, .plot svg").first().waitFor();
  await sleep(500);
  writeFileSync(picture, await page.screenshot({ fullPage: picture !== PICTURE }));
  if (picture === PICTURE && statSync(picture).size > BYTES_MAX) {
    throw new Error(`${picture} has more than ${BYTES_MAX} bytes`);
  }
} finally {
  await browser.close();
  up.kill("SIGTERM");
  await new Promise((resolve) => up.once("exit", resolve));
  rmSync(folder, { recursive: true });
}

/** Waits until the log says something. */
async function found(pattern: RegExp): Promise<string> {
  for (const until = Date.now() + WAIT_MS; Date.now() < until; await sleep(100)) {
    const [, text] = pattern.exec(readFileSync(log, "utf8")) ?? [];
    if (text !== undefined) return text;
  }
  throw new Error(`the log never said ${pattern.source}`);
}
