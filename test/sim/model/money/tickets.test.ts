import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uniform } from "../../../../src/core/random.js";
import { Rational } from "../../../../src/core/rational.js";
import { MAX_WIN_PROB } from "../../../../src/discovery/index.js";
import { CreditAccount, SessionPrice, StagedPayment } from "../../../../src/selection/index.js";
import { ticketTerms, winningTickets } from "../../../../src/sim/model/money/tickets.js";
import { scenarioSchema } from "../../../../src/sim/scenario/schema.js";

function termsOf(tickets: Record<string, unknown> = {}, weiPerPixel = 500n) {
  const scenario = scenarioSchema.parse({ name: "x", tickets });
  return ticketTerms(new SessionPrice(Rational.of(weiPerPixel)), scenario.tickets);
}

describe("what a recipient asks for", () => {
  test("P-18: 0.01 gwei gas and EV 8×10^9 give face value 1.2×10^15 and chance 6.67×10^-6", () => {
    const { faceValue, chance } = termsOf();
    expect(faceValue).toBe(1_200_000_000_000_000n);
    expect(chance).toBeCloseTo(6.667e-6, 9);
  });

  test("P-15: EV × (floor(max ÷ faceValue) + 1)", () => {
    const { faceValue, winProb } = termsOf();
    expect(winProb).toBe(8_000_000_000n * (MAX_WIN_PROB / faceValue + 1n));
  });

  test("P-1: face value × winning chance is the EV", () => {
    const { faceValue, chance } = termsOf({ gasPriceGwei: "3/7", ticketEV: "12345678901" });
    expect((Number(faceValue) * chance) / 12_345_678_901).toBeCloseTo(1, 9);
  });

  test("P-12, P-13, P-15, P-1: whatever gas and EV are, to the last wei", () => {
    const whole = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) });
    const wei = fc.oneof(whole(10), whole(60));
    fc.assert(
      fc.property(wei, fc.oneof(whole(40), whole(90)), fc.boolean(), (gasWei, some, isEqual) => {
        const cost = 1_200_000n * gasWei;
        // Now and then exactly what the face value would be, where every ticket wins.
        const ev = isEqual ? 100n * cost : some;
        if (ev === 0n) return;
        const tickets = { gasPriceGwei: `${gasWei}/1000000000`, ticketEV: `${ev}` };
        const { faceValue, winProb, payment } = termsOf(tickets);
        expect(faceValue).toBe(100n * cost < ev ? 100n * ev : 100n * cost);
        const rounds = MAX_WIN_PROB / faceValue;
        const rest = (MAX_WIN_PROB - rounds * faceValue) % 2n ** 64n;
        const each = ev * (rest === 0n ? rounds : rounds + 1n);
        expect(winProb).toBe(faceValue === ev ? MAX_WIN_PROB : each);
        expect(payment.ev.compare(Rational.of(faceValue * winProb, MAX_WIN_PROB))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("P-13: below the EV it becomes a hundred times the EV", () => {
    expect(termsOf({ gasPriceGwei: "0" }).faceValue).toBe(800_000_000_000n);
  });

  test("P-11: price 0 makes tickets worthless", () => {
    expect(termsOf({}, 0n)).toMatchObject({ faceValue: 0n, winProb: 0n, chance: 0 });
  });

  test("P-27: 5 tickets for the first segment of 720p30 + 360p30, 2 s, at 500 wei", () => {
    const { payment } = termsOf();
    const staged = new StagedPayment();
    expect(new CreditAccount().stage(payment, 69_120_000, 0, staged)).toBe(5);
  });
});

describe("how many win", () => {
  test.each([
    [1, 0.3],
    [5, 0.01],
    [40, 0.02],
    [1000, 6.667e-6],
    // So many that the chance that none wins is no double any more.
    [100_000, 0.01],
    [4e10, 0.01],
    [1000, 0.95],
    [1_000_000, 0.99],
  ])("%d tickets with chance %f: the binomial mean and variance", (tickets, chance) => {
    const runs = 60_000;
    const terms = { ...termsOf(), chance, logLoss: Math.log1p(-chance) };
    let sum = 0;
    let squares = 0;
    for (let run = 0; run < runs; run++) {
      const wins = winningTickets(terms, tickets, uniform(1, 2, run));
      sum += wins;
      squares += wins * wins;
    }
    const variance = tickets * chance * (1 - chance);
    expect(Math.abs(sum / runs - tickets * chance)).toBeLessThan(5 * Math.sqrt(variance / runs));
    const found = squares / runs - (sum / runs) ** 2;
    expect(Math.abs(found / variance - 1)).toBeLessThan(0.5);
  });

  test("a larger draw never wins less, and at most all win", () => {
    const terms = { ...termsOf(), chance: 0.4, logLoss: Math.log1p(-0.4) };
    const wins = Array.from({ length: 999 }, (_, at) => winningTickets(terms, 6, (at + 1) / 1000));
    expect(wins.every((count, at) => count >= (wins[at - 1] ?? 0))).toBe(true);
    expect(winningTickets(terms, 6, 1 - 2 ** -53)).toBeLessThanOrEqual(6);
    expect(winningTickets({ ...terms, chance: 1 }, 6, 0.5)).toBe(6);
  });
});
