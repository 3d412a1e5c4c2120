import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../src/core/random.js";
import { chancesOf, sessionsSeen } from "../../../src/sim/calibrate/fits/at-a-time.js";
import { fitLive } from "../../../src/sim/calibrate/fits/live-fit.js";
import { neverFalling } from "../../../src/sim/calibrate/fits/monotone.js";
import { findSpells } from "../../../src/sim/calibrate/fits/spells-fit.js";
import { fitUptime } from "../../../src/sim/calibrate/fits/uptime-fit.js";
import type { DeliveredJob } from "../../../src/sim/calibrate/readers/pool-events.js";

const job = (beginMs: number, responseMs: number): DeliveredJob => ({
  atMs: beginMs + responseMs,
  responseMs,
  durationMs: 2000,
  pixels: 1,
});
const sorted = (jobs: readonly DeliveredJob[]) => [...jobs].sort((a, b) => a.atMs - b.atMs);

describe("segments at a time", () => {
  it("are those that had begun and were not over, however long others take", () => {
    const part = fc.record({ begin: fc.nat(5000), response: fc.integer({ min: 1, max: 3000 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), (parts) => {
        // Odd times: none of whole seconds, no two begin together.
        const jobs = sorted(
          parts.map(({ begin, response }, index) => job(1001 + 40 * begin + index, response)),
        );
        const begins = jobs.map(({ atMs, responseMs }) => atMs - responseMs);
        const counted = jobs.map(
          (_, index) =>
            1 +
            jobs.filter(
              ({ atMs }, other) =>
                other !== index &&
                (begins[other] ?? 0) < (begins[index] ?? 0) &&
                atMs > (begins[index] ?? 0),
            ).length,
        );
        const found = chancesOf(jobs).map((own) => 1 + own.indexOf(Math.max(...own)));
        expect(found).toEqual(counted);
      }),
    );
  });

  it("of whole seconds are chances that add up to 1, and are right on average", () => {
    const { k0, k1 } = makeKey(5);
    const exact = sorted(
      Array.from({ length: 4000 }, (_, index) => {
        const begin = 700 * 4000 * uniform(k0, k1, 2 * index);
        return job(Math.round(begin), Math.round(200 + 900 * uniform(k0, k1, 2 * index + 1)));
      }),
    );
    const coarse = exact.map((one) => ({ ...one, atMs: 1000 * Math.floor(one.atMs / 1000) }));
    const mean = (jobs: readonly DeliveredJob[]) =>
      chancesOf(jobs).reduce(
        (sum, own) => sum + own.reduce((all, chance, k) => all + chance * (k + 1), 0),
        0,
      ) / jobs.length;
    for (const own of chancesOf(coarse).slice(0, 100)) {
      expect(own.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
    }
    expect(mean(coarse) / mean(exact)).toBeCloseTo(1, 1);
  });

  it("sessions are seconds of video in a second", () => {
    const three = [0, 300, 900].flatMap((offset) =>
      Array.from({ length: 300 }, (_, index) => job(offset + 2000 * index, 100)),
    );
    expect(sessionsSeen(sorted(three))).toBe(3);
    expect(sessionsSeen([job(0, 100)])).toBe(1);
  });
});

describe("a sequence that never falls", () => {
  it("is the values themselves where they do not, and else their mean", () => {
    expect(neverFalling([1, 2, 3], [1, 1, 1])).toEqual([1, 2, 3]);
    expect(neverFalling([1, 3, 2], [1, 1, 3])).toEqual([1, 2.25, 2.25]);
    expect(neverFalling([3, 2, 1], [1, 1, 1])).toEqual([2, 2, 2]);
  });
});

describe("slow spells", () => {
  const { k0, k1 } = makeKey(9);
  const noise = (index: number) => 0.15 * normalQuantile(uniform(k0, k1, index));
  const series = (isSlow: (minute: number) => boolean) =>
    Array.from({ length: 30_000 }, (_, index) => ({
      atMs: 1000 * index,
      log: noise(index) + (isSlow(Math.floor(index / 60)) ? Math.log(1.5) : 0),
    }));

  it("are found with their length and depth", () => {
    // Every hour for five minutes.
    const found = findSpells(series((minute) => minute % 60 >= 30 && minute % 60 < 35));
    expect(found?.fit.count).toBe(8);
    expect((found?.fit.length.value ?? 0) / 300_000).toBeCloseTo(1, 1);
    expect(found?.fit.extra.value).toBeCloseTo(0.5, 1);
    expect(found?.fit.extra.low).toBeLessThan(0.5);
    expect(found?.fit.extra.high).toBeGreaterThan(0.5);
  });

  it("are not found in noise", () => {
    expect(findSpells(series(() => false))).toBeNull();
  });
});

it("a worker that is never alone has a time alone, which is said to be extrapolated", () => {
  const { k0, k1 } = makeKey(8);
  // Three sessions, segments of 2 s that take 2.3 s: each begins with others under way, the first but one.
  const jobs = sorted(
    Array.from({ length: 900 }, (_, index) =>
      job(7 + 667 * index, 2300 + Math.round(40 * uniform(k0, k1, index))),
    ).slice(3),
  ).slice(3);
  const past = { address: "a", region: "FRA", jobs, comings: [], lostAtMs: [] };
  const ai = { models: [], fromMs: 0, toMs: 0, unattributed: 0 };
  const none = { ai, unattributed: 0, silent: [] };
  const options = { workers: [past], fromMs: 0, toMs: 700_000, ...none };
  const fit = fitLive(past, options);
  expect(fit?.aloneMs.value).toBeGreaterThan(2000);
  expect(fit?.aloneMs.value).toBeLessThan(2400);
  for (const { factor } of fit?.curve ?? []) expect(factor.value).toBeGreaterThanOrEqual(1);
});

describe("up and down", () => {
  const MINUTE_MS = 60_000;
  const coming = (minutes: number, isUp: boolean) => ({
    atMs: minutes * MINUTE_MS,
    isUp,
    connection: "a",
  });

  /** Comes and goes: up for so long, then away for so long, in minutes. */
  const periods = (all: readonly (readonly [up: number, away: number])[]) => {
    let minutes = 0;
    return all.flatMap(([up, away]) => {
      const since = minutes;
      minutes += up + away;
      return [coming(since, true), coming(since + up, false)];
    });
  };

  it("tell a worker that was thrown out from one that failed", () => {
    const thrownOut = Array.from({ length: 8 }, () => [60, 0.75] as const);
    const comings = [...periods([...thrownOut, [60, 10], [60, 12], [60, 0]]).slice(0, -1)];
    const jobs = Array.from({ length: 2000 }, (_, index) => job(19_000 * index, 300));
    const found = fitUptime(comings, 688 * MINUTE_MS, jobs);
    expect(found?.uptime.disconnects).toBe(10);
    // Absences of 10 and 12 min, of which the first 1.5 min say nothing.
    expect(found?.uptime.downMs?.value).toBeCloseTo(9.5 * MINUTE_MS, 0);
    // Of the eight short ones hardly any was a failure.
    expect((found?.hangs?.value ?? 0) * 2000).toBeGreaterThan(7.5);
    expect((found?.hangs?.value ?? 0) * 2000).toBeLessThan(8.1);
    expect(found?.uptime.upMs?.value).toBeGreaterThan(0.85 * 330 * MINUTE_MS);
    expect(found?.uptime.upMs?.value).toBeLessThan(330 * MINUTE_MS);
  });

  it("take short absences of one that fails often for failures", () => {
    const fails = Array.from({ length: 30 }, (_, index) => [4, 0.2 + 0.4 * index] as const);
    const found = fitUptime(periods(fails), 300 * MINUTE_MS, [job(0, 300)]);
    expect(found).toMatchObject({ hangs: null, explained: 4, uptime: { disconnects: 30 } });
    expect(found?.uptime.upMs?.value).toBeCloseTo(4 * MINUTE_MS, 0);
  });

  it("count no segment that nobody could have seen hanging", () => {
    const jobs = Array.from({ length: 100 }, (_, index) => job(60_000 + 100 * index, 50));
    const comings = [coming(0, true), coming(1.15, false), coming(1.9, true)];
    // All that came in the 8 s before the disconnect, for which it waited.
    const found = fitUptime(comings, 60 * MINUTE_MS, jobs);
    expect(found?.hangs?.value).toBeCloseTo(1 / (100 - 80 + 1), 2);
  });

  it("say nothing of one that never left", () => {
    const found = fitUptime([coming(0, true)], 60 * MINUTE_MS, []);
    expect(found).toMatchObject({
      hangs: null,
      uptime: { disconnects: 0, upMs: null, downMs: null },
    });
    expect(fitUptime([], 0, [])).toBeNull();
  });
});
