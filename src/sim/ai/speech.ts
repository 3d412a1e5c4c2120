/**
 * Balances of text-to-speech: a gateway pays for bytes, and the orchestrator debits a thousand
 * times as much, until it answers `Insufficient balance`. Of other jobs both count alike, so that a
 * balance always suffices. Amounts are whole numbers of wei ÷ the price's denominator.
 */
import type { Rational } from "../../core/rational.js";
import { BALANCE_IDLE_LIMIT_MS } from "../../selection/index.js";
import type { AIRequestSlot } from "./entities.js";

interface Account {
  /** What the gateway believes to have left (P-21). */
  credit: bigint;
  /** What the orchestrator says is left (P-30, P-32). */
  balance: bigint;
  usedMs: number;
}

/** The accounts of all gateways with all orchestrators. */
export class SpeechBalances {
  readonly #ticketEV: bigint;
  readonly #accounts = new Map<string, Account>();
  /** By request: what it has staged. */
  readonly #staged = new Map<AIRequestSlot, bigint>();

  /** @param ticketEV expected value of a ticket, wei */
  constructor(ticketEV: bigint) {
    this.#ticketEV = ticketEV;
  }

  /**
   * A request is paid for (A-36, P-20, P-21): the credit is gone as soon as the payment is made.
   *
   * @param account whose, with whom
   * @param price of a unit
   */
  pay(request: AIRequestSlot, account: string, price: Rational, nowMs: number): void {
    const known = this.#at(account, nowMs);
    const fee = BigInt(request.units) * price.num;
    const ticket = this.#ticketEV * price.den;
    const needed = fee > ticket ? fee : ticket;
    const missing = needed - known.credit;
    const tickets = missing <= 0n || ticket === 0n ? 0n : (missing + ticket - 1n) / ticket;
    request.tickets = Number(tickets);
    this.#staged.set(request, known.credit + tickets * ticket - fee);
    known.credit = 0n;
  }

  /** The request has been answered, or not: a 200 brings the change back. */
  settle(request: AIRequestSlot, account: string, isReceived: boolean, nowMs: number): void {
    const change = this.#staged.get(request);
    this.#staged.delete(request);
    if (isReceived && change !== undefined) this.#at(account, nowMs).credit += change;
  }

  /** It has arrived: whether the orchestrator finds its balance sufficient (P-30, P-31). */
  suffices(account: string, tickets: number, price: Rational, nowMs: number): boolean {
    const known = this.#at(account, nowMs);
    const ticket = this.#ticketEV * price.den;
    known.balance += BigInt(tickets) * ticket;
    return known.balance >= ticket;
  }

  /** The job is done (P-32). */
  debit(account: string, units: number, price: Rational, nowMs: number): void {
    this.#at(account, nowMs).balance -= BigInt(units) * price.num;
  }

  #at(account: string, nowMs: number): Account {
    const known = this.#accounts.get(account);
    if (known !== undefined && nowMs - known.usedMs <= BALANCE_IDLE_LIMIT_MS) {
      known.usedMs = nowMs;
      return known;
    }
    const made = { credit: 0n, balance: 0n, usedMs: nowMs };
    this.#accounts.set(account, made);
    return made;
  }
}
