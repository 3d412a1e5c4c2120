import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../../src/core/rational.js";
import { OrchestratorReceiving } from "../../../src/pool/orchestrator/receiving.js";

const ticketEv = Rational.of(8_000_000_000n);
const price = Rational.of(500n);

describe("an orchestrator's balances (P-28 … P-32)", () => {
  it("credits each ticket's expected value and debits price × pixels", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    expect(receiving.payment(0, 0, 5, price, 0)).toBe(true);
    receiving.debit(0, 0, 69_120_000, price, 900);
    // P-27's example: 40 × 10^9 − 34.56 × 10^9.
    expect(receiving.balance(0, 0)).toEqual(Rational.of(5_440_000_000n));
  });

  it("wants at least one ticket's value, whatever the segment costs (P-31)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    expect(receiving.payment(0, 0, 1, price, 0)).toBe(true);
    receiving.debit(0, 0, 1, price, 1);
    expect(receiving.payment(0, 0, 0, price, 2)).toBe(false);
    expect(receiving.payment(0, 0, 1, price, 3)).toBe(true);
  });

  it("wants nothing at price 0, and nothing has to be there (P-31)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    expect(receiving.payment(0, 0, 0, Rational.ZERO, 0)).toBe(true);
    expect(receiving.payment(0, 0, 0, price, 0)).toBe(false);
  });

  it("lets the balance go below 0 (P-32)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    receiving.debit(0, 0, 10, price, 0);
    expect(receiving.balance(0, 0)).toEqual(Rational.of(-5000n));
  });

  it("pins the session's price at the first payment, at 0 without tickets (P-28, P-29)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    receiving.payment(0, 0, 1, price, 0);
    receiving.payment(0, 1, 0, price, 0);
    receiving.payment(0, 1, 1, price, 0);
    receiving.payment(0, 2, 1, price, 0);
    expect(receiving.fixedPrice(0, 1)).toEqual(Rational.ZERO);
    expect(receiving.fixedPrice(0, 2)).toEqual(price);
  });

  it("pins nothing for a sender that has no record yet (P-28's quirk)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    receiving.payment(0, 0, 1, price, 0);
    expect(receiving.fixedPrice(0, 0)).toBeNull();
    receiving.payment(0, 0, 1, price, 1);
    expect(receiving.fixedPrice(0, 0)).toEqual(price);
  });

  it("off-chain, payments have no effect (P-28)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv, onChain: false });
    expect(receiving.payment(0, 0, 0, price, 0)).toBe(true);
    receiving.debit(0, 0, 10, price, 0);
    expect(receiving.balance(0, 0)).toBeNull();
  });

  it("drops balances that were idle for 10 minutes (P-25)", () => {
    const receiving = new OrchestratorReceiving({ ticketEv });
    receiving.payment(0, 0, 1, price, 0);
    receiving.payment(0, 1, 1, price, 1);
    receiving.sweep(600_001);
    expect(receiving.balance(0, 0)).toBeNull();
    expect(receiving.balance(0, 1)).not.toBeNull();
  });

  it("law: the balance is exact, and suffices exactly from one ticket's value on", () => {
    const step = fc.record({
      tickets: fc.integer({ min: 0, max: 3 }),
      pixels: fc.integer({ min: 0, max: 40 }),
      price: fc.constantFrom(Rational.of(1n, 3n), Rational.of(10n, 7n), Rational.of(1n)),
    });
    const ev = Rational.of(10n, 7n);
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const receiving = new OrchestratorReceiving({ ticketEv: ev });
        let balance = Rational.ZERO;
        for (const { tickets, pixels, price: asked } of steps) {
          balance = balance.add(ev.mul(Rational.of(BigInt(tickets))));
          const known = tickets > 0 || receiving.balance(0, 0) !== null;
          expect(receiving.payment(0, 0, tickets, asked, 0)).toBe(
            known && balance.compare(ev) >= 0,
          );
          receiving.debit(0, 0, pixels, asked, 0);
          balance = balance.sub(asked.mul(Rational.of(BigInt(pixels))));
          expect(receiving.balance(0, 0)).toEqual(balance);
        }
      }),
    );
  });
});
