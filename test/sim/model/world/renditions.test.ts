import { describe, expect, test } from "vitest";
import {
  mostRenditions,
  renditionSets,
  segmentPixels,
} from "../../../../src/sim/model/world/renditions.js";
import { scenarioSchema } from "../../../../src/sim/scenario/schema.js";

const { profiles } = scenarioSchema.parse({ name: "x" }).stream;
const [hd] = profiles;
if (hd === undefined) throw new Error("there is a default profile");

describe("the default profiles", () => {
  const sets = renditionSets(profiles);

  test("give 1.7 renditions on average", () => {
    expect(sets.reduce((sum, { count, probability }) => sum + count * probability, 0)).toBeCloseTo(
      1.7,
      12,
    );
  });

  test("probabilities add up to 1", () => {
    expect(sets.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  test("most is all of them", () => {
    expect(mostRenditions(sets)).toMatchObject({ count: 2, bitrateMbps: 3.8 });
  });

  test("pixels are those of whole frames", () => {
    expect(segmentPixels(mostRenditions(sets), 2000)).toBe((1280 * 720 + 640 * 360) * 60);
    expect(segmentPixels(mostRenditions(sets), 2010)).toBe((1280 * 720 + 640 * 360) * 60);
  });
});

test("each profile is asked for by its own share", () => {
  const shares = [0.9, 0.4, 0.1];
  const sets = renditionSets([hd, ...shares.map((share) => ({ ...hd, share, fps: 1 + share }))]);
  for (const share of shares) {
    const asked = sets
      .filter((set) => set.profiles.some((profile) => profile.share === share))
      .reduce((sum, { probability }) => sum + probability, 0);
    expect(asked).toBeCloseTo(share, 12);
  }
});

test("every stream asks for at least one", () => {
  const sets = renditionSets([
    { ...hd, share: 0.5 },
    { ...hd, share: 0.5 },
  ]);
  expect(sets.map(({ count, probability }) => [count, probability])).toEqual([
    [1, 1 / 3],
    [1, 1 / 3],
    [2, 1 / 3],
  ]);
  expect(renditionSets([{ ...hd, share: 0 }])).toMatchObject([{ count: 1, probability: 1 }]);
});

test("any number of profiles for all, at most ten for some", () => {
  expect(renditionSets(new Array(20).fill(hd))).toMatchObject([{ count: 20, probability: 1 }]);
  expect(() => renditionSets(new Array(11).fill({ ...hd, share: 0.5 }))).toThrow(/at most 10/);
});
