/** The short form of `npm run test:kill`, the import's part. */
import { expect, test } from "vitest";
import { killImports } from "./kill-runs.js";

test("killed at any instant of an import: nothing is lost, nothing counts twice", async () => {
  const lines: string[] = [];
  const { inWindow, wrong } = await killImports({
    runs: 25,
    seed: 20_261_121,
    log: (line) => lines.push(line),
  });
  expect(wrong, lines.join("\n")).toEqual([]);
  expect(inWindow, lines.join("\n")).toBeGreaterThan(0);
}, 300_000);
