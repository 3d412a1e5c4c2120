/** The short form of `npm run test:kill`, the part of what an operator does by hand. */
import { expect, test } from "vitest";
import { killProcedures } from "../../support/books/procedure-kill-runs.js";

test("killed at any instant of any procedure: nobody is paid twice, nothing is lost", async ({
  signal,
}) => {
  const lines: string[] = [];
  const options = { rounds: 1, seed: 20_261_129, killShare: 0.6, withIncome: false, signal };
  const { kills, wrong } = await killProcedures({
    ...options,
    log: (line) => lines.push(line),
  });
  expect(wrong, lines.join("\n")).toEqual([]);
  // How many hit depends on how fast the machine is; that some do, does not.
  expect(kills, lines.join("\n")).toBeGreaterThan(0);
});
