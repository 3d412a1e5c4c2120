/** How much the objective changes, by the shape of its replications. */
import { describe, expect, it } from "vitest";
import { makeKey, normalQuantile, uniform } from "../../../../src/core/random.js";
import { gammaQuantile } from "../../../../src/sim/experiment/statistics/gamma-quantile.js";
import { rareEventInterval } from "../../../../src/sim/experiment/statistics/rare-events.js";
import { studentTCritical } from "../../../../src/sim/experiment/statistics/student-t.js";
import {
  absoluteChange,
  type Change,
  relativeChange,
} from "../../../../src/sim/experiment/verdict/change.js";

const key = makeKey(1);
const evidence = { sessions: 2000, served: 400 };
const baseline = Array.from(
  { length: 10 },
  (_, index) => 1 + 0.1 * normalQuantile(uniform(key.k0, key.k1, index)),
);
/** −4.5 … 4.5 in some order: of no skewness. */
const noise = (index: number) => 0.01 * (((7 * index) % 10) - 4.5);
const change = (candidate: readonly number[], seen = evidence) =>
  relativeChange({ candidate, baseline }, { key, evidence: seen });
const ends = ({ ci95 }: Change) => ci95 ?? [Number.NaN, Number.NaN];

describe("the relative change", () => {
  it("has −m as an end exactly where the paired mean of candidate − (1 − m) × baseline is borderline", () => {
    const candidate = baseline.map((value, index) => 0.8 * value + noise(index));
    const found = change(candidate);
    expect(found.method).toBe("t");
    for (const end of ends(found)) {
      const rests = candidate.map((value, index) => value - (1 + end) * (baseline[index] ?? 0));
      const n = rests.length;
      const mean = rests.reduce((sum, rest) => sum + rest, 0) / n;
      const spread = Math.sqrt(rests.reduce((sum, rest) => sum + (rest - mean) ** 2, 0) / (n - 1));
      const t = studentTCritical({ degreesOfFreedom: n - 1 });
      expect(Math.abs(mean) / (spread / Math.sqrt(n))).toBeCloseTo(t, 9);
    }
  });

  it("of what is the same part of every replication is known but for what was never seen", () => {
    const found = change(baseline.map((value) => 0.5 * value));
    expect(found).toMatchObject({ method: "rare events", events: 0 });
    const [low, high] = ends(found);
    expect(low).toBeCloseTo(-0.5 - (0.5 * 3.689) / 400, 4);
    expect(high).toBeCloseTo(-0.5 + (0.5 * 3.689) / 400, 4);
  });

  it("of identical replications is the rule of three over the sessions in question", () => {
    const [low, high] = ends(change(baseline));
    expect(high).toBeCloseTo(3.689 / 400, 4);
    expect(low).toBeCloseTo(-3.689 / 400, 4);
    const few = ends(change(baseline, { sessions: 2000, served: 20 }));
    expect(few[1]).toBeCloseTo(3.689 / 20, 3);
    const pool = ends(
      relativeChange(
        { candidate: baseline, baseline },
        { key, evidence: { sessions: 100, served: null } },
      ),
    );
    expect(pool[1]).toBeCloseTo((2 * 3.689) / 100, 4);
  });

  it("takes the rounding of wei for nothing", () => {
    const rounded = baseline.map((value, index) => value + (index % 3) * 1e-15);
    expect(change(rounded).events).toBe(0);
  });

  it("of a few losses is wide on the side where more of them may hide", () => {
    const candidate = baseline.map((value, index) => (index === 4 ? value / 2 : value));
    const found = change(candidate);
    expect(found).toMatchObject({ method: "rare events", events: 1 });
    const [low, high] = ends(found);
    expect(low).toBeLessThan(-0.25); // Garwood: up to 5.6 events of 0.05
    expect(high).toBeGreaterThan(0);
  });

  it("of skewed differences reaches further to the side of the long tail than Student's t", () => {
    const candidate = baseline.map((value, index) => value - 0.01 * 1.7 ** index);
    const found = change(candidate);
    expect(found.method).toBe("bootstrap-t");
    const { mean } = found;
    const [low, high] = ends(found);
    expect((mean ?? 0) - low).toBeGreaterThan(1.5 * (high - (mean ?? 0)));
  });

  it("has no interval with one replication", () => {
    const one = relativeChange({ candidate: [2], baseline: [1] }, { key, evidence });
    expect(one).toMatchObject({ mean: 1, ci95: null, n: 1 });
  });
});

it("the absolute change is the paired difference, with the same care", () => {
  const absolute = (candidate: readonly number[]) =>
    absoluteChange({ candidate, baseline }, { key, evidence });
  const shifted = absolute(baseline.map((value, index) => value - 2 + noise(index)));
  expect(shifted.mean).toBeCloseTo(-2, 1);
  expect(shifted.method).toBe("t");
  const same = absolute(baseline);
  expect(same).toMatchObject({ mean: 0, events: 0 });
  expect(ends(same)[1]).toBeGreaterThan(0.009);
});

describe("rare events", () => {
  it("are bounded as single Poisson counts are (Garwood)", () => {
    // 95 %: 0 → 0 … 3.6889, 1 → 0.0253 … 5.5716, 10 → 4.7954 … 18.3904
    const bounds = (events: number) =>
      rareEventInterval(
        [...new Array<number>(events).fill(-40), ...new Array<number>(40 - events).fill(0)],
        0,
      );
    expect(rareEventInterval(new Array<number>(40).fill(0), 1)[1]).toBeCloseTo(3.6889, 4);
    expect(bounds(1)[0]).toBeCloseTo(-5.5716, 4);
    expect(bounds(1)[1]).toBeCloseTo(-0.0253, 4);
    expect(bounds(10)[0]).toBeCloseTo(-18.3904, 4);
    expect(bounds(10)[1]).toBeCloseTo(-4.7954, 4);
  });

  it("need gamma quantiles: those of chi-squared over 2", () => {
    expect(2 * gammaQuantile(0.95, 0.5)).toBeCloseTo(3.841459, 6);
    expect(2 * gammaQuantile(0.025, 5)).toBeCloseTo(3.246973, 6);
    expect(2 * gammaQuantile(0.975, 50)).toBeCloseTo(129.561197, 6);
    expect(() => gammaQuantile(1, 1)).toThrow(/probability/);
    expect(() => gammaQuantile(0.5, 0)).toThrow(/shape/);
  });
});
