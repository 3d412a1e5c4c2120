import { describe, expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { Alternating } from "../../../src/sim/engine/alternating.js";

const HOUR_MS = 3_600_000;

/** Share of time up over a run, from the changes themselves. */
function shareUp(uptime: Alternating, untilMs: number): number {
  let up = 0;
  for (let time = 0; time < untilMs; ) {
    const next = Math.min(untilMs, uptime.nextChange(time));
    if (uptime.isOn(time)) up += next - time;
    time = next;
  }
  return up / untilMs;
}

describe("alternating exponential periods in equilibrium", () => {
  test.each([0.35, 0.9, 0.98])("availability %f over a long time", (availability) => {
    const meanDownMs = 0.2 * HOUR_MS;
    const untilMs = 40_000 * HOUR_MS;
    const share = shareUp(Alternating.withShare(availability, meanDownMs, makeKey(5)), untilMs);
    // Variance of the share over a time T: 2 A (1 − A) τ ÷ T with τ = (1 − A) up = A down.
    const deviation = Math.sqrt(
      (2 * availability * availability * (1 - availability) * meanDownMs) / untilMs,
    );
    expect(Math.abs(share - availability)).toBeLessThan(5 * deviation);
  });

  test("at time 0 as often up as at any time", () => {
    let up = 0;
    let upLater = 0;
    for (let run = 0; run < 4000; run++) {
      const uptime = Alternating.withShare(0.8, HOUR_MS, makeKey(6, run));
      if (uptime.isOn(0)) up++;
      if (uptime.isOn(5 * HOUR_MS)) upLater++;
    }
    const limit = 5 * Math.sqrt(0.8 * 0.2 * 4000);
    expect(Math.abs(up - 3200)).toBeLessThan(limit);
    expect(Math.abs(upLater - 3200)).toBeLessThan(limit);
  });

  test("periods down last as long as stated", () => {
    let down = 0;
    let total = 0;
    const uptime = Alternating.withShare(0.5, HOUR_MS, makeKey(8));
    for (let time = uptime.nextChange(0); time < 19_000 * HOUR_MS; ) {
      const next = uptime.nextChange(time);
      if (!uptime.isOn(time)) {
        down++;
        total += next - time;
      }
      time = next;
    }
    expect(Math.abs(total / down / HOUR_MS - 1)).toBeLessThan(5 / Math.sqrt(down));
  });
});

test("the answer does not depend on what was asked before", () => {
  const make = () => Alternating.withShare(0.6, HOUR_MS, makeKey(9));
  const asked = make();
  for (let index = 0; index < 500; index++) {
    const time = uniform(1, 2, index) * 20 * HOUR_MS;
    expect(asked.isOn(time)).toBe(make().isOn(time));
  }
});

test("a state lasts from the last change to the next one", () => {
  const uptime = Alternating.withShare(0.6, HOUR_MS, makeKey(9));
  for (let index = 0; index < 500; index++) {
    const time = uniform(1, 3, index) * 20 * HOUR_MS;
    const [from, until] = [uptime.lastChange(time), uptime.nextChange(time)];
    const isOn = uptime.isOn(time);
    expect(from <= time && time < until).toBe(true);
    for (const other of [from, (from + until) / 2]) expect(uptime.isOn(other)).toBe(isOn);
    expect(uptime.isOn(until)).toBe(!isOn);
    if (from > 0) expect(uptime.isOn(from - 1e-3)).toBe(!isOn);
  }
});

test("always or never up", () => {
  expect(Alternating.withShare(1, HOUR_MS, makeKey(1)).isOn(5)).toBe(true);
  expect(Alternating.withShare(0, HOUR_MS, makeKey(1)).isOn(5)).toBe(false);
  expect(Alternating.withShare(1, HOUR_MS, makeKey(1)).nextChange(0)).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("what is long past is forgotten, and what is kept is the same", () => {
  const asked = Alternating.withShare(0.6, HOUR_MS, makeKey(9));
  for (let time = 0; time < 3000 * HOUR_MS; time += HOUR_MS / 4) asked.isOn(time);
  const fresh = Alternating.withShare(0.6, HOUR_MS, makeKey(9));
  for (let back = 0; back <= 600_000; back += 60_000) {
    const time = 3000 * HOUR_MS - HOUR_MS / 4 - back;
    expect(asked.isOn(time)).toBe(fresh.isOn(time));
    expect(asked.nextChange(time)).toBe(fresh.nextChange(time));
  }
  expect(() => asked.isOn(0)).toThrow(/long past/);
});
