/** The short form of `npm run test:kill`, the import's part. */
import { expect, test } from "vitest";
import { killImports } from "../../../support/books/import-kill-runs.js";

test("killed at any instant of an import: nothing is lost, nothing counts twice", async ({
  signal,
}) => {
  const lines: string[] = [];
  const { runs, inWindow, wrong } = await killImports({
    runs: 8,
    seed: 20_261_121,
    log: (line) => lines.push(line),
    signal,
  });
  expect(wrong, lines.join("\n")).toEqual([]);
  expect(inWindow / runs, lines.join("\n")).toBeGreaterThanOrEqual(0.3);
});
