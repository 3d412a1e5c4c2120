/**
 * Makes the picture of README.md: the page of the advice that `npm start` gives, as a browser shows it
 * (`npm run docs:picture`). From a result that was kept: `-- advice.json`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noBrowser } from "../test/support/browser.js";
import { Pages } from "../test/support/pages.js";

const PICTURE = "docs/report.png";
const BYTES_MAX = 200_000;

if (noBrowser !== null) throw new Error(noBrowser);
const [result, picture = PICTURE, width = "1280"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "poolsim-picture-"));
const pages = await Pages.start();
try {
  const html = join(folder, "report.html");
  const command =
    result === undefined
      ? ["advise", "scenarios/twelve-workers.yaml", "--quiet", "--html", html]
      : ["report", result, "--html", html];
  execFileSync(process.execPath, ["dist/cli/main.js", ...command], { stdio: "pipe" });
  const { page } = await pages.open(readFileSync(html, "utf8"), { width: Number(width) });
  writeFileSync(picture, await page.screenshot({ fullPage: picture !== PICTURE }));
  if (statSync(picture).size > BYTES_MAX && picture === PICTURE) {
    throw new Error(`${picture} has more than ${BYTES_MAX} bytes`);
  }
} finally {
  await pages.close();
  rmSync(folder, { recursive: true });
}
