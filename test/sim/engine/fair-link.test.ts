import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import { drawExponential } from "../../../src/sim/engine/distributions.js";
import { FairLink, transferEnds } from "../../../src/sim/engine/fair-link.js";

/** The same by small steps: at each step every transfer under way gets its equal part. */
function byFluid(mbps: number, begins: readonly number[], megabits: readonly number[]): number[] {
  const left = [...megabits];
  const ends = begins.map(() => 0);
  let nowMs = Math.min(...begins);
  for (;;) {
    const active = left.flatMap((rest, index) =>
      (begins[index] ?? 0) <= nowMs && rest > 0 ? [index] : [],
    );
    const coming = begins.filter((atMs) => atMs > nowMs);
    if (active.length === 0 && coming.length === 0) return ends;
    const rate = active.length === 0 ? 0 : mbps / 1000 / active.length;
    const soonest = Math.min(...active.map((index) => (left[index] ?? 0) / rate));
    const stepMs = Math.min(soonest, Math.min(...coming) - nowMs);
    for (const index of active) {
      const rest = (left[index] ?? 0) - stepMs * rate;
      left[index] = rest < 1e-9 ? 0 : rest;
      if (left[index] === 0) ends[index] = nowMs + stepMs;
    }
    nowMs += stepMs;
  }
}

describe("transfers that share a link", () => {
  test("alone at full speed, two at half, and what one leaves the other gets", () => {
    // 10 megabits at 10 Mbit/s: a second alone.
    expect(transferEnds(10, [0], [10])).toEqual([1000]);
    expect(transferEnds(10, [0, 0], [10, 10])).toEqual([2000, 2000]);
    // The second begins when half of the first is done: 500 + 2 × 500, then the rest alone.
    expect(transferEnds(10, [0, 500], [10, 10])).toEqual([1500, 2000]);
    expect(transferEnds(10, [0, 0], [2, 10])).toEqual([400, 1200]);
    expect(transferEnds(10, [5000, 0], [10, 10])).toEqual([6000, 1000]);
  });

  test("as if time went by in small steps", () => {
    const transfer = fc.record({
      at: fc.integer({ min: 0, max: 5000 }),
      megabits: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(transfer, { minLength: 1, maxLength: 12 }), (transfers) => {
        const begins = transfers.map(({ at }) => at);
        const megabits = transfers.map(({ megabits: size }) => size);
        const expected = byFluid(8, begins, megabits);
        for (const [index, end] of transferEnds(8, begins, megabits).entries()) {
          expect(Math.abs(end - (expected[index] ?? 0))).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("nothing is carried faster than the link, and nothing is lost", () => {
    const begins = Array.from({ length: 500 }, (_, index) => 3000 * uniform(1, 2, index));
    const ends = transferEnds(
      4,
      begins,
      begins.map(() => 1),
    );
    // Busy from the first on: 500 megabits at 4 Mbit/s.
    expect(Math.max(...ends) - Math.min(...begins)).toBeCloseTo(125_000, 3);
  });

  test("M/M/1 with processor sharing: a transfer takes its time alone ÷ (1 − load) on average", () => {
    const count = 60_000;
    const { k0, k1 } = makeKey(4);
    let atMs = 0;
    const begins: number[] = [];
    const megabits: number[] = [];
    for (let index = 0; index < count; index++) {
      atMs += drawExponential(2000, uniform(k0, k1, 2 * index));
      begins.push(atMs);
      megabits.push(drawExponential(1, uniform(k0, k1, 2 * index + 1)));
    }
    // 1 s alone on average, one every 2 s: load 1/2, so 2 s.
    const times = transferEnds(1, begins, megabits).map((end, index) => end - (begins[index] ?? 0));
    const batches = Array.from({ length: 60 }, (_, batch) => {
      const part = times.slice(batch * 1000, (batch + 1) * 1000);
      return part.reduce((sum, ms) => sum + ms, 0) / part.length;
    });
    const mean = batches.reduce((sum, ms) => sum + ms, 0) / batches.length;
    const variance = batches.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / (batches.length - 1);
    expect(Math.abs(mean - 2000)).toBeLessThan(4 * Math.sqrt(variance / batches.length));
  });

  test("broken off, nothing ends any more", () => {
    const link = new FairLink(10);
    link.begin(0, 10, 7);
    link.begin(0, 20, 8);
    expect(link.underWay()).toEqual([7, 8]);
    link.clear();
    expect(link.nextEndMs).toBe(Number.POSITIVE_INFINITY);
    link.begin(5000, 10, 9);
    expect([link.nextEndMs, link.end(), link.size]).toEqual([6000, 9, 0]);
  });
});
