/**
 * The credit that a gateway holds with one orchestrator under one auth session (P-19 … P-25).
 *
 * Exact always, yet cheap: under one pair (price, EV) the balance is two integers, tickets bought
 * and pixels debited. How many tickets a segment needs is decided in doubles with a proven error
 * bound; where the result is too close to a whole number to be certain, bigints decide. Only when
 * price or EV change is the balance folded into a rational.
 */
import { invariant } from "../core/errors.js";
import { Rational } from "../core/rational.js";
import {
  BALANCE_IDLE_LIMIT_MS,
  type Balance,
  type CertainTickets,
  certainTicketCount,
  certainTickets,
  FOLD_PIXELS,
  FOLD_TICKETS,
  type KnownSegments,
} from "./certain-tickets.js";
import { exactTicketCount, type PaymentTerms, PIXEL_ESTIMATE_MULTIPLIER } from "./payment-terms.js";

/** Sweeps happen this often (P-25). */
export const BALANCE_SWEEP_INTERVAL_MS = 600_000;

/** How the call that a payment went with ended (P-22, P-23). */
export const PAYMENT_OUTCOME = {
  /** No response headers arrived: the existing credit comes back. */
  notSent: 0,
  /** Headers arrived, but no usable result: existing and new credit are gone. */
  lost: 1,
  /** A result with data: existing plus new credit minus the actual fee comes back. */
  received: 2,
} as const;

/** One of {@link PAYMENT_OUTCOME}. */
export type PaymentOutcome = (typeof PAYMENT_OUTCOME)[keyof typeof PAYMENT_OUTCOME];

/**
 * What one segment has taken out of its account: owned and reused by the caller, written by
 * {@link CreditAccount.stage}, consumed by {@link CreditAccount.settle}.
 */
export class StagedPayment {
  /** The terms it was staged under; null while nothing is staged. */
  terms: PaymentTerms | null = null;
  /** Existing credit: this many tickets … */
  tickets = 0;
  /** … minus this many pixels … */
  pixels = 0;
  /** … plus this many wei from earlier terms. */
  carry: Rational | null = null;
  /** `carry` ÷ EV, rounded once. */
  carryTickets = 0;
  /** Tickets bought for this segment. */
  newTickets = 0;
  /** True if the credit does not suffice and no tickets can be bought: go-livepeer only warns (P-21). */
  isShort = false;

  /** Forgets what was staged. */
  clear(): void {
    this.terms = null;
    this.carry = null;
    this.tickets = this.pixels = this.carryTickets = this.newTickets = 0;
    this.isShort = false;
  }
}

/** What {@link CreditAccount.exchange} hands on, used again. */
const passed: Balance = { tickets: 0, pixels: 0, lastUsedMs: 0 };

/** Balance of one (ticket recipient, auth session id) at the gateway. Starts at 0 (P-25). */
export class CreditAccount {
  #terms: PaymentTerms | null = null;
  #tickets = 0;
  #pixels = 0;
  #carry: Rational | null = null;
  #carryTickets = 0;
  #lastUsedMs = Number.NEGATIVE_INFINITY;
  readonly #sweepOffsetMs: number;
  #exactDecisions = 0;

  /**
   * @param sweepOffsetMs an instant at which a sweep of idle accounts takes place; the others lie
   *   10 min apart (P-25)
   */
  constructor(sweepOffsetMs = 0) {
    this.#sweepOffsetMs = sweepOffsetMs;
  }

  /** How often doubles could not decide and bigints did. */
  get exactDecisions(): number {
    return this.#exactDecisions;
  }

