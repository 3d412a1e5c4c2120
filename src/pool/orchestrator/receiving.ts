/**
 * The orchestrator's side of payments (P-28 … P-32): credit by tickets, debit by pixels. Per
 * segment it counts whole numbers; exact fractions are made only where a decision is close.
 */
import { invariant } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";

/** How an orchestrator takes payments. */
export interface ReceivingOptions {
  /** What a ticket is expected to bring, wei: credited per ticket (P-30), wanted as balance (P-31). */
  readonly ticketEv: Rational;
  /** Off-chain, payments have no effect (P-28). @default true */
  readonly onChain?: boolean | undefined;
  /** Idle time after which a balance is dropped by the next sweep, ms (P-25). @default 600_000 */
  readonly idleMs?: number | undefined;
}

/** A gateway's balance in one auth session: settled + tickets × EV − pixels × price. */
interface Balance {
  settled: Rational;
  tickets: number;
  pixels: number;
  /** Price of those pixels; `priceFloat` is its nearest double. */
  price: Rational;
  priceFloat: number;
  /** Pinned by the first payment; null = none yet. */
  fixedPrice: Rational | null;
  lastMs: number;
}

/** Doubles decide when they differ by more than this share. */
const CLOSE = 1e-9;

/** Balances of an orchestrator, by sender and auth session (both the caller's numbers). */
export class OrchestratorReceiving {
  readonly #ev: Rational;
  readonly #evFloat: number;
  readonly #onChain: boolean;
  readonly #idleMs: number;
  readonly #senders = new Map<number, Map<number, Balance>>();

  constructor({ ticketEv, onChain = true, idleMs = 600_000 }: ReceivingOptions) {
    this.#ev = ticketEv;
    this.#evFloat = ticketEv.toNumber();
    this.#onChain = onChain;
    this.#idleMs = idleMs;
  }

  /**
   * A payment arrives with a segment (P-28 … P-31): pins the price, credits the tickets, and
   * judges whether the balance suffices.
   *
   * @param tickets valid ones, a whole number from 0
   * @param expectedPrice the payment's, wei per pixel
   * @returns false for `Insufficient balance` (HTTP 400)
   */
  payment(
    sender: number,
    session: number,
    tickets: number,
    expectedPrice: Rational,
    nowMs: number,
  ): boolean {
    if (!this.#onChain) return true;
    const sessions = this.#senders.get(sender);
    if (sessions !== undefined) {
      // P-28: a payment without tickets pins 0. A sender without any record pins nothing.
      const balance = this.#balance(sessions, session, nowMs);
      balance.fixedPrice ??= tickets > 0 ? expectedPrice : Rational.ZERO;
    }
    if (tickets > 0) {
      const balance = this.#balance(this.#sessionsOf(sender), session, nowMs);
      balance.tickets += tickets;
      balance.lastMs = nowMs;
    }
    if (expectedPrice.num === 0n) return true;
    const balance = this.#senders.get(sender)?.get(session);
    return balance !== undefined && this.#suffices(balance);
  }

  /**
   * Debits transcoded pixels at the payment's expected price; the balance may go negative (P-32).
   *
   * @param pixels of all renditions uploaded (O-4), a whole number
   */
  debit(sender: number, session: number, pixels: number, price: Rational, nowMs: number): void {
    if (!this.#onChain) return;
    const balance = this.#balance(this.#sessionsOf(sender), session, nowMs);
    if (price !== balance.price && price.compare(balance.price) !== 0) {
      balance.settled = balance.settled.sub(owed(balance));
      balance.pixels = 0;
      balance.price = price;
      balance.priceFloat = price.toNumber();
    }
    balance.pixels += pixels;
    balance.lastMs = nowMs;
    invariant(Number.isSafeInteger(balance.pixels), "pixels are counted exactly");
  }

  /** The exact balance in wei, null without a record. */
  balance(sender: number, session: number): Rational | null {
    const balance = this.#senders.get(sender)?.get(session);
    return balance === undefined ? null : this.#exact(balance);
  }

  /** The price that the first payment pinned for the session, null without one. */
  fixedPrice(sender: number, session: number): Rational | null {
    return this.#senders.get(sender)?.get(session)?.fixedPrice ?? null;
  }

  /** Drops balances that were idle for 10 minutes; due every 10 minutes (P-25). */
  sweep(nowMs: number): void {
    for (const [sender, sessions] of this.#senders) {
      for (const [session, { lastMs }] of sessions) {
        if (nowMs - lastMs > this.#idleMs) sessions.delete(session);
      }
      if (sessions.size === 0) this.#senders.delete(sender);
    }
  }

  /** P-31: at least one ticket's expected value. */
  #suffices(balance: Balance): boolean {
    const credit = balance.settled.sign() === 0 ? 0 : balance.settled.toNumber();
    const have = credit + balance.tickets * this.#evFloat;
    const need = this.#evFloat + balance.pixels * balance.priceFloat;
    if (Math.abs(have - need) > CLOSE * (Math.abs(credit) + have + need)) return have > need;
    return this.#exact(balance).compare(this.#ev) >= 0;
  }

  #exact(balance: Balance): Rational {
    return balance.settled.add(this.#ev.mul(whole(balance.tickets))).sub(owed(balance));
  }

  #sessionsOf(sender: number): Map<number, Balance> {
    let sessions = this.#senders.get(sender);
    if (sessions === undefined) {
      sessions = new Map();
      this.#senders.set(sender, sessions);
    }
    return sessions;
  }

  #balance(sessions: Map<number, Balance>, session: number, nowMs: number): Balance {
    let balance = sessions.get(session);
    if (balance === undefined) {
      balance = {
        settled: Rational.ZERO,
        tickets: 0,
        pixels: 0,
        price: Rational.ZERO,
        priceFloat: 0,
        fixedPrice: null,
        lastMs: nowMs,
      };
      sessions.set(session, balance);
    }
    return balance;
  }
}

function owed({ pixels, price }: Balance): Rational {
  return price.mul(whole(pixels));
}

function whole(value: number): Rational {
  return Rational.of(BigInt(value));
}
