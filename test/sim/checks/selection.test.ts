/** Who gets a stream: as often as the rules say (L-5, L-10 … L-13). */
import { describe, expect, test } from "vitest";
import { IDEAL, metric, run, type Settings, scenario } from "../../support/sim/runs.js";

interface Rival {
  readonly name: string;
  readonly stakeLpt: number;
  readonly pricePerUnit?: string;
}

/** Short streams of which each chooses once: everybody is fast and nobody fails. */
function choices(rivals: readonly Rival[], gateway: Settings = {}): Settings {
  return {
    ...IDEAL,
    gateway,
    warmup: "1m",
    duration: "5h",
    demand: { concurrentStreams: 10 },
    stream: { segmentMs: 4000, length: { distribution: "constant", mean: "30s" } },
    orchestrators: rivals.map((rival) => ({
      region: "FRA",
      backend: { type: "measured", roundTripMs: 100 },
      pricePerUnit: "1000",
      ...rival,
    })),
  };
}

/** Streams won, and that nobody won two. */
function won(settings: Settings, names: readonly string[]): { counts: number[]; total: number } {
  const result = run(scenario(settings));
  const counts = names.map((name) => metric(result, `orchestrator.${name}.streams`));
  expect(metric(result, "network.swaps")).toBe(0);
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

/** Within 5 standard deviations of a multinomial. */
function expectShares(settings: Settings, shares: Readonly<Record<string, number>>): void {
  const { counts, total } = won(settings, Object.keys(shares));
  expect(total).toBeGreaterThan(5000);
  for (const [index, share] of Object.values(shares).entries()) {
    const deviation = Math.sqrt(total * share * (1 - share));
    const count = counts[index] ?? 0;
    expect(Math.abs(count - total * share)).toBeLessThanOrEqual(5 * deviation);
  }
}

const stakes: readonly Rival[] = [
  { name: "a", stakeLpt: 60 },
  { name: "b", stakeLpt: 30 },
  { name: "c", stakeLpt: 10 },
];

describe("L-13", () => {
  test("the example: stakes 60, 30, 10 at default weights give 0.52, 0.31, 0.17", () => {
    expectShares(choices(stakes), { a: 0.52, b: 0.31, c: 0.17 });
  });

  test("stake alone", () => {
    const gateway = { selectStakeWeight: 1, selectRandFreq: 0 };
    expectShares(choices(stakes, gateway), { a: 0.6, b: 0.3, c: 0.1 });
  });

  test("chance alone", () => {
    const gateway = { selectStakeWeight: 0, selectRandFreq: 1 };
    expectShares(choices(stakes, gateway), { a: 1 / 3, b: 1 / 3, c: 1 / 3 });
  });

  test("price: e^(−price ÷ factor), normed (L-12)", () => {
    const prices = [100, 200, 300];
    const rivals = stakes.map((one, index) => ({ ...one, pricePerUnit: `${prices[index]}` }));
    const gateway = { selectStakeWeight: 0.2, selectPriceWeight: 0.7, selectRandFreq: 0.1 };
    const weights = prices.map((price) => Math.exp(-price / 100));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const share = (index: number, stake: number) =>
      0.7 * ((weights[index] ?? 0) / sum) + 0.2 * stake + 0.1 / 3;
    expectShares(choices(rivals, gateway), {
      a: share(0, 0.6),
      b: share(1, 0.3),
      c: share(2, 0.1),
    });
  });

  test("stake shares as a scenario may state them", () => {
    const rivals = [
      { name: "a", stakeShare: 0.5 },
      { name: "b", stakeShare: 0.3 },
      { name: "c", stakeShare: 0.2 },
    ];
    const settings = choices([], { selectStakeWeight: 1, selectRandFreq: 0 });
    const orchestrators = rivals.map((one) => ({
      ...one,
      region: "FRA",
      backend: { type: "measured", roundTripMs: 100 },
    }));
    expectShares({ ...settings, orchestrators }, { a: 0.5, b: 0.3, c: 0.2 });
  });
});

describe("before the choice", () => {
  const rivals: readonly Rival[] = [
    { name: "cheap", stakeLpt: 50, pricePerUnit: "1000" },
    { name: "limit", stakeLpt: 30, pricePerUnit: "1200" },
    { name: "dear", stakeLpt: 20, pricePerUnit: "1201" },
  ];

  test("L-10: nobody above the maximum price, which itself is allowed", () => {
    expectShares(choices(rivals, { maxPricePerUnit: "1200" }), {
      cheap: 0.7 * (50 / 80) + 0.15,
      limit: 0.7 * (30 / 80) + 0.15,
      dear: 0,
    });
  });

  test("L-11: if nobody meets it, nobody is chosen, or with the flag everybody may be", () => {
    const result = run(scenario(choices(rivals, { maxPricePerUnit: "999" })));
    expect(metric(result, "network.noSessionShare")).toBe(1);
    const ignoring = { maxPricePerUnit: "999", ignoreMaxPriceIfNeeded: true };
    expectShares(choices(rivals, ignoring), { cheap: 0.45, limit: 0.31, dear: 0.24 });
  });

  test("D-21: nobody of the block list", () => {
    const address = `0x${"ab".repeat(20)}`;
    const [a, ...others] = stakes;
    const blocked = [{ ...a, name: "a", stakeLpt: 60, address }, ...others];
    expectShares(choices(blocked, { orchBlocklist: [address] }), {
      a: 0,
      b: 0.7 * 0.75 + 0.15,
      c: 0.7 * 0.25 + 0.15,
    });
  });
});

test("L-5: off-chain the first to answer is first", () => {
  const settings = choices(stakes, { onchain: false });
  const far = ["FRA", "NYC", "SIN"];
  const result = run(
    scenario(settings, {
      assumptions: { rttScale: 1 },
      duration: "1h",
      orchestrators: stakes.map((one, index) => ({
        ...one,
        region: far[index],
        backend: { type: "measured", roundTripMs: 100 },
      })),
    }),
  );
  expect(metric(result, "orchestrator.a.segmentShare")).toBe(1);
});