  /** When credit was last taken or given back, in ms. */
  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** The balance in wei, exact. For reports and checks, not for the segment path. */
  get balance(): Rational {
    return creditOf(this.#terms, this.#tickets, this.#pixels, this.#carry);
  }

  /**
   * Takes the whole balance and says how many tickets must come with it (P-20, P-21). A segment
   * staged while another is under way therefore sees 0 (P-24).
   *
   * @param terms current price and EV; null if there is no sender. Without terms or price
   *   nothing is staged
   * @param estimatedPixels output pixels before the factor 1.02 (`estimatePixels`)
   * @param nowMs current time
   * @param staged receives what was taken; must not hold another segment's credit
   * @returns number of tickets to send
   * @throws RemoteError (`PAYMENT_TOO_MANY_TICKETS`) if they cannot be counted; settle as not sent
   */
  stage(
    terms: PaymentTerms | null,
    estimatedPixels: number,
    nowMs: number,
    staged: StagedPayment,
  ): number {
    invariant(staged.terms === null, "a staged payment is settled before it is used again");
    if (terms === null || terms.price === null) return 0;
    this.#touch(nowMs);
    if (terms !== this.#terms) this.#adopt(terms);
    staged.terms = terms;
    staged.tickets = this.#tickets;
    staged.pixels = this.#pixels;
    staged.carry = this.#carry;
    staged.carryTickets = this.#carryTickets;
    this.#empty();
    const tickets = terms.sellsTickets
      ? this.#ticketsFor(terms, estimatedPixels, staged)
      : this.#worthless(terms, estimatedPixels, staged);
    staged.newTickets = tickets;
    return tickets;
  }

  /**
   * Ends a staged payment (P-22, P-23). No-op if nothing is staged.
   *
   * @param staged what {@link stage} filled; empty afterwards
   * @param outcome how the segment call ended
   * @param actualPixels pixels reported in the result (only for `received`)
   * @param nowMs current time
   */
  settle(
    staged: StagedPayment,
    outcome: PaymentOutcome,
    actualPixels: number,
    nowMs: number,
  ): void {
    const terms = staged.terms;
    if (terms === null) return;
    if (outcome !== PAYMENT_OUTCOME.lost) {
      this.#touch(nowMs);
      const received = outcome === PAYMENT_OUTCOME.received;
      const [tickets, pixels] = received ? [staged.newTickets, actualPixels] : [0, 0];
      // So many cannot be added to others without rounding.
      const isBeyond = tickets > FOLD_TICKETS || pixels > FOLD_PIXELS;
      if (isBeyond) this.#addCarry(creditOf(terms, tickets, pixels, null), this.#own);
      this.#credit(
        terms,
        staged.tickets + (isBeyond ? 0 : tickets),
        staged.pixels + (isBeyond ? 0 : pixels),
        staged.carry,
        staged.carryTickets,
      );
      if (isBeyond) this.#fold(this.#own);
    }
    staged.clear();
  }

  /**
   * {@link stage} and {@link settle} of segments in a row that are known to have come back, each
   * before the next one was sent: the account has nothing else under way meanwhile.
   *
   * @param terms as for `stage`
   * @param segments what is paid for; receives how many tickets are sent with each
   * @param count how many segments, the first of the lists
   * @param staged for a payment that takes the longer way; holds nothing before and after
   * @param certain the loop that most are paid for in
   * @throws RemoteError (`PAYMENT_TOO_MANY_TICKETS`) as `stage` does; segments before are paid for
   */
  exchange(
    terms: PaymentTerms,
    segments: KnownSegments,
    count: number,
    staged: StagedPayment,
    certain: CertainTickets = certainTickets,
  ): void {
    const { estimatedPixels, sentMs, pixels, endMs, tickets } = segments;
    let at = 0;
    while (at < count) {
      // Terms without a price never become the account's.
      if (terms === this.#terms && this.#carry === null && terms.sellsTickets) {
        at = this.#exchangeCertain(terms, segments, at, count, certain);
        if (at === count) return;
      }
      const sent = sentMs[at] as number;
      tickets[at] = this.stage(terms, estimatedPixels[at] as number, sent, staged);
      const [actual, end] = [pixels[at] as number, endMs[at] as number];
      this.settle(staged, PAYMENT_OUTCOME.received, actual, end);
      at++;
    }
  }

  #exchangeCertain(
    terms: PaymentTerms,
    segments: KnownSegments,
    from: number,
    count: number,
    certain: CertainTickets,
  ): number {
    const balance = passed;
    balance.tickets = this.#tickets;
    balance.pixels = this.#pixels;
    balance.lastUsedMs = this.#lastUsedMs;
    const at = certain(terms, segments, from, count, balance);
    this.#tickets = balance.tickets;
    this.#pixels = balance.pixels;
    this.#lastUsedMs = balance.lastUsedMs;
    if (this.#tickets > FOLD_TICKETS || this.#pixels > FOLD_PIXELS) this.#fold(terms);
    return at;
  }

  #empty(): void {
    this.#tickets = 0;
    this.#pixels = 0;
    this.#carry = null;
    this.#carryTickets = 0;
  }

