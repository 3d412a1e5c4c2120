import { describe, expect, it } from "vitest";
import { Rational } from "../../src/core/rational.js";
import { DISCOVERY_DEFAULTS } from "../../src/discovery/options.js";
import {
  MAX_WIN_PROB,
  type TicketLimits,
  ticketEV,
  ticketParamsFault,
} from "../../src/discovery/ticket-params.js";

const ETHER = 10n ** 18n;
// P-18: a face value of 1.2e15 wei that wins often enough to be worth 8e9 wei.
const params = {
  faceValue: 1_200_000_000_000_000n,
  winProb: (MAX_WIN_PROB / 1_200_000_000_000_000n) * 8_000_000_000n,
  expirationBlock: 1_040n,
};
const sender = { deposit: ETHER, withdrawRound: 0n, reserveFundsRemaining: ETHER };
const limits: TicketLimits = {
  maxTicketEV: DISCOVERY_DEFAULTS.maxTicketEV,
  maxTotalEV: DISCOVERY_DEFAULTS.maxTotalEV,
  depositMultiplier: DISCOVERY_DEFAULTS.depositMultiplier,
  lastInitializedRound: 50n,
  lastSeenL1Block: 1_000n,
  sender,
};

describe("P-1: the worth of a ticket", () => {
  it("is exact", () => {
    expect(ticketEV({ faceValue: 9n, winProb: MAX_WIN_PROB / 3n })).toEqual(Rational.of(3n));
  });

  it("prints with five decimals, halves away from zero", () => {
    expect(Rational.of(-1n, 200_000n).toFixed(5)).toBe("-0.00001");
    expect(Rational.of(-1n, 200_001n).toFixed(5)).toBe("-0.00000");
    expect(Rational.of(1_999_995n, 1_000_000n).toFixed(5)).toBe("2.00000");
    expect(ticketEV(params).toFixed(5)).toMatch(/^(7999999999|8000000000)\.\d{5}$/);
  });
});

describe("P-6: which terms are accepted", () => {
  it("usual ones are", () => {
    expect(ticketParamsFault(params, limits)).toBeNull();
  });

  it("each step has its fault, and the first one wins", () => {
    // Everything is wrong at first; each line mends what the line before was refused for.
    const wrong = {
      params: { faceValue: 10n * ETHER, winProb: MAX_WIN_PROB, expirationBlock: 0n },
      limits: {
        ...limits,
        maxTotalEV: Rational.of(1n),
        sender: null as TicketLimits["sender"],
      },
      numTickets: 2,
    };
    const broke = { deposit: 0n, withdrawRound: 51n, reserveFundsRemaining: 0n };
    const faults = [ticketParamsFault(null, limits)];
    const mend = (change: Partial<typeof wrong>) => {
      faults.push(ticketParamsFault(wrong.params, wrong.limits, wrong.numTickets));
      Object.assign(wrong, change);
    };
    mend({ params: { ...wrong.params, expirationBlock: 1_001n } });
    mend({ params: { ...wrong.params, expirationBlock: 1_002n } });
    mend({ params: { ...wrong.params, winProb: MAX_WIN_PROB - 1n } });
    mend({ params: { ...wrong.params, winProb: MAX_WIN_PROB / ETHER } });
    mend({ limits: { ...wrong.limits, sender: broke } });
    mend({ limits: { ...wrong.limits, sender: { ...broke, withdrawRound: 52n } } });
    mend({ limits: { ...wrong.limits, sender: { ...sender, deposit: 0n } } });
    mend({ limits: { ...wrong.limits, sender } });
    mend({ numTickets: 1, limits: { ...wrong.limits, sender, maxTotalEV: Rational.of(10n) } });
    mend({ params: { ...wrong.params, faceValue: ETHER } });
    mend({});
    expect(faults.map((fault) => fault && `${fault.kind}: ${fault.detail}`)).toEqual([
      "other: there are no ticket parameters",
      "other: the expiration block is 0",
      "expired: at block 1001, now 1000",
      "other: the face value 10000000000000000000 is too low",
      expect.stringMatching(
        /^other: a ticket is worth \d+\.\d{5} wei, more than 3000000000000\.00000 wei$/,
      ),
      "other: the gateway's funds cannot be read",
      "senderValidation: the gateway's funds unlock soon",
      "senderValidation: the gateway has no reserve",
      "senderValidation: the gateway has no deposit",
      expect.stringMatching(/^other: 2 tickets are worth .*, more than 1\.00000 wei$/),
      "other: the face value 10000000000000000000 is above 1000000000000000000",
      null,
    ]);
  });

  it("step 4: tickets that are worth nothing are accepted without a further look", () => {
    expect(ticketParamsFault({ ...params, winProb: 0n }, { ...limits, sender: null })).toBeNull();
  });

  it("step 2 looks at the low 64 bits only", () => {
    const fault = ticketParamsFault({ ...params, expirationBlock: 2n ** 64n }, limits);
    expect(fault?.detail).toBe("the expiration block is 0");
  });

  it("step 3 reads the low 64 bits of the difference as signed [Q]", () => {
    const at = (expirationBlock: bigint) =>
      ticketParamsFault({ ...params, expirationBlock }, { ...limits, lastSeenL1Block: 100n });
    expect(at(2n ** 64n - 1n)?.kind).toBe("expired");
    expect(at(2n ** 63n + 99n)).toBeNull();
    expect(at(2n ** 63n + 100n)?.kind).toBe("expired");
    expect(at(2n ** 64n + 101n)?.kind).toBe("expired");
    expect(at(2n ** 64n + 102n)).toBeNull();
  });

  it("step 8 asks the low 64 bits whether there is a round, and compares the whole [Q]", () => {
    const at = (withdrawRound: bigint, lastInitializedRound = 50n) =>
      ticketParamsFault(params, {
        ...limits,
        lastInitializedRound,
        sender: { ...sender, withdrawRound },
      });
    expect(at(2n ** 64n, 2n ** 65n)).toBeNull();
    expect(at(2n ** 64n + 1n, 2n ** 65n)?.kind).toBe("senderValidation");
    expect(at(2n ** 64n + 1n)).toBeNull();
    expect(at(-1n)?.kind).toBe("senderValidation");
  });

  it("step 12: no multiplier makes it crash, and a remainder is never negative", () => {
    const of = (depositMultiplier: bigint, deposit: bigint, faceValue: bigint) =>
      ticketParamsFault(
        { ...params, faceValue, winProb: MAX_WIN_PROB / ETHER },
        { ...limits, depositMultiplier, sender: { ...sender, deposit } },
      );
    expect(of(0n, ETHER, 5n)?.detail).toBe("the deposit multiplier is 0");
    expect(of(-2n, -7n, 4n)).toBeNull();
    expect(of(-2n, -7n, 5n)?.kind).toBe("other");
    expect(of(2n, -1n, 1n)?.detail).toBe("the face value 1 is above -1");
  });

  it("step 12: the deposit is divided by the multiplier, cut to whole wei", () => {
    const tight = { ...limits, depositMultiplier: 7n };
    const most = ETHER / 7n;
    const of = (faceValue: bigint) =>
      ticketParamsFault({ ...params, faceValue, winProb: MAX_WIN_PROB / ETHER }, tight);
    expect(of(most)).toBeNull();
    expect(of(most + 1n)?.kind).toBe("other");
  });
});
