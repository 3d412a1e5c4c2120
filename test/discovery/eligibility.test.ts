import { describe, expect, it } from "vitest";
import { bitString, type Capabilities } from "../../src/discovery/capabilities.js";
import {
  type EligibilityRules,
  ineligibility,
  onChainRejection,
  parseOrchBlocklist,
} from "../../src/discovery/eligibility.js";
import { jobCapabilities } from "../../src/discovery/job-capabilities.js";
import { DISCOVERY_DEFAULTS } from "../../src/discovery/options.js";
import type { OrchestratorInfo } from "../../src/discovery/orchestrator-info.js";

const capabilities: Capabilities = {
  bitstring: bitString([0, 1, 12]),
  mandatories: [],
  capacities: null,
  version: "0.9.1",
  constraints: null,
};
const info: OrchestratorInfo = {
  transcoder: "https://o.invalid:8935",
  address: "0x00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa",
  capabilities,
  ticketParams: {
    recipient: "0x00bb00bb00bb00bb00bb00bb00bb00bb00bb00bb",
    faceValue: 0n,
    winProb: 0n,
    recipientRandHash: "0x",
    seed: 0n,
    expirationBlock: 140n,
    expirationParams: null,
  },
  priceInfo: { pricePerUnit: 500n, pixelsPerUnit: 1n },
  authToken: null,
  nodes: [],
};
const rules: EligibilityRules = {
  blacklist: [],
  predicate: null,
  job: jobCapabilities({ profiles: [{}] }),
};
const limits = {
  maxTicketEV: DISCOVERY_DEFAULTS.maxTicketEV,
  maxTotalEV: DISCOVERY_DEFAULTS.maxTotalEV,
  depositMultiplier: 1n,
  lastInitializedRound: 1n,
  lastSeenL1Block: 100n,
  sender: null,
};
const ruleOf = (change: Partial<OrchestratorInfo>, more: Partial<EligibilityRules> = {}) =>
  ineligibility({ ...info, ...change }, { ...rules, ...more })?.rule ?? null;

describe("the order of checks", () => {
  it("D-21 before D-22 before D-23 and D-24 before D-25", () => {
    const nothing = { transcoder: "", capabilities: null };
    const predicate = () => ({ rule: "D-22", reason: "price-missing", detail: "" }) as const;
    expect([
      ruleOf(nothing, { predicate, blacklist: [info.address] }),
      ruleOf(nothing, { predicate }),
      ruleOf(nothing),
      ruleOf({ ...nothing, capabilities: { ...capabilities, bitstring: [] } }),
      ruleOf({ transcoder: "" }),
      ruleOf({}),
    ]).toEqual(["D-21", "D-22", "D-23", "K-6", "D-25", null]);
  });

  it("D-24: a version too old is a matter of capabilities (K-6, K-9)", () => {
    const job = jobCapabilities({ profiles: [{}], minVersion: "1.0.0" });
    expect(ruleOf({}, { job })).toBe("K-9");
  });

  it("D-23: without capabilities only jobs of the old kind are done, which video never is", () => {
    const job = { bitstring: bitString([0, 11]), minVersion: "", perCapability: null };
    expect(ruleOf({ capabilities: null }, { job })).toBeNull();
    expect(ruleOf({ capabilities: null }, { job: null })).toBe("D-23");
  });

  it("D-26: neither price nor ticket parameters matter without a predicate", () => {
    expect(ruleOf({ priceInfo: null, ticketParams: null })).toBeNull();
  });
});

describe("D-21: the blocklist", () => {
  it("is lower-cased and split, not trimmed", () => {
    expect(parseOrchBlocklist("0xAB, 0xCD")).toEqual(["0xab", " 0xcd"]);
  });

  it.each([
    ["with 0x", info.address, "D-21"],
    ["without", info.address.slice(2), "D-21"],
    ["with a blank before it", ` ${info.address}`, null],
    ["with 0x twice", `0x${info.address}`, null],
    ["another", info.address.replaceAll("a", "b"), null],
  ])("an entry %s", (_, entry, rule) => {
    expect(ruleOf({}, { blacklist: parseOrchBlocklist(entry) })).toBe(rule);
  });

  it("[Q] empty, as it is by default, blacklists an address of no bytes", () => {
    const blacklist = parseOrchBlocklist(DISCOVERY_DEFAULTS.orchBlocklist);
    expect(ruleOf({ address: "0x" }, { blacklist })).toBe("D-21");
    expect(ruleOf({}, { blacklist })).toBeNull();
  });
});

describe("B-13: what on-chain lists demand besides", () => {
  it.each<[string, Partial<OrchestratorInfo>, string | null]>([
    ["an address", { address: "0x", ticketParams: null, priceInfo: null }, "address-missing"],
    ["valid ticket parameters", { ticketParams: null, priceInfo: null }, "ticket-params"],
    ["a price", { priceInfo: null }, "price-missing"],
    ["per pixel", { priceInfo: { pricePerUnit: -1n, pixelsPerUnit: 0n } }, "price-invalid"],
    ["not negative", { priceInfo: { pricePerUnit: -1n, pixelsPerUnit: 3n } }, "price-negative"],
    ["two negatives", { priceInfo: { pricePerUnit: -1n, pixelsPerUnit: -3n } }, null],
    ["0 is fine", { priceInfo: { pricePerUnit: 0n, pixelsPerUnit: -1n } }, null],
    ["and so is this", {}, null],
  ])("%s", (_, change, reason) => {
    expect(onChainRejection({ ...info, ...change }, limits)?.reason ?? null).toBe(reason);
  });

  it("P-6: says which fault of the ticket parameters", () => {
    const rejection = onChainRejection(info, { ...limits, lastSeenL1Block: 139n });
    expect(rejection).toMatchObject({ rule: "P-6", detail: "expired: at block 140, now 139" });
  });
});
