import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { ticketEV } from "../../src/discovery/ticket-params.js";
import { CreditAccounts } from "../../src/selection/credit-accounts.js";
import {
  CreditAccount,
  PAYMENT_OUTCOME,
  type PaymentOutcome,
  StagedPayment,
} from "../../src/selection/payment.js";
import {
  estimateFee,
  exactTicketCount,
  type PaymentTerms,
  paymentTerms,
} from "../../src/selection/payment-terms.js";

const { notSent, lost, received } = PAYMENT_OUTCOME;
const PIXELS = 69_120_000;
const EV = Rational.of(8_000_000_000n);
const TERMS = paymentTerms(Rational.of(500n), EV);
const MINUTE = 60_000;

/** An account whose balance is `wei`, at time 0. */
function accountWith(wei: Rational): CreditAccount {
  const account = new CreditAccount();
  // At price 1 nothing is bought for no pixels but one ticket, worth what the balance shall be.
  const terms = paymentTerms(Rational.ONE, wei);
  const staged = new StagedPayment();
  account.stage(terms, 0, 0, staged);
  account.settle(staged, received, 0, 0);
  return account;
}

describe("staging (P-20, P-21)", () => {
  it("buys 5 tickets for the worked example on an empty balance (P-27)", () => {
    const account = new CreditAccount();
    const staged = new StagedPayment();
    expect(account.stage(TERMS, PIXELS, 0, staged)).toBe(5);
    expect(account.balance.sign()).toBe(0);
    account.settle(staged, received, PIXELS, 500);
    // 5 × 8e9 − 69,120,000 × 500
    expect(account.balance.toString()).toBe("5440000000/1");
  });

  it("buys only what the existing credit lacks", () => {
    const account = accountWith(Rational.of(20_000_000_000n));
    // 3.52512e10 − 2e10 = 1.52512e10, two tickets
    expect(account.stage(TERMS, PIXELS, 1, new StagedPayment())).toBe(2);
  });

  it("buys nothing if the credit is exactly what is needed", () => {
    const fee = estimateFee(PIXELS, Rational.of(500n));
    expect(accountWith(fee).stage(TERMS, PIXELS, 1, new StagedPayment())).toBe(0);
    const short = fee.sub(Rational.of(1n, 10n ** 80n));
    expect(accountWith(short).stage(TERMS, PIXELS, 1, new StagedPayment())).toBe(1);
  });

  it("stays exact where pixels or tickets are beyond what doubles count", () => {
    const account = new CreditAccount();
    const staged = new StagedPayment();
    const terms = paymentTerms(Rational.ONE, Rational.ONE);
    account.stage(terms, 10, 0, staged);
    account.settle(staged, received, 2, 0);
    expect(account.balance.toString()).toBe("9/1");
    expect(account.stage(terms, 100, 0, staged)).toBe(94);
    account.settle(staged, received, 2 ** 53 - 1, 0);
    expect(account.balance.toString()).toBe(`${103n - (2n ** 53n - 1n)}/1`);
  });

  it("needs at least the EV of one ticket, however small the fee (P-20)", () => {
    expect(new CreditAccount().stage(TERMS, 1, 0, new StagedPayment())).toBe(1);
    const nearly = EV.sub(Rational.of(1n, 10n ** 40n));
    expect(accountWith(nearly).stage(TERMS, 1, 1, new StagedPayment())).toBe(1);
    expect(accountWith(EV).stage(TERMS, 1, 1, new StagedPayment())).toBe(0);
  });

  it("stages nothing without sender or price", () => {
    const account = accountWith(EV);
    const staged = new StagedPayment();
    expect(account.stage(null, PIXELS, 1, staged)).toBe(0);
    expect(account.stage(paymentTerms(null, EV), PIXELS, 1, staged)).toBe(0);
    account.settle(staged, lost, 0, 2);
    expect(account.balance.compare(EV)).toBe(0);
  });

  it("buys no tickets that are worth nothing, and says if that leaves it short (P-21)", () => {
    const worthless = paymentTerms(Rational.of(500n), Rational.ZERO);
    const staged = new StagedPayment();
    expect(new CreditAccount().stage(worthless, PIXELS, 0, staged)).toBe(0);
    expect(staged.isShort).toBe(true);
    const covered = new StagedPayment();
    expect(accountWith(Rational.of(10n ** 12n)).stage(worthless, PIXELS, 1, covered)).toBe(0);
    expect(covered.isShort).toBe(false);
    const free = new StagedPayment();
    expect(new CreditAccount().stage(paymentTerms(Rational.ZERO, null), PIXELS, 0, free)).toBe(0);
    expect(free.isShort).toBe(false);
  });

  it("refuses to buy more tickets than can be counted", () => {
    const dust = paymentTerms(Rational.of(10n ** 12n), Rational.ONE);
    const account = accountWith(EV);
    const staged = new StagedPayment();
    expect(() => account.stage(dust, PIXELS, 1, staged)).toThrow("more tickets");
    account.settle(staged, notSent, 0, 1);
    expect(account.balance.compare(EV)).toBe(0);
  });

  it("does not stage twice into one place", () => {
    const staged = new StagedPayment();
    const account = new CreditAccount();
    account.stage(TERMS, PIXELS, 0, staged);
    expect(() => account.stage(TERMS, PIXELS, 0, staged)).toThrow("settled before");
  });
});

