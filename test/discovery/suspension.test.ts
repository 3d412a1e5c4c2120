import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Suspender, type SuspensionPolicy } from "../../src/discovery/suspension.js";

/** Suspends at `count`, `times` over, and queries after each of the next `refreshes`. */
function timeline(
  policy: SuspensionPolicy,
  {
    penalty,
    count,
    refreshes,
    times = 1,
  }: { penalty: number; count: number; refreshes: number; times?: number },
): number[] {
  const suspender = new Suspender(policy);
  for (let refresh = 0; refresh < count; refresh += 1) suspender.signalRefresh();
  for (let time = 0; time < times; time += 1) suspender.suspend(7, penalty);
  return Array.from({ length: refreshes }, () => {
    suspender.signalRefresh();
    return suspender.suspended(7);
  });
}

describe("absolute penalties, as video pools have them", () => {
  it.each([
    ["untrusted, any size", { penalty: 1, count: 1 }, [0]],
    ["trusted, size 9", { penalty: 2, count: 1 }, [2, 0]],
    ["trusted, size 20, early", { penalty: 3, count: 1 }, [3, 3, 0]],
    ["trusted, size 20, at 2", { penalty: 3, count: 2 }, [3, 0]],
    ["trusted, size 20, at 3", { penalty: 3, count: 3 }, [0]],
    ["trusted, size 50, early", { penalty: 7, count: 1 }, [7, 7, 7, 7, 7, 7, 0]],
    ["trusted, size 50, at 5", { penalty: 7, count: 5 }, [7, 7, 0]],
    ["trusted, size 50, late", { penalty: 7, count: 8 }, [0]],
    ["untrusted, three renditions lost (S-8)", { penalty: 1, count: 1, times: 3 }, [3, 3, 0]],
    ["untrusted, the same late", { penalty: 1, count: 5, times: 3 }, [0]],
  ])("S-2 … S-7, timeline of section 9: %s", (_, given, values) => {
    expect(timeline("absolute", { ...given, refreshes: values.length })).toEqual(values);
  });

  it("S-3: at equality it is still suspended, and an entry that ran out is dropped when asked for", () => {
    const suspender = new Suspender();
    suspender.suspend(1, 1);
    suspender.signalRefresh();
    expect([suspender.suspended(1), suspender.size]).toEqual([1, 1]);
    suspender.signalRefresh();
    expect(suspender.size).toBe(1);
    expect([suspender.suspended(1), suspender.size]).toEqual([0, 0]);
  });

  it("S-1: nothing is shared between transcoders", () => {
    const suspender = new Suspender();
    suspender.suspend(1, 4);
    expect([suspender.suspended(1), suspender.suspended(2)]).toEqual([4, 0]);
    expect([...suspender.entries()]).toEqual([[1, 4]]);
  });
});

describe("relative penalties, as AI pools have them", () => {
  const step = fc.record({
    count: fc.integer({ min: 0, max: 40 }),
    penalty: fc.integer({ min: 1, max: 9 }),
    times: fc.integer({ min: 1, max: 4 }),
  });

  it("S-11: a suspension lasts for its penalty, however late and however often it is given", () => {
    fc.assert(
      fc.property(step, ({ count, penalty, times }) => {
        const values = timeline("relative", { penalty, count, times, refreshes: penalty + 1 });
        expect(values).toEqual([...Array(penalty).fill(count + penalty), 0]);
      }),
    );
  });
});
