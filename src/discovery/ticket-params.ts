/** Whether a gateway accepts an orchestrator's terms for tickets (P-1, P-6). */
import { Rational } from "../core/rational.js";
import type { TicketParams } from "./orchestrator-info.js";

/** The winning chance 1 as tickets write it (P-1). */
export const MAX_WIN_PROB = 2n ** 256n - 1n;

/** The chance of winning of a ticket, from 0 to 1 (P-1). */
export function winProbability(params: Pick<TicketParams, "winProb">): Rational {
  return Rational.of(params.winProb, MAX_WIN_PROB);
}

/** What a ticket is worth on average, in wei (P-1). */
export function ticketEV(params: Pick<TicketParams, "faceValue" | "winProb">): Rational {
  return Rational.of(params.faceValue * params.winProb, MAX_WIN_PROB);
}

/** The funds of the gateway as they are on chain. */
export interface SenderInfo {
  /** The sender's deposit, in wei. */
  readonly deposit: bigint;
  /** Round from which the funds may be withdrawn; 0 = locked. */
  readonly withdrawRound: bigint;
  /** Wei left of the reserve. */
  readonly reserveFundsRemaining: bigint;
}

/** What a gateway accepts, and what it knows of the chain. */
export interface TicketLimits {
  /** Wei; go-livepeer's `-maxTicketEV`. */
  readonly maxTicketEV: Rational;
  /** Wei for one segment's tickets; `-maxTotalEV`. */
  readonly maxTotalEV: Rational;
  /** A ticket's face value is at most the deposit divided by this; `-depositMultiplier`, ≥ 1 (0 accepts no face value). */
  readonly depositMultiplier: bigint;
  /** The last round that was initialised on chain. */
  readonly lastInitializedRound: bigint;
  /** The last block of Ethereum that the gateway has seen. */
  readonly lastSeenL1Block: bigint;
  /** null = it cannot be read now. */
  readonly sender: SenderInfo | null;
}

/** Why terms are not accepted. */
export interface TicketParamsFault {
  /**
   * `expired` terms can be asked for anew (M-35), a `senderValidation` fault is the gateway's own
   * and stops the stream (P-8).
   */
  readonly kind: "expired" | "senderValidation" | "other";
  /** What is wrong with the terms, in words. */
  readonly detail: string;
}

/**
 * The first fault of ticket parameters in the order of P-6, or null when they are accepted. Blocks
 * and rounds are compared by as many bits as go-livepeer looks at, which for the block is 64, read
 * as signed: a block of 2^64 − 1 has expired.
 *
 * @param params null = none were sent
 * @param limits of the gateway
 * @param numTickets how many tickets are to be made; 1 in discovery and refreshes (P-7)
 */
export function ticketParamsFault(
  params: Pick<TicketParams, "faceValue" | "winProb" | "expirationBlock"> | null,
  limits: TicketLimits,
  numTickets = 1,
): TicketParamsFault | null {
  if (params === null) return other("there are no ticket parameters");
  const { faceValue, expirationBlock } = params;
  if (BigInt.asUintN(64, expirationBlock) === 0n) return other("the expiration block is 0");
  if (BigInt.asIntN(64, expirationBlock - limits.lastSeenL1Block) <= 1n) {
    return fault("expired", `at block ${expirationBlock}, now ${limits.lastSeenL1Block}`);
  }

  const ev = ticketEV(params);
  if (ev.sign() <= 0) return null;
  if (ev.compare(Rational.of(faceValue)) >= 0) {
    return other(`the face value ${faceValue} is too low`);
  }
  if (ev.compare(limits.maxTicketEV) > 0) {
    return other(`a ticket is worth ${text(ev)}, more than ${text(limits.maxTicketEV)}`);
  }

  const { sender } = limits;
  if (sender === null) return other("the gateway's funds cannot be read");
  const unlocked = BigInt.asUintN(64, sender.withdrawRound) !== 0n;
  if (unlocked && sender.withdrawRound <= limits.lastInitializedRound + 1n) {
    return fault("senderValidation", "the gateway's funds unlock soon");
  }
  if (sender.reserveFundsRemaining === 0n) {
    return fault("senderValidation", "the gateway has no reserve");
  }
  if (sender.deposit === 0n) return fault("senderValidation", "the gateway has no deposit");

  const total = ev.mul(Rational.of(BigInt(numTickets)));
  if (total.compare(limits.maxTotalEV) > 0) {
    const worth = `${numTickets} tickets are worth ${text(total)}`;
    return other(`${worth}, more than ${text(limits.maxTotalEV)}`);
  }
  if (limits.depositMultiplier === 0n) return other("the deposit multiplier is 0");
  const maxFaceValue = divide(sender.deposit, limits.depositMultiplier);
  if (faceValue > maxFaceValue) {
    return other(`the face value ${faceValue} is above ${maxFaceValue}`);
  }
  return null;
}

/** Division whose remainder is never negative, as go-livepeer's big numbers divide. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (dividend - quotient * divisor >= 0n) return quotient;
  return divisor > 0n ? quotient - 1n : quotient + 1n;
}

function other(detail: string): TicketParamsFault {
  return fault("other", detail);
}

function fault(kind: TicketParamsFault["kind"], detail: string): TicketParamsFault {
  return { kind, detail };
}

function text(wei: Rational): string {
  return `${wei.toFixed(5)} wei`;
}