describe("completion (P-22, P-23)", () => {
  const before = Rational.of(20_000_000_000n);
  const cases: readonly [string, PaymentOutcome, string][] = [
    [
      "not sent: the existing credit comes back, the tickets bought do not count",
      notSent,
      "20000000000/1",
    ],
    ["headers, but no result: all credit is gone", lost, "0/1"],
    [
      "result: existing + new − actual fee",
      received,
      `${20_000_000_000 + 2 * 8_000_000_000 - 500 * 60_000_000}/1`,
    ],
  ];

  it.each(cases)("%s", (_, outcome, balance) => {
    const account = accountWith(before);
    const staged = new StagedPayment();
    account.stage(TERMS, PIXELS, 1, staged);
    account.settle(staged, outcome, 60_000_000, 2);
    expect(account.balance.toString()).toBe(balance);
  });

  it("lets the balance go below zero", () => {
    const account = new CreditAccount();
    const staged = new StagedPayment();
    account.stage(TERMS, 1, 0, staged);
    account.settle(staged, received, PIXELS, 1);
    expect(account.balance.toString()).toBe(`${8_000_000_000 - 500 * PIXELS}/1`);
    // The debt is bought back with the next segment.
    const tickets = account.stage(TERMS, 1, 2, staged);
    expect(tickets).toBe(Math.ceil((8e9 + 500 * PIXELS - 8e9) / 8e9));
  });

  it("makes concurrent segments pay anew, and gives both their change (P-24)", () => {
    const account = accountWith(Rational.of(40_000_000_000n));
    const first = new StagedPayment();
    const second = new StagedPayment();
    expect(account.stage(TERMS, PIXELS, 1, first)).toBe(0);
    expect(account.stage(TERMS, PIXELS, 1, second)).toBe(5);
    account.settle(second, received, PIXELS, 2);
    account.settle(first, received, PIXELS, 3);
    expect(account.balance.toString()).toBe(`${80_000_000_000 - 2 * 500 * PIXELS}/1`);
  });
});

describe("idle accounts (P-25)", () => {
  // Sweeps at 0, 10, 20, … min.
  it.each([
    ["used 1 min after a sweep, idle 10 min", 1, 11, false],
    ["the sweep at 20 min finds it idle for 19 min", 1, 20, true],
    ["idle 18.9 min, but no sweep found it idle for more than 10", 1, 19.9, false],
    ["idle exactly 10 min at the sweep", 10, 20, false],
    ["idle just above 10 min at the sweep", 9.99, 20, true],
  ])("%s", (_, usedMin, nowMin, dropped) => {
    const account = new CreditAccount();
    const staged = new StagedPayment();
    account.stage(TERMS, PIXELS, usedMin * MINUTE, staged);
    account.settle(staged, received, PIXELS, usedMin * MINUTE);
    account.stage(TERMS, PIXELS, nowMin * MINUTE, staged);
    account.settle(staged, notSent, 0, nowMin * MINUTE);
    expect(account.balance.sign() === 0).toBe(dropped);
  });

  it("sweeps at the offset given", () => {
    const account = new CreditAccount(5 * MINUTE);
    const staged = new StagedPayment();
    account.stage(TERMS, PIXELS, 1 * MINUTE, staged);
    account.settle(staged, received, PIXELS, 1 * MINUTE);
    account.stage(TERMS, PIXELS, 15 * MINUTE, staged);
    account.settle(staged, notSent, 0, 15 * MINUTE);
    expect(account.balance.sign()).toBe(0);
  });

  it("keeps one account per recipient and auth session; a new session starts at 0", () => {
    const accounts = new CreditAccounts();
    const account = accounts.open("0xab", "s1");
    const staged = new StagedPayment();
    account.stage(TERMS, PIXELS, 0, staged);
    account.settle(staged, received, PIXELS, 0);
    expect(accounts.open("0xab", "s1")).toBe(account);
    expect(accounts.open("0xab", "s2").balance.sign()).toBe(0);
    expect(accounts.open("0xcd", "s1").balance.sign()).toBe(0);
    accounts.sweep(10 * MINUTE);
    expect(accounts.open("0xab", "s1")).toBe(account);
    accounts.sweep(20 * MINUTE);
    expect(accounts.size).toBe(0);
  });
});

