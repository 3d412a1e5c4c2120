/** Sessions of workers that lose more than others, found by how soon they end. */
import { describe, expect, test } from "vitest";
import { makeKey, uniform } from "../../../src/core/random.js";
import {
  type EndedSession,
  excessEndings,
} from "../../../src/sim/calibrate/fits/excess-endings.js";

/** Sessions of streams of 20 minutes on average, of which a worker loses one in so many minutes. */
function sessions(seed: number, count: number, lossMinutes = Number.POSITIVE_INFINITY) {
  const { k0, k1 } = makeKey(seed);
  let lost = 0;
  const all = Array.from({ length: count }, (_, index): EndedSession => {
    const stream = -20 * Math.log(uniform(k0, k1, 2 * index));
    const loss = -lossMinutes * Math.log(uniform(k0, k1, 2 * index + 1));
    if (loss < stream) lost++;
    return { lengthMs: 60_000 * Math.min(stream, loss), isCut: false };
  });
  return { all, lost };
}

const usual = (count: number) =>
  Array.from({ length: count }, (_, index) => [`good-${index}`, sessions(index, 150).all] as const);

describe("endings that are too many", () => {
  test.each([2, 10, 20])("are those of a worker that loses one in %d minutes", (minutes) => {
    const bad = sessions(99, 300, minutes);
    const found = excessEndings(new Map([...usual(5), ["bad", bad.all]]));
    expect([...found.keys()]).toEqual(["bad"]);
    // Give or take what streams of other lengths make of it.
    expect((found.get("bad") ?? 0) / bad.lost).toBeGreaterThan(0.8);
    expect((found.get("bad") ?? 0) / bad.lost).toBeLessThan(1.2);
  });

  test("are none where all are alike, whatever the seed, and none of one worker alone", () => {
    let claimed = 0;
    for (let seed = 0; seed < 40; seed++) {
      const all = Array.from(
        { length: 6 },
        (_, index) => [`w-${index}`, sessions(1000 + 10 * seed + index, 100).all] as const,
      );
      claimed += excessEndings(new Map(all)).size;
    }
    // Of 240 workers one in 200 by chance (2.6 standard deviations on one side).
    expect(claimed).toBeLessThanOrEqual(6);
    expect(excessEndings(new Map([["only", sessions(5, 100, 2).all]])).size).toBe(0);
    expect(excessEndings(new Map()).size).toBe(0);
  });

  test("are found of several bad ones that are most of a pool, and do not count what was cut", () => {
    const bad = [1, 2, 3].map((n) => [`bad-${n}`, sessions(50 + n, 300, 5).all] as const);
    const cut = sessions(7, 300, 5).all.map((one) => ({ ...one, isCut: one.lengthMs < 240_000 }));
    const found = excessEndings(new Map([...usual(2), ...bad, ["away", cut]]));
    expect([...found.keys()].filter((name) => name.startsWith("bad"))).toHaveLength(3);
    const ended = cut.filter(({ isCut }) => !isCut).length;
    expect(found.get("away") ?? 0).toBeLessThan(ended);
  });
});

test("what is likely is found, too, where it is asked for", () => {
  const bad = sessions(97, 150, 70).all;
  const byWorker = new Map([...usual(5), ["bad", bad] as const]);
  const names = (shown?: (expected: number) => number) => [
    ...excessEndings(byWorker, shown).keys(),
  ];
  expect(names()).toEqual([]);
  expect(names(() => 0.5)).toContain("bad");
  // Of so few endings nothing is taken.
  expect(names((expected) => (expected < 1000 ? 2.6 : 0.5))).toEqual([]);
});
