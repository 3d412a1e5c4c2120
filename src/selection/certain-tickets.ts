/**
 * How many tickets a segment needs as far as doubles can prove it, one after the other of segments in a
 * row: see `payment.ts`, which does the rest in whole numbers.
 */
import { type PaymentTerms, PIXEL_ESTIMATE_MULTIPLIER } from "./payment-terms.js";

/** An account idle for longer is dropped at the next sweep (P-25). */
export const BALANCE_IDLE_LIMIT_MS = 600_000;

/** Segments in a row whose results are known; see `CreditAccount.exchange`. */
export interface KnownSegments {
  /** Output pixels before the factor 1.02 (`estimatePixels`). */
  readonly estimatedPixels: Float64Array;
  /** When each was sent, ms. */
  readonly sentMs: Float64Array;
  /** Pixels reported in its result, at most 2^50. */
  readonly pixels: Float64Array;
  /** When the result was there, ms: not before it was sent, nor after the next one was. */
  readonly endMs: Float64Array;
  /** Receives how many tickets are sent with it. */
  readonly tickets: Float64Array;
}

/** An account without a carry: what has been bought and debited under its terms. */
export interface Balance {
  /** Tickets bought so far. */
  tickets: number;
  /** Pixels debited so far. */
  pixels: number;
  /** When credit was last taken or given back, ms. */
  lastUsedMs: number;
}

/**
 * Buys tickets for segments in a row as far as doubles decide and nothing has to be folded or swept
 * ({@link certainTickets}, or a faster loop that does the same).
 *
 * @param terms current price and EV; tickets are worth something
 * @param segments what is paid for
 * @param from the first of them
 * @param count their end in the lists
 * @param balance what there is before, and afterwards
 * @returns the first segment that was not paid for
 */
export type CertainTickets = (
  terms: PaymentTerms,
  segments: KnownSegments,
  from: number,
  count: number,
  balance: Balance,
) => number;

/** 2^-49 = 16 roundings of 2^-53 each; the bound needs no more than 7 (see {@link certainTicketCount}). */
export const ERROR_PER_MAGNITUDE = 2 ** -49;
/** Beyond these the integers are folded, which keeps doubles precise and sums safe integers. */
export const FOLD_TICKETS = 2 ** 20;
export const FOLD_PIXELS = 2 ** 50;

/** The {@link CertainTickets} of an account. */
export function certainTickets(
  terms: PaymentTerms,
  { estimatedPixels, sentMs, pixels, endMs, tickets }: KnownSegments,
  from: number,
  count: number,
  balance: Balance,
): number {
  let { tickets: ownTickets, pixels: ownPixels, lastUsedMs } = balance;
  let at = from;
  for (; at < count; at++) {
    if ((sentMs[at] as number) - lastUsedMs > BALANCE_IDLE_LIMIT_MS) break;
    if (ownTickets > FOLD_TICKETS || ownPixels > FOLD_PIXELS) break;
    const estimated = estimatedPixels[at] as number;
    const bought = certainTicketCount(terms, estimated, ownTickets, ownPixels, 0);
    if (bought < 0) break;
    tickets[at] = bought;
    ownTickets += bought;
    ownPixels += pixels[at] as number;
    lastUsedMs = endMs[at] as number;
  }
  balance.tickets = ownTickets;
  balance.pixels = ownPixels;
  balance.lastUsedMs = lastUsedMs;
  return at;
}

/**
 * The ticket count as far as doubles can prove it, −1 where they cannot.
 *
 * In units of tickets the answer is max(0, ceil(v)) with v = max(1.02 · P · ρ, 1) + X · ρ − c − T:
 * P, X, T are exact integers, 1.02 is the exact factor, ρ = price ÷ EV and c = carry ÷ EV carry one
 * rounding each. With u = 2^-53: the estimate is off by ≤ 3.01 u of itself, X · ρ by ≤ 2.01 u, c by
 * u, and each of the three sums by u of at most A = |estimate or 1| + X · ρ + |c| + T. Together less
 * than 7 u A; 16 u A is allowed. v is decided if no whole number lies that close to it.
 */
export function certainTicketCount(
  terms: PaymentTerms,
  estimatedPixels: number,
  tickets: number,
  pixels: number,
  carry: number,
): number {
  const ratio = terms.pixelTickets;
  const estimate = estimatedPixels * PIXEL_ESTIMATE_MULTIPLIER * ratio;
  const needed = Math.max(estimate, 1);
  const debited = pixels * ratio;
  const missing = needed + debited - carry - tickets;
  const error = (needed + debited + Math.abs(carry) + tickets) * ERROR_PER_MAGNITUDE;
  if (missing < -error) return 0;
  // NaN (uncertifiable terms) fails this comparison, and so do magnitudes of 2^47 and more.
  if (!(Math.abs(missing - Math.round(missing)) > error)) return -1;
  return Math.ceil(missing);
}
