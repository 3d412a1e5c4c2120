/** Odds without a simulation: the formula of L-13 by hand, filters, one's own price. */
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { contenders } from "../../../src/sim/odds/contenders.js";
import { type Contender, odds } from "../../../src/sim/odds/odds.js";

function contender(name: string, stake: number, price: string): Contender {
  return { name, stakeLpt: Rational.of(BigInt(stake)), price: Rational.parse(price) };
}

const others = [contender("large", 600, "200"), contender("small", 300, "100")];
const pool = contender("pool", 100, "200");
const DEFAULTS = { stakeWeight: 0.7, priceWeight: 0, randWeight: 0.3, priceExpFactor: 100 };

describe("odds", () => {
  it("are stake and chance by default (L-13)", () => {
    const { rows, pool: mine } = odds({ others, pool, gateway: DEFAULTS, maxPrice: null });
    expect(rows.map(({ name }) => name)).toEqual(["large", "small", "pool"]);
    expect(mine?.probability).toBeCloseTo(0.7 * 0.1 + 0.1, 12);
    expect(rows.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  it("mind the price where it has a weight (L-12)", () => {
    const gateway = { ...DEFAULTS, stakeWeight: 0.2, priceWeight: 0.5 };
    const { pool: mine, curve } = odds({ others, pool, gateway, maxPrice: null });
    const [dear, cheap] = [Math.exp(-2), Math.exp(-1)];
    expect(mine?.probability).toBeCloseTo(0.5 * (dear / (2 * dear + cheap)) + 0.02 + 0.1, 12);
    const today = curve.find(({ price }) => price === 200);
    expect(today).toEqual({ price: 200, probability: mine?.probability, income: 1 });
    const chances = curve.map(({ probability }) => probability);
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
  });

  it("are 0 above the maximum price, inclusive of it (L-10)", () => {
    const at = (price: string) =>
      odds({
        others,
        pool: contender("pool", 100, price),
        gateway: DEFAULTS,
        maxPrice: Rational.parse("200"),
      }).pool;
    expect(at("200")?.probability).toBeGreaterThan(0);
    expect(at("200.0001")).toMatchObject({ probability: 0, why: expect.stringContaining("L-10") });
  });

  it("want weights that add up to 1 (L-17), and somebody to choose", () => {
    const gateway = { ...DEFAULTS, randWeight: 0.5 };
    expect(() => odds({ others, pool, gateway, maxPrice: null })).toThrow(
      expect.objectContaining({ code: "SELECTION_WEIGHTS" }),
    );
    expect(() => odds({ others: [], pool: null, gateway: DEFAULTS, maxPrice: null })).toThrow(
      expect.objectContaining({ code: "ODDS" }),
    );
  });
});

describe("who stands in a network", () => {
  it("is everybody of the packaged one; one's own comes out of it, or is added", () => {
    const { others: all } = contenders(null, null);
    expect(all).toHaveLength(100);
    const [first] = all;
    if (first === undefined) throw new Error("the packaged network has orchestrators");
    const mine = contenders(null, { name: first.name.toUpperCase() });
    expect(mine.others).toHaveLength(99);
    expect(mine.pool).toEqual({ name: first.name, stakeLpt: first.stakeLpt, price: first.price });
    const added = contenders(null, { stakeShare: Rational.parse("1/5") });
    const sum = all.reduce((total, { stakeLpt }) => total.add(stakeLpt), Rational.of(0n));
    expect(added.pool?.stakeLpt.mul(Rational.of(4n)).compare(sum)).toBe(0);
    expect(() => contenders(null, { name: "nobody" })).toThrow(/nobody is not in network\.csv/);
  });
});
