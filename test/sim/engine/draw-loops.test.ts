/** Loops over draws, by the vector unit or not, draw what single draws do, to the last bit. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawLoopsCode } from "../../../scripts/draw-loops.js";
import { uniform } from "../../../src/core/random.js";
import { drawLognormal, exactMs } from "../../../src/sim/engine/distributions.js";
import {
  afterFirst,
  type DrawLoops,
  PlainLoops,
  vectorLoops,
} from "../../../src/sim/engine/draw-loops.js";

const LENGTH = 40;
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const counts = fc.integer({ min: 1, max: LENGTH });
const lognormals = fc.record({
  mu: fc.oneof(
    fc.constantFrom(0, 1, Number.NEGATIVE_INFINITY),
    fc.double({ min: -40, max: 40, noNaN: true }),
  ),
  sigma: fc.oneof(fc.constantFrom(0, 1e-12, 1e-3, 300), fc.double({ min: 0, max: 3, noNaN: true })),
});

function bits(values: Iterable<number>): string[] {
  return Array.from(values, (value) => (Object.is(value, -0) ? "-0" : String(value)));
}

test("there is a vector unit here, and it is used", () => {
  expect(vectorLoops()).not.toBeNull();
});

test("src/sim/engine/draw-loops-code.ts is what its text says: npm run draw-loops", async () => {
  expect(
    readFileSync(new URL("../../../src/sim/engine/draw-loops-code.ts", import.meta.url), "utf8"),
  ).toBe(await drawLoopsCode());
});

describe.each([
  ["the vector unit's", vectorLoops() ?? new PlainLoops()],
  ["plain", new PlainLoops()],
] as const)("%s loops", (_, loops: DrawLoops) => {
  const list = loops.numbers(LENGTH);
  const others = loops.numbers(LENGTH);
  const keys = loops.words(LENGTH);
  const first = (count: number) => bits(list.values.subarray(0, count));

  test("draw uniform numbers, and lognormal ones of all kinds", () => {
    fc.assert(
      fc.property(
        counts,
        lognormals,
        fc.record({ k0: word, k1: word }),
        word,
        fc.constantFrom(1, 256, -3),
        (count, lognormal, key, from, step) => {
          const drawn = Array.from({ length: count }, (__, at) =>
            uniform(key.k0, key.k1, from + at * step),
          );
          loops.uniforms(list, count, key, from, step);
          expect(first(count)).toEqual(bits(drawn));
          loops.lognormals(list, count, lognormal, key, from, step);
          expect(first(count)).toEqual(bits(drawn.map((u) => drawLognormal(lognormal, u))));
        },
      ),
      { seed: 5, numRuns: 2000 },
    );
  });

  test("draw of several keys", () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: LENGTH }),
        lognormals,
        word,
        word,
        (k0s, lognormal, k1, index) => {
          keys.values.set(k0s);
          loops.lognormalsOfKeys(list, k0s.length, lognormal, keys, k1, index);
          expect(first(k0s.length)).toEqual(
            bits(k0s.map((k0) => drawLognormal(lognormal, uniform(k0, k1, index)))),
          );
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });

  test("round times, and count pixels of whole frames", () => {
    const times = fc.array(
      fc.oneof(
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        // Halves, which are rounded up.
        fc.integer({ min: 0, max: 1e6 }).map((half) => (half + 0.5) / 1024),
        fc.integer({ min: 0, max: 1e5 }).map((half) => ((half + 0.5) * 1000) / 30),
      ),
      { minLength: 1, maxLength: LENGTH - 1 },
    );
    fc.assert(
      fc.property(times, fc.constantFrom(30, 25, 59.94), (all, fps) => {
        others.values.set(all);
        list.values.fill(7);
        loops.frames(list, all.length, others, 1280 * 720, fps);
        expect(first(all.length)).toEqual(
          bits(all.map((ms) => 7 + 1280 * 720 * Math.round((fps * ms) / 1000))),
        );
        list.values.set(all, 1);
        list.values[0] = 0.3;
        loops.exact(afterFirst(list), all.length);
        expect(first(all.length + 1)).toEqual(bits([0.3, ...all.map(exactMs)]));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

test("the least number that can be drawn is drawn alike", () => {
  // lowbias32 of 0 is 0.
  const key = { k0: 0, k1: 0 };
  expect(uniform(0, 0, 0)).toBe(2 ** -53);
  const loops = vectorLoops() ?? new PlainLoops();
  const list = loops.numbers(2);
  const far = { mu: 0, sigma: 1 };
  loops.lognormals(list, 2, far, key, 0, 0);
  expect(list.values[0]).toBe(drawLognormal(far, 2 ** -53));
});
