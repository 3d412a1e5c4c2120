/** Short forms of the checks of the model against theory in `npm run test:statistics`. */
import { expect, test } from "vitest";
import {
  equilibriumUptime,
  keptThroughSpells,
  NEEDED_MS,
  shareOfAges,
} from "../../../scripts/model-checks.js";

test("workers are up in equilibrium from the start: a third of a short run", async () => {
  const { found, expected, holds } = await equilibriumUptime(2, 40);
  expect(holds).toBe(true);
  // Not up at the start, which would be 1.
  expect(found.ci95[1]).toBeLessThan(0.7);
  expect(expected).toBeCloseTo(1 / 3, 9);
}, 120_000);

test("sessions are kept through spells as alternating renewal says", async () => {
  const { found, holds } = await keptThroughSpells(2, 8);
  expect(holds).toBe(true);
  expect(found.ci95[1] - found.mean).toBeLessThan(0.35);
}, 120_000);

test("heavy tails: an hour of warm-up leaves an error that four mean residual lives do not", () => {
  const truth = shareOfAges(Number.POSITIVE_INFINITY);
  expect(Math.abs(shareOfAges(NEEDED_MS) / truth - 1)).toBeLessThan(0.01);
  expect(shareOfAges(3_600_000) / truth - 1).toBeGreaterThan(0.04);
});