/** The rules as they are written, on rationals: what the account must equal whatever happens. */
class PlainAccount {
  balance = Rational.ZERO;
  stage(terms: PaymentTerms, estimatedPixels: number): { credit: Rational; tickets: number } {
    const credit = this.balance;
    this.balance = Rational.ZERO;
    const fee = estimateFee(estimatedPixels, terms.price ?? Rational.ZERO);
    const minCredit = fee.compare(terms.ev) > 0 ? fee : terms.ev;
    if (credit.compare(minCredit) >= 0 || terms.ev.sign() === 0) return { credit, tickets: 0 };
    return { credit, tickets: Number(minCredit.sub(credit).div(terms.ev).ceil()) };
  }
  settle(
    terms: PaymentTerms,
    { credit, tickets }: { credit: Rational; tickets: number },
    outcome: PaymentOutcome,
    pixels: number,
  ): void {
    if (outcome === notSent) this.balance = this.balance.add(credit);
    if (outcome !== received) return;
    const bought = terms.ev.mul(Rational.of(BigInt(tickets)));
    const fee = (terms.price ?? Rational.ZERO).mul(Rational.of(BigInt(pixels)));
    this.balance = this.balance.add(credit).add(bought).sub(fee);
  }
}

// Prices and EVs that meet in whole numbers of tickets (ties), almost do (the real EV, a hair off
// a round one), and never do.
const faceValue = 1_200_000_000_000_000n;
const maxWinProb = 2n ** 256n - 1n;
const realEv = ticketEV({ faceValue, winProb: 8_000_000_000n * (maxWinProb / faceValue + 1n) });
const priceArbitrary = fc
  .constantFrom("0", "500", "1000", "125/2", "1/3", "1.5", "-3")
  .map(Rational.parse);
const evArbitrary = fc.constantFrom(
  EV,
  realEv,
  Rational.ZERO,
  Rational.of(17_280_000_000n),
  Rational.of(1n, 3n),
  Rational.of(10n ** 18n, 7n),
);
const pixelArbitrary = fc.oneof(
  fc.constantFrom(PIXELS, 2 * PIXELS, PIXELS / 2, 0, 1),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.integer({ min: 0, max: 2 ** 49 }),
);
const stepArbitrary = fc.record({
  terms: fc.integer({ min: 0, max: 2 }),
  slot: fc.integer({ min: 0, max: 2 }),
  estimate: pixelArbitrary,
  actual: pixelArbitrary,
  outcome: fc.constantFrom<PaymentOutcome>(notSent, lost, received, received, received),
});

