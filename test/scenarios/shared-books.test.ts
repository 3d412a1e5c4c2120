/** Books that are told again what happened say what those of a run of their own say. */
import { describe, expect, it } from "vitest";
import { sharedBooks } from "../../scripts/shared-books.js";
import { loadScenario } from "../../src/sim/scenario/load.js";
import { simulate } from "../../src/sim/simulate.js";

const SHARES = [
  { tickets: true, feeShare: "0", commission: "1/50", attribution: "perJob" },
  { tickets: false, feeShare: "3/10", commission: "1/5", attribution: "perJob" },
  { tickets: true, feeShare: "1/20", commission: "1/5", attribution: "byWeights" },
];

describe("books of one run", () => {
  it.each(SHARES)("with %o are those of a run of their own", async (shares) => {
    const { tickets, feeShare, commission, attribution } = shares;
    const set = [
      { path: "warmup", value: "10m" },
      { path: "duration", value: "20m" },
      // Rounds and payouts within the warm-up and the counted time.
      { path: "orchestrator.economics.roundLengthMinutes", value: 7 },
      { path: "orchestrator.economics.payoutInterval", value: "8m" },
      { path: "orchestrator.economics.attribution", value: attribution },
      { path: "tickets.enabled", value: tickets },
      // Face values so small that some win.
      { path: "tickets.gasPriceGwei", value: "1/100000" },
      { path: "orchestrator.economics.feeShare", value: feeShare },
      { path: "orchestrator.economics.commission", value: commission },
    ];
    const { base: input } = loadScenario("scenarios/admit-worker.yaml", { set });
    const own = simulate(input, { seed: 3, replication: 1 });
    const shared = await sharedBooks(3).run(input, 1);
    const money = Object.keys(own.metrics).filter((name) => !/tickets$/i.test(name));
    expect(money.length).toBeGreaterThan(100);
    expect(own.metrics["pool.feesEthPerDay"]).toBeGreaterThan(0);
    expect(own.metrics["pool.incomeEthPerDay"]).toBeGreaterThan(0);
    for (const name of money)
      expect([name, shared.metrics[name]]).toEqual([name, own.metrics[name]]);
    expect(shared.conservation).toEqual(own.conservation);
  });
});
