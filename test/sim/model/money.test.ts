/** The pool's money in a run. */
import { describe, expect, test } from "vitest";
import type { MoneyTotals } from "../../../src/sim/model/money.js";
import type { Simulation } from "../../../src/sim/model/simulation.js";
import { IDEAL, merged, type Settings, scenario, simulation } from "../support.js";

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
    expect(money.netWei + money.workersWei).toBe(money.feesWei);
    expect(money.gasWei).toBe(0n);
    expect(money.isBalanced).toBe(true);
  });

  test("the delegators' part, and other commissions", () => {
    const shared = books({ orchestrator: { economics: { commission: "1/2", feeShare: "1/10" } } });
    const { feesWei, delegatorsWei, workersWei } = shared.money;
    expect(delegatorsWei).toBeGreaterThan(0n);
    expect(shared.money.netWei).toBe(feesWei - delegatorsWei - workersWei);
    expect(Number(workersWei) / Number(feesWei)).toBeLessThanOrEqual(0.5);
  });

  test("rounds and payouts are paid with gas; who is paid out has nothing pending", () => {
    const economics = { payoutInterval: "10m", gasPriceGwei: "1" };
    const paid = books({
      orchestrator: { economics, topology: { rewardService: true, roundInitializer: true } },
    }).money;
    // Rounds close every 7 min of 80 from the 21st on: 9 of them; payouts at 20 (not yet counted
    // or just), 30 … 80 min to two workers each.
    const rounds = 9n * (500_000n + 300_000n);
    const payouts = (paid.gasWei / 1_000_000_000n - rounds) / 21_000n;
    expect(payouts).toBeGreaterThanOrEqual(12n);
    expect(payouts).toBeLessThanOrEqual(14n);
    expect((paid.gasWei / 1_000_000_000n - rounds) % 21_000n).toBe(0n);
    expect(paid.isBalanced).toBe(true);
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

  test("income is face value × winners, redemption gas included in what is paid", () => {
    const faceValue = watched.terms?.[watched.world.pool]?.faceValue ?? 0n;
    expect(money.winningTickets).toBeGreaterThan(20);
    expect(money.incomeWei).toBe(BigInt(money.winningTickets) * faceValue);
    const gasWei = BigInt(money.winningTickets) * 1_200_000n * 10_000_000n;
    expect(money.gasWei).toBe(gasWei);
  });

  test("on average they win what fees are, with what stays as credit", () => {
    const { chance = 0 } = watched.terms?.[watched.world.pool] ?? {};
    const pool = watched.counters.orchestrators[watched.world.pool];
    const expected = (pool?.tickets ?? 0) * chance;
    expect(pool?.winningTickets).toBe(money.winningTickets);
    expect(Math.abs(money.winningTickets - expected)).toBeLessThan(5 * Math.sqrt(expected));
    const ticketsWorth = (pool?.tickets ?? 0) * 1e14;
    expect(ticketsWorth).toBeGreaterThan(Number(money.feesWei));
  });
});
