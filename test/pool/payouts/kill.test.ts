/** The short form of `npm run test:kill`, payouts' part: each fault once. */
import { expect, test } from "vitest";
import { FAULTS } from "../../support/chain/kill-faults.js";
import { killPayouts } from "../../support/chain/payouts-kill-runs.js";

test("killed at any instant: nothing is lost, nothing is paid twice, the books are right", async ({
  signal,
}) => {
  const lines: string[] = [];
  const { runs, inWindow, wrong } = await killPayouts({
    runs: FAULTS.length,
    seed: 20_261_120,
    log: (line) => lines.push(line),
    signal,
  });
  expect(wrong, lines.join("\n")).toEqual([]);
  expect(inWindow / runs, lines.join("\n")).toBeGreaterThanOrEqual(0.3);
});
