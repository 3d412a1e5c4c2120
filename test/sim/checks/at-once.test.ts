/**
 * Segments that nobody can see meanwhile are done within one event: the results are, to the last
 * bit, those of a run in which every step is an event of its own.
 */
import { expect, test } from "vitest";
import { FEATURES } from "../../support/sim/check-scenarios.js";
import { metric, run, scenario } from "../../support/sim/runs.js";

test.each(Object.entries(FEATURES))("%s: the same results step by step", (_, settings) => {
  const input = scenario(settings);
  const atOnce = run(input);
  expect(run(input, { atOnce: false })).toEqual(atOnce);
  // And something happened.
  expect(metric(atOnce, "network.segments")).toBeGreaterThan(500);
});