describe("the account in doubles", () => {
  it("equals the rules on rationals, whatever happens (P-19 … P-24)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(priceArbitrary, evArbitrary), { minLength: 3, maxLength: 3 }),
        fc.array(stepArbitrary, { maxLength: 40 }),
        (pairs, steps) => {
          const terms = pairs.map(([price, ev]) => paymentTerms(price, ev));
          const account = new CreditAccount();
          const plain = new PlainAccount();
          const staged = [new StagedPayment(), new StagedPayment(), new StagedPayment()];
          const open: (null | [PaymentTerms, { credit: Rational; tickets: number }])[] = [];
          for (const step of steps) {
            const slot = staged[step.slot];
            const chosen = terms[step.terms];
            if (slot === undefined || chosen === undefined) throw new Error("three of each");
            const pending = open[step.slot] ?? null;
            if (pending === null) {
              const expected = plain.stage(chosen, step.estimate);
              fc.pre(Number.isSafeInteger(expected.tickets));
              expect(account.stage(chosen, step.estimate, 0, slot)).toBe(expected.tickets);
              open[step.slot] = [chosen, expected];
            } else {
              plain.settle(...pending, step.outcome, step.actual);
              account.settle(slot, step.outcome, step.actual, 0);
              open[step.slot] = null;
            }
            expect(account.balance.toString()).toBe(plain.balance.toString());
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("equals the exact rule right at and a hair beside whole numbers of tickets", () => {
    const hair = fc.bigInt({ min: -3n, max: 3n }).map((n) => Rational.of(n, 10n ** 60n));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        hair,
        pixelArbitrary,
        (tickets, off, pixels) => {
          const fee = estimateFee(pixels, Rational.of(500n));
          const minCredit = fee.compare(EV) > 0 ? fee : EV;
          const wei = minCredit.sub(EV.mul(Rational.of(BigInt(tickets)))).add(off);
          fc.pre(wei.sign() > 0);
          // What is missing is exactly `tickets` tickets less a hair (or plus one).
          const expected = off.sign() < 0 ? tickets + 1 : tickets;
          expect(accountWith(wei).stage(TERMS, pixels, 0, new StagedPayment())).toBe(expected);
        },
      ),
    );
  });

  it("rarely needs the exact rule, over a long session at the real EV", () => {
    const terms = paymentTerms(Rational.of(700n), realEv);
    const account = new CreditAccount();
    const plain = new PlainAccount();
    const staged = new StagedPayment();
    for (let segment = 0; segment < 2_000; segment++) {
      const actual = PIXELS - 1_111 * (segment % 97);
      const expected = plain.stage(terms, PIXELS);
      expect(account.stage(terms, PIXELS, segment, staged)).toBe(expected.tickets);
      account.settle(staged, received, actual, segment);
      plain.settle(terms, expected, received, actual);
    }
    expect(account.balance.toString()).toBe(plain.balance.toString());
    expect(account.exactDecisions).toBeLessThan(20);
  });

  it("is decided by bigints where the terms are beyond what doubles can prove", () => {
    const terms = paymentTerms(Rational.of(1n, 10n ** 300n), Rational.of(10n ** 20n));
    const credit = { tickets: 0, pixels: 0, carry: null };
    const account = new CreditAccount();
    expect(account.stage(terms, PIXELS, 0, new StagedPayment())).toBe(
      exactTicketCount(terms, PIXELS, credit),
    );
    expect(account.exactDecisions).toBe(1);
  });
});

describe("a segment that is known to have come back", () => {
  const prices = [
    null,
    Rational.ZERO,
    Rational.of(500n),
    Rational.of(1n, 7n),
    Rational.of(10n ** 12n),
  ];
  const evs = [null, EV, Rational.of(3n, 7n), Rational.of(10n ** 15n)];
  const terms = prices.flatMap((price) => evs.map((ev) => paymentTerms(price, ev)));
  const segments = fc.array(
    fc.record({
      // Mostly the same terms again.
      terms: fc.oneof({ weight: 6, arbitrary: fc.constant(-1) }, fc.nat(terms.length - 1)),
      estimated: fc.constantFrom(0, 1, PIXELS, 3 * PIXELS),
      actual: fc.constantFrom(0, 1, PIXELS - 7, 2 ** 49),
      gapMs: fc.constantFrom(0, 2_000, 11 * MINUTE, 25 * MINUTE),
      tookMs: fc.constantFrom(0, 400, 12 * MINUTE),
    }),
    { minLength: 1, maxLength: 30 },
  );

  /** What a gateway sends, and what it is left with, after each segment; or why it sends nothing more. */
  function told(
    list: typeof segments extends fc.Arbitrary<infer T> ? T : never,
    together: boolean,
  ) {
    const account = new CreditAccount(5_000);
    const staged = new StagedPayment();
    const said: unknown[] = [];
    let now = 0;
    let current = TERMS;
    for (const { terms: at, estimated, actual, gapMs, tookMs } of list) {
      current = terms[at] ?? current;
      now += gapMs;
      const end = now + tookMs;
      try {
        if (together) {
          const known = {
            estimatedPixels: Float64Array.of(estimated),
            sentMs: Float64Array.of(now),
            pixels: Float64Array.of(actual),
            endMs: Float64Array.of(end),
            tickets: Float64Array.of(-1, -1),
          };
          account.exchange(current, known, 1, staged);
          said.push(known.tickets[0]);
          expect(known.tickets[1]).toBe(-1);
        } else {
          said.push(account.stage(current, estimated, now, staged));
          account.settle(staged, received, actual, end);
        }
      } catch (error) {
        return [...said, String(error)];
      }
      now = end;
      said.push(
        account.balance.toString(),
        account.lastUsedMs,
        account.exactDecisions,
        staged.terms,
      );
    }
    return said;
  }

  it("is paid as one that is staged and settled", () => {
    fc.assert(
      fc.property(segments, (list) => {
        expect(told(list, true)).toEqual(told(list, false));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
