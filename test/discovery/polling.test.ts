import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import type { OrchestratorInfo } from "../../src/discovery/orchestrator-info.js";
import { polledPrice, pollRejection } from "../../src/discovery/polling.js";
import { priceRejection } from "../../src/discovery/price.js";

const recipient = `0x${"cd".repeat(20)}`;
const answer = (known: Partial<OrchestratorInfo>): OrchestratorInfo => ({
  transcoder: "",
  address: "0xab",
  priceInfo: { pricePerUnit: 1_234n, pixelsPerUnit: 1_000n },
  ticketParams: {
    recipient,
    faceValue: 0n,
    winProb: 0n,
    recipientRandHash: "0x",
    seed: 0n,
    expirationBlock: 0n,
    expirationParams: null,
  },
  capabilities: null,
  authToken: null,
  nodes: [],
  ...known,
});

describe("a poll's answer (B-11)", () => {
  it("is dropped without an address or a price that can be read", () => {
    expect(pollRejection(answer({}))).toBeNull();
    expect(pollRejection(answer({ address: "0x" }))?.reason).toBe("address-missing");
    expect(pollRejection(answer({ priceInfo: null }))?.reason).toBe("price-missing");
    const priceInfo = { pricePerUnit: 1n, pixelsPerUnit: 0n };
    expect(pollRejection(answer({ priceInfo }))).toMatchObject({
      rule: "B-11",
      reason: "price-invalid",
    });
  });

  it("brings a price for the recipient of its tickets, in thousandths cut toward zero (B-9)", () => {
    expect(polledPrice(answer({}))).toEqual({ recipient, fixedPrice: 1_234n });
    const priceInfo = { pricePerUnit: 2n, pixelsPerUnit: 3n };
    expect(polledPrice(answer({ priceInfo }))?.fixedPrice).toBe(666n);
  });

  it("brings none without ticket parameters, and none that is 0", () => {
    expect(polledPrice(answer({ ticketParams: null }))).toBeNull();
    const priceInfo = { pricePerUnit: 1n, pixelsPerUnit: 1_001n };
    expect(polledPrice(answer({ priceInfo }))).toBeNull();
  });
});

describe("the maximum price (R-2, L-10)", () => {
  const price = (pricePerUnit: bigint, pixelsPerUnit = 1n) => ({ pricePerUnit, pixelsPerUnit });
  const max = Rational.of(5n, 2n);

  it("is inclusive and exact", () => {
    expect(priceRejection(price(5n, 2n), max)).toBeNull();
    expect(priceRejection(price(2_500_001n, 1_000_000n), max)?.reason).toBe("price-above-max");
  });

  it("demands a price", () => {
    expect(priceRejection(null, max)?.reason).toBe("price-missing");
    expect(priceRejection(price(1n, 0n), max)?.reason).toBe("price-invalid");
  });

  it("does not count when there is none", () => {
    expect(priceRejection(price(10n ** 18n), null)).toBeNull();
    expect(priceRejection(null, null)).toBeNull();
  });
});
