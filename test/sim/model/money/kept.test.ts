/** What the operator keeps of a wei of fees. */
import { describe, expect, test } from "vitest";
import { feeParts } from "../../../../src/sim/model/money/kept.js";
import { IDEAL, merged, type Settings, scenario } from "../../../support/sim/runs.js";

const BASE = merged(IDEAL, {
  orchestrator: { region: "FRA", stakeLpt: 1, maxSessions: "auto" },
  workers: [{ name: "w", maxSessions: 10, roundTripMs: 300 }],
});
const kept = (...over: readonly Settings[]) =>
  feeParts(scenario(BASE, ...over).scenario).kept.toString();
const economics = (settings: Settings) => ({ orchestrator: { economics: settings } });

describe("what the operator keeps of a wei of fees", () => {
  test("is the commission less the delegators' part", () => {
    expect(kept()).toBe("1/4");
    expect(kept(economics({ commission: "1/5", feeShare: "1/20" }))).toBe("3/20");
    expect(kept(economics({ commission: "1/5", feeShare: "3/10" }))).toBe("-1/10");
  });

  test("less the gas of redeeming the tickets that it comes in", () => {
    const tickets = { tickets: { enabled: true } };
    // P-12: the face value is a hundred times the cost of redeeming it, at the gas price that it
    // was made for; at a hundred times that price nothing is left.
    expect(kept(tickets)).toBe("6/25");
    expect(kept(tickets, economics({ gasPriceGwei: "1" }))).toBe("-3/4");
    expect(kept(tickets, { tickets: { ticketEV: "0" } })).toBe("1/4");
  });

  test("is all but the delegators' part where there are no workers", () => {
    const own = { type: "measured", roundTripMs: 400 };
    const alone = { workers: [], orchestrator: { backend: own, economics: { feeShare: "1/10" } } };
    expect(kept(alone)).toBe("9/10");
  });
});
