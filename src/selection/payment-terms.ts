/**
 * What a gateway needs to know to pay one orchestrator: the price of a pixel and the expected
 * value (EV) of a ticket. Immutable, made once per (price, EV) and shared by all segments paid
 * under them, with what the segment path needs precomputed.
 */
import { RemoteError } from "../core/errors.js";
import { Rational } from "../core/rational.js";

/** The fee estimate's safety factor (P-19): exactly the double 1.02 = 2296835809958953 ÷ 2^51. */
export const PIXEL_ESTIMATE_MULTIPLIER = 1.02;
const PIXEL_ESTIMATE_NUM = 2296835809958953n;
const PIXEL_ESTIMATE_SHIFT = 51n;

/** How far the price may rise above the one at session creation, as a factor. */
const PRICE_INCREASE_LIMIT = Rational.of(2n);

/** Frame rate assumed for pass-through renditions when a fee is estimated (P-19). */
const PASS_THROUGH_FPS = 60;

/** A requested rendition, as far as its fee goes. */
export interface FeeProfile {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Frames per `fpsDen` seconds; 0 passes the source's rate through. */
  readonly fps: number;
  /** Denominator of the frame rate; 0 means 1. */
  readonly fpsDen: number;
}

/** Price and ticket EV that a gateway pays under (P-19, P-20). Make one with {@link paymentTerms}. */
export interface PaymentTerms {
  /** Wei per output pixel; null where the orchestrator names no price (then nothing is paid). */
  readonly price: Rational | null;
  /** Expected value of one ticket in wei; zero where there are no or worthless tickets. */
  readonly ev: Rational;
  /** True if a ticket is worth something, so that buying tickets helps (P-21). */
  readonly sellsTickets: boolean;
  /**
   * Price of a pixel in tickets, price ÷ EV, rounded once to a double; NaN where double
   * arithmetic proves nothing (no tickets, a negative price, an absurd ratio).
   */
  readonly pixelTickets: number;
  /** Price of a pixel in units of 1 ÷ `unitsPerWei` wei. */
  readonly priceUnits: bigint;
  /** EV of a ticket in units of 1 ÷ `unitsPerWei` wei. */
  readonly evUnits: bigint;
  /** Common denominator of price and EV. */
  readonly unitsPerWei: bigint;
}

/**
 * Makes payment terms.
 *
 * @param price wei per pixel; null = the orchestrator names none (P-19: no fee)
 * @param ev expected value of a ticket in wei (P-1); null, zero or less = no tickets to buy (P-21)
 */
export function paymentTerms(price: Rational | null, ev: Rational | null): PaymentTerms {
  const worth = ev !== null && ev.sign() > 0 ? ev : Rational.ZERO;
  const wei = price ?? Rational.ZERO;
  const sellsTickets = worth.sign() > 0;
  const ratio = sellsTickets && wei.sign() >= 0 ? wei.div(worth).toNumber() : Number.NaN;
  // Outside this range a double loses relative precision; the exact path takes over.
  const certifiable = ratio === 0 || (ratio > 2 ** -900 && ratio < 2 ** 900);
  return {
    price,
    ev: worth,
    sellsTickets,
    pixelTickets: certifiable ? ratio : Number.NaN,
    priceUnits: wei.num * worth.den,
    evUnits: worth.num * wei.den,
    unitsPerWei: wei.den * worth.den,
  };
}

/**
 * Output pixels that the fee of a segment is estimated on, before the factor 1.02 (P-19):
 * Σ width × height × ceil(fps ÷ den) × ceil(segment seconds), where fps 0 counts as 60 and den 0 as 1.
 *
 * @param profiles the requested renditions
 * @param durationMs length of the segment
 */
export function estimatePixels(profiles: readonly FeeProfile[], durationMs: number): number {
  let pixels = 0;
  for (const { width, height, fps, fpsDen } of profiles) {
    const rate = (fps === 0 ? PASS_THROUGH_FPS : fps) / (fpsDen === 0 ? 1 : fpsDen);
    pixels += width * height * Math.ceil(rate);
  }
  return pixels * Math.ceil(durationMs / 1000);
}

/**
 * The fee estimate itself in wei, exact (P-19).
 *
 * @param pixels what {@link estimatePixels} returned
 * @param price wei per pixel
 */
export function estimateFee(pixels: number, price: Rational): Rational {
  const factor = Rational.of(PIXEL_ESTIMATE_NUM, 1n << PIXEL_ESTIMATE_SHIFT);
  return Rational.of(BigInt(pixels)).mul(factor).mul(price);
}

/**
 * Tickets to buy for a segment, exact: ceil((max(fee, EV) − credit) ÷ EV), 0 if the credit
 * suffices (P-20, P-21). The credit is `tickets` × EV − `pixels` × price + `carry`.
 *
 * @param terms price and EV; tickets must be worth something
 * @param estimatedPixels the segment's estimate (P-19)
 * @param credit what is there already
 * @throws RemoteError (`PAYMENT_TOO_MANY_TICKETS`) above 2^53 − 1 of them: the EV is absurd
 */
export function exactTicketCount(
  terms: PaymentTerms,
  estimatedPixels: number,
  credit: { readonly tickets: number; readonly pixels: number; readonly carry: Rational | null },
): number {
  const { priceUnits, evUnits, unitsPerWei } = terms;
  const scale = credit.carry?.den ?? 1n;
  const fee = BigInt(estimatedPixels) * PIXEL_ESTIMATE_NUM * priceUnits;
  const oneTicket = evUnits << PIXEL_ESTIMATE_SHIFT;
  const needed = (fee > oneTicket ? fee : oneTicket) * scale;
  let units = (BigInt(credit.tickets) * evUnits - BigInt(credit.pixels) * priceUnits) * scale;
  if (credit.carry !== null) units += credit.carry.num * unitsPerWei;
  const missing = needed - (units << PIXEL_ESTIMATE_SHIFT);
  if (missing <= 0n) return 0;
  const ticket = oneTicket * scale;
  const count = Number((missing + ticket - 1n) / ticket);
  if (!Number.isSafeInteger(count)) {
    throw new RemoteError("the fee takes more tickets than can be counted", {
      code: "PAYMENT_TOO_MANY_TICKETS",
    });
  }
  return count;
}

/**
 * May a session go on at this price? Up to and including twice the price at its creation;
 * the maximum price is not looked at again. Without either price there is nothing to compare.
 *
 * @param initialPrice wei per pixel when the session was made, never updated
 * @param currentPrice wei per pixel now
 */
export function isPriceAcceptable(
  initialPrice: Rational | null,
  currentPrice: Rational | null,
): boolean {
  if (initialPrice === null || currentPrice === null) return true;
  return currentPrice.compare(initialPrice.mul(PRICE_INCREASE_LIMIT)) <= 0;
}

/** Numbers the tickets of one set of ticket parameters: 1, 2, 3, … (P-5). */
export class TicketNonces {
  #next = 1;

  /** Starts over at 1: new ticket parameters, or the same ones started again. */
  restart(): void {
    this.#next = 1;
  }

  /**
   * Uses up `count` nonces, also when the payment then never leaves (P-23).
   *
   * @returns the first of them
   */
  take(count: number): number {
    const first = this.#next;
    this.#next += count;
    return first;
  }
}