  /** Drops the balance if a sweep found it idle since it was last used, then marks it used. */
  #touch(nowMs: number): void {
    if (nowMs - this.#lastUsedMs > BALANCE_IDLE_LIMIT_MS) {
      const sinceSweepMs = (nowMs - this.#sweepOffsetMs) % BALANCE_SWEEP_INTERVAL_MS;
      const lastSweepMs =
        nowMs - (sinceSweepMs < 0 ? sinceSweepMs + BALANCE_SWEEP_INTERVAL_MS : sinceSweepMs);
      if (lastSweepMs - this.#lastUsedMs > BALANCE_IDLE_LIMIT_MS) this.#empty();
    }
    this.#lastUsedMs = nowMs;
  }

  /** Goes over to other terms; what is there becomes carry unless they are worth the same. */
  #adopt(terms: PaymentTerms): void {
    const same = this.#terms !== null && sameWorth(this.#terms, terms);
    if (!same) this.#fold(terms);
    this.#terms = terms;
  }

  #fold(terms: PaymentTerms): void {
    const balance = this.balance;
    this.#empty();
    if (balance.sign() === 0) return;
    this.#carry = balance;
    this.#carryTickets = inTickets(balance, terms);
  }

  #credit(
    terms: PaymentTerms,
    tickets: number,
    pixels: number,
    carry: Rational | null,
    carryTickets: number,
  ): void {
    const own = this.#own;
    if (own !== terms && !sameWorth(own, terms)) {
      // The price or EV changed while the segment was under way.
      this.#addCarry(creditOf(terms, tickets, pixels, carry), own);
      return;
    }
    this.#tickets += tickets;
    this.#pixels += pixels;
    if (carry !== null) {
      if (this.#carry === null) {
        this.#carry = carry;
        this.#carryTickets = carryTickets;
      } else {
        this.#addCarry(carry, own);
      }
    }
    if (this.#tickets > FOLD_TICKETS || this.#pixels > FOLD_PIXELS) this.#fold(own);
  }

  get #own(): PaymentTerms {
    invariant(this.#terms !== null, "an account that has staged something has terms");
    return this.#terms;
  }

  #addCarry(amount: Rational, terms: PaymentTerms): void {
    const sum = this.#carry === null ? amount : this.#carry.add(amount);
    this.#carry = sum.sign() === 0 ? null : sum;
    this.#carryTickets = inTickets(sum, terms);
  }

  #ticketsFor(terms: PaymentTerms, estimatedPixels: number, credit: StagedPayment): number {
    const { tickets, pixels, carryTickets } = credit;
    const certain = certainTicketCount(terms, estimatedPixels, tickets, pixels, carryTickets);
    if (certain >= 0) return certain;
    this.#exactDecisions += 1;
    return exactTicketCount(terms, estimatedPixels, credit);
  }

  /** Tickets are worth nothing: none are bought, whatever is missing (P-21). */
  #worthless(terms: PaymentTerms, estimatedPixels: number, credit: StagedPayment): number {
    const isFree = terms.priceUnits === 0n && credit.carry === null;
    if (!isFree) {
      const fee = BigInt(estimatedPixels) * terms.priceUnits;
      const owned = creditOf(terms, credit.tickets, credit.pixels, credit.carry);
      // minCredit = max(fee, 0); the factor 1.02 is applied exactly.
      const missing = Rational.of(fee, terms.unitsPerWei).mul(FEE_FACTOR);
      credit.isShort = owned.compare(missing.sign() > 0 ? missing : Rational.ZERO) < 0;
    }
    return 0;
  }
}

const FEE_FACTOR = Rational.fromNumber(PIXEL_ESTIMATE_MULTIPLIER);

function creditOf(
  terms: PaymentTerms | null,
  tickets: number,
  pixels: number,
  carry: Rational | null,
): Rational {
  if (terms === null) return carry ?? Rational.ZERO;
  const units = BigInt(tickets) * terms.evUnits - BigInt(pixels) * terms.priceUnits;
  const own = Rational.of(units, terms.unitsPerWei);
  return carry === null ? own : own.add(carry);
}

function inTickets(amount: Rational, terms: PaymentTerms): number {
  return terms.sellsTickets ? amount.div(terms.ev).toNumber() : 0;
}

function sameWorth(a: PaymentTerms, b: PaymentTerms): boolean {
  return (
    a.priceUnits === b.priceUnits && a.evUnits === b.evUnits && a.unitsPerWei === b.unitsPerWei
  );
}
