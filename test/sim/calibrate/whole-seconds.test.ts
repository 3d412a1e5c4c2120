/** Times of whole seconds, as nodes write them (E-7): what they tell is right, and what they do not is left open. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  calibratedBack,
  KINDS,
  kindScenario,
  recordedPast,
} from "../../../scripts/calibration-workers.js";
import { calibrateWorkers } from "../../../src/sim/calibrate/calibrate-workers.js";
import { fitUptime } from "../../../src/sim/calibrate/fits/uptime-fit.js";
import { scenarioOf, workersFragment } from "../../../src/sim/calibrate/fragment.js";
import { pastDemand } from "../../../src/sim/calibrate/past-demand.js";
import type { PoolPast } from "../../../src/sim/calibrate/readers/pool-events.js";
import { scenarioSchema } from "../../../src/sim/scenario/schema.js";
import { pastOfJobs } from "../../support/sim/past-of-jobs.js";
import { scenario } from "../../support/sim/runs.js";

function back(name: string, hours: number, seed: number) {
  const kind = KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new Error(name);
  const options = { seed, isCoarse: true };
  const past = recordedPast(scenario(kindScenario(kind, hours)), options);
  return calibratedBack(kind, past, options);
}

describe("a worker with slow spells, in three hours of whole seconds", () => {
  const { findings, fit } = back("spells", 3, 303);

  it("has their depth in its interval, and no slow-down for what spells do", () => {
    const extra = findings.find(({ parameter }) => parameter === "spells: extra")?.found;
    expect(extra?.low).toBeLessThan(1);
    expect(extra?.high).toBeGreaterThan(1);
    expect(extra?.value).toBeCloseTo(1, 1);
    expect(fit.curve.length).toBeGreaterThan(1);
    for (const { factor } of fit.curve) expect(factor.low).toBeLessThanOrEqual(1);
  });

  it("becomes a worker whose sessions do not differ once more than its segments do", () => {
    expect(fit.sessionCv).toBeNull();
    expect(workersFragment([fit])).toContain("    sessionCv: 0 # ");
  });
});

it("a slow-down that is hardly known is not told for certain", () => {
  const { fit } = back("fast", 1.5, 1);
  const open = fit.curve.slice(1).filter(({ factor }) => factor.high < 1.001);
  expect(fit.curve.length).toBeGreaterThan(1);
  expect(open).toEqual([]);
});

describe("a worker on a shared link, in three hours of whole seconds", () => {
  it("has an interval that reaches over what begins later, and says so", () => {
    const { findings, fit } = back("uplink", 3, 303);
    expect(fit.notes.join()).toContain("what begins later slows a segment too");
    for (const { parameter, value, found } of findings) {
      if (!parameter.startsWith("slowdown")) continue;
      expect(found?.low).toBeLessThan(value);
      expect(found?.high).toBeGreaterThan(value);
    }
  });

  it("is not taken for one whose load slows", () => {
    expect(back("loaded", 2, 303).fit.notes.join()).not.toContain("what begins later");
  });
});

describe("response times that cannot be", () => {
  const fitOf = (past: PoolPast) => calibrateWorkers([], past).workers[0];

  it("of an hour among others leave figures that are numbers", () => {
    const fit = fitOf(pastOfJobs(900, (index) => (index % 100 === 0 ? 3_600_000 : 300)));
    expect(fit?.aloneMs.value).toBeGreaterThan(0);
    expect(fit?.noiseCv?.value).toBeGreaterThan(0);
    for (const { factor } of fit?.curve ?? []) {
      expect(factor.value).toBeGreaterThanOrEqual(1);
      expect(factor.high < 1000 || factor.high === Number.POSITIVE_INFINITY).toBe(true);
    }
  });

  it("all told as 0 (E-14) are said to be", () => {
    const past = pastOfJobs(900, () => 0);
    expect(() => calibrateWorkers([], past)).toThrow(/900 .*told as 0 \(E-14\)/);
  });

  it("of segments that are told to last no time leave a scenario that holds", () => {
    const past = pastOfJobs(900, (index) => 300 + (index % 7), 0);
    const { workers } = calibrateWorkers([], past);
    const place = { name: "a", region: "FRA", stakeShare: 0.05 };
    const known = { ai: { fits: [], past: past.ai }, demand: pastDemand(past) };
    const text = scenarioOf(workers, place, known);
    expect(text).not.toContain("NaN");
    expect(() => scenarioSchema.parse(parse(text))).not.toThrow();
  });
});

it("a worker that hangs is not taken for one that fails because seconds are rounded", () => {
  const startMs = Date.UTC(2026, 1, 1);
  const jobs = Array.from({ length: 43_200 }, (_, index) => ({
    atMs: startMs + 2000 * index,
    responseMs: 300,
    durationMs: 2000,
    pixels: 1,
  }));
  // Back within 90 s each time (O-14), and once after 89.6 s: from 0.7 s to 90.3 s, which are 90 whole ones.
  const comings = [30_000, 55_000, 89_600, 40_000, 61_000].flatMap((ms, index) => {
    const goneMs = startMs + 3_600_000 * (index + 1) + 700;
    return [
      { atMs: goneMs, isUp: false, connection: "a" },
      { atMs: goneMs + ms, isUp: true, connection: "a" },
    ];
  });
  const first = { atMs: startMs, isUp: true, connection: "a" };
  const whole = [first, ...comings].map((one) => ({
    ...one,
    atMs: 1000 * Math.floor(one.atMs / 1000),
  }));
  const untilMs = startMs + 86_400_000;
  const found = fitUptime(whole, untilMs, jobs);
  const exact = fitUptime([first, ...comings], untilMs, jobs);
  // Which segments came while one was waited for differs by a second.
  expect(found?.hangs?.value).toBeCloseTo(exact?.hangs?.value ?? 0, 7);
  expect(found?.hangs?.value).toBeGreaterThan(0);
  expect(found?.uptime.upMs).toBeNull();
});
