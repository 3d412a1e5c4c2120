/** Debian's Chromium, for tests of pages: no network, a profile of its own. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";

/** Why no page can be tried here; null where one can. */
export const noBrowser: string | null = existsSync(EXECUTABLE)
  ? null
  : `${EXECUTABLE} is not here (Debian: apt-get install chromium)`;

/** What is waited for in a page comes sooner or later: how soon depends on the machine. */
export const PATIENCE_MS = 120_000;

/** Starts it; to be closed by who starts it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    timeout: PATIENCE_MS,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
