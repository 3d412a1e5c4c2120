/** The pool's money in a run. */
import { describe, expect, test } from "vitest";
import type { MoneyTotals } from "../../../../src/sim/model/money/money.js";
import type { Simulation } from "../../../../src/sim/model/simulation.js";
import { IDEAL, merged, type Settings, scenario, simulation } from "../../../support/sim/runs.js";

const BASE = merged(IDEAL, {
  warmup: "20m",
  duration: "1h",
  demand: { concurrentStreams: 5 },
  stream: { segmentMs: 2000, segmentCv: 0, length: { distribution: "exponential", mean: "5m" } },
  orchestrator: {
    region: "FRA",
    stakeLpt: 1,
    maxSessions: "auto",
    pricePerUnit: "500",
    economics: { roundLengthMinutes: 7 },
  },
  workers: [{ name: "w", count: 2, maxSessions: 10, roundTripMs: 300 }],
});

function books(...over: readonly Settings[]): { money: MoneyTotals; watched: Simulation } {
  const watched = simulation(scenario(BASE, ...over));
  const money = watched.run();
  if (money === null) throw new Error("the pool has books");
  return { money, watched };
}

const poolPixels = ({ counters, world }: Simulation) =>
  BigInt(counters.orchestrators[world.pool]?.pixelsDebited ?? 0);

describe("without tickets", () => {
  const { money, watched } = books();

  test("fees are the pixels of the counted time × price, nothing of the warm-up", () => {
    expect(money.feesWei).toBe(500n * poolPixels(watched));
    const longer = books({ warmup: "2h" });
    expect(longer.money.feesWei).toBe(500n * poolPixels(longer.watched));
    expect(money.incomeWei).toBe(money.feesWei);
  });

  test("a quarter is the operator's, the rest the workers'", () => {
    expect(Number(money.workersWei) / Number(money.feesWei)).toBeCloseTo(0.75, 9);
    expect(money.netWei + money.workersWei + money.gasWei).toBe(money.feesWei);
    // An hour of two workers' daily payouts, at 0.01 gwei.
    expect(money.gasWei).toBe((2n * 21_000n * 10_000_000n) / 24n);
    expect(money.isBalanced).toBe(true);
  });

  test("the delegators' part, and other commissions", () => {
    const shared = books({ orchestrator: { economics: { commission: "1/2", feeShare: "1/10" } } });
    const { feesWei, delegatorsWei, workersWei, gasWei } = shared.money;
    expect(delegatorsWei).toBeGreaterThan(0n);
    expect(shared.money.netWei).toBe(feesWei - delegatorsWei - workersWei - gasWei);
    expect(Number(workersWei) / Number(feesWei)).toBeLessThanOrEqual(0.5);
  });

  test("rounds and payouts cost gas by the counted time, whichever of them fall within it", () => {
    const topology = { rewardService: true, roundInitializer: true };
    const gasUnits = (payoutInterval: string, roundLengthMinutes: number) => {
      const economics = { payoutInterval, gasPriceGwei: "1", roundLengthMinutes };
      const { money } = books({ orchestrator: { economics, topology } });
      expect(money.isBalanced).toBe(true);
      return Number(money.gasWei) / 1e9;
    };
    // 60 minutes of rounds of 7 minutes, or of a day; six payouts to two workers, or 1/24 of one.
    expect(gasUnits("10m", 7)).toBeCloseTo((60 / 7) * 800_000 + 12 * 21_000, 3);
    expect(gasUnits("1d", 1440)).toBeCloseTo(800_000 / 24 + (2 / 24) * 21_000, 3);
    // A payout at 45 minutes (of 80) pays for 25 counted ones, and 35 have yet to be paid.
    expect(gasUnits("45m", 1440)).toBeCloseTo(800_000 / 24 + 2 * (60 / 45) * 21_000, 3);
  });

  test("a worker that earns nothing costs no payout", () => {
    const idle = { name: "idle", maxSessions: 10, roundTripMs: 300 };
    const economics = { payoutInterval: "10m", gasPriceGwei: "1" };
    const over = {
      workers: [{ name: "w", maxSessions: 10, roundTripMs: 300 }, idle],
      orchestrator: { economics, admission: { exclude: ["idle"] } },
    };
    expect(Number(books(over).money.gasWei) / 1e9).toBeCloseTo(6 * 21_000, 3);
  });
});

describe("with tickets", () => {
  // A high EV, so that many win.
  const tickets = { enabled: true, ticketEV: "100000000000000", gasPriceGwei: "1/100" };
  const { money, watched } = books({
    tickets,
    gateway: { source: "webhook" },
    duration: "4h",
  });

  test("income is face value × winners, and its luck is binomial", () => {
    const { faceValue = 0n, chance = 0 } =
      watched.market.termsOf(
        watched.world.pool,
        watched.world.orchestrators[watched.world.pool]?.price ?? null,
      ) ?? {};
    expect(money.winningTickets).toBeGreaterThan(20);
    expect(money.incomeWei).toBe(BigInt(money.winningTickets) * faceValue);
    const tickets = watched.counters.orchestrators[watched.world.pool]?.tickets ?? 0;
    const luck = Number(faceValue) * Math.sqrt(tickets * chance * (1 - chance));
    expect(Number(money.incomeLuckWei) / luck).toBeCloseTo(1, 9);
  });

  test("the operator's net is what the work is worth, whatever won", () => {
    const { feesWei, workersWei, gasWei, netWei } = money;
    expect(netWei).toBe(feesWei - workersWei - gasWei);
    expect(Number(workersWei) / Number(feesWei)).toBeCloseTo(0.75, 9);
    // Redeeming costs a hundredth of the face value (P-12); payouts are two a day, of 4 h.
    const payoutsWei = (2 / 6) * 21_000 * 1e7;
    expect((Number(gasWei) - payoutsWei) / Number(feesWei)).toBeCloseTo(0.01, 6);
  });

  test.each(["perJob", "byWeights"])(
    "%s: net is the same with and without tickets, but for gas",
    (attribution) => {
      const economics = {
        attribution,
        gasPriceGwei: "0",
        roundLengthMinutes: 1440,
        feeShare: "1/10",
      };
      // Tickets that hardly ever win: within the run nothing is split by weights.
      const rare = { enabled: true, gasPriceGwei: "100" };
      const common = { gateway: { source: "webhook" }, orchestrator: { economics } };
      const on = books(common, { tickets: rare }).money;
      const off = books(common).money;
      expect(on.winningTickets).toBe(0);
      expect(on.incomeWei).toBe(0n);
      expect(on.feesWei).toBe(off.feesWei);
      expect(Number(on.netWei) / Number(off.netWei)).toBeCloseTo(1, 9);
      expect(Number(on.netWei) / Number(on.feesWei)).toBeCloseTo(0.15, 9);
    },
  );
  test("on average they win what fees are, with what stays as credit", () => {
    const { chance = 0 } =
      watched.market.termsOf(
        watched.world.pool,
        watched.world.orchestrators[watched.world.pool]?.price ?? null,
      ) ?? {};
    const pool = watched.counters.orchestrators[watched.world.pool];
    const expected = (pool?.tickets ?? 0) * chance;
    expect(pool?.winningTickets).toBe(money.winningTickets);
    expect(Math.abs(money.winningTickets - expected)).toBeLessThan(5 * Math.sqrt(expected));
    const ticketsWorth = (pool?.tickets ?? 0) * 1e14;
    expect(ticketsWorth).toBeGreaterThan(Number(money.feesWei));
  });
});
