/**
 * The tickets that orchestrators ask for: face value and winning chance as the recipient chooses
 * them (P-11 … P-15), and how many of a payment's tickets win (P-4).
 */
import { normalQuantile } from "../../../core/random.js";
import { Rational } from "../../../core/rational.js";
import { MAX_WIN_PROB, ticketEV } from "../../../discovery/ticket-params.js";
import { type PaymentTerms, paymentTerms, type SessionPrice } from "../../../selection/index.js";
import type { Scenario } from "../../scenario/schema.js";

const TX_COST_MULTIPLIER = 100n;
const REDEEM_GAS = 1_200_000n;
const WEI_PER_GWEI = 1_000_000_000n;

/** Terms of one orchestrator's tickets. */
export interface TicketTerms {
  /** Wei. */
  readonly faceValue: bigint;
  /** Of 2^256 − 1. */
  readonly winProb: bigint;
  readonly payment: PaymentTerms;
  /** Natural logarithm of the chance that a ticket does not win. */
  readonly logLoss: number;
  /** The winning chance as a double. */
  readonly chance: number;
  /** The chance that none of so many tickets wins, where it was asked for. */
  readonly noneOf: number[];
}

/** Expected value of a ticket, wei. */
function evOf({ ticketEV: ev }: Scenario["tickets"]): bigint {
  return Rational.parse(ev).floor();
}

/**
 * The face value that a recipient asks for, wei (P-12, P-13): a hundred times the cost of
 * redeeming it, or of its own EV if that is more; 0 where tickets are worth nothing.
 */
export function faceValueOf(tickets: Scenario["tickets"]): bigint {
  const ev = evOf(tickets);
  if (ev === 0n) return 0n;
  const gasPrice = Rational.parse(tickets.gasPriceGwei).mul(Rational.of(WEI_PER_GWEI)).floor();
  const faceValue = REDEEM_GAS * gasPrice * TX_COST_MULTIPLIER;
  return faceValue < ev ? ev * TX_COST_MULTIPLIER : faceValue;
}

/** Terms by what they depend on: every run of an experiment asks for those of the same network. */
const known = new Map<string, TicketTerms>();
const KNOWN_MAX = 10_000;

/**
 * Chooses an orchestrator's terms. The gateway's reserve is taken to be large enough: it caps no face
 * value and refuses nobody (P-14, P-33).
 *
 * @param price what it asks for a pixel; 0 makes tickets worthless (P-11)
 */
export function ticketTerms(price: SessionPrice, tickets: Scenario["tickets"]): TicketTerms {
  const key = `${price.rational} ${tickets.ticketEV} ${tickets.gasPriceGwei}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const terms = chosenTerms(price, tickets);
  known.set(key, terms);
  return terms;
}

function chosenTerms(price: SessionPrice, tickets: Scenario["tickets"]): TicketTerms {
  const ev = evOf(tickets);
  if (price.rational.sign() === 0 || ev === 0n) {
    return {
      faceValue: 0n,
      winProb: 0n,
      payment: paymentTerms(price.rational, null),
      logLoss: 0,
      chance: 0,
      noneOf: [],
    };
  }
  const faceValue = faceValueOf(tickets);
  // P-15, with its test of the remainder's low 64 bits.
  const remainder = BigInt.asIntN(64, MAX_WIN_PROB % faceValue);
  const winProb =
    faceValue === ev
      ? MAX_WIN_PROB
      : ev * (MAX_WIN_PROB / faceValue + (remainder === 0n ? 0n : 1n));
  const chance = Rational.of(winProb, MAX_WIN_PROB).toNumber();
  return {
    faceValue,
    winProb,
    payment: paymentTerms(price.rational, ticketEV({ faceValue, winProb })),
    logLoss: Math.log1p(-Math.min(chance, 1)),
    chance,
    noneOf: [],
  };
}

/** Of so many tickets it is remembered how likely it is that none wins. */
const REMEMBERED = 64;

/** The chance that of so many tickets none wins. */
export function chanceOfNone(
  { logLoss, noneOf }: Pick<TicketTerms, "logLoss" | "noneOf">,
  tickets: number,
): number {
  if (tickets >= REMEMBERED) return Math.exp(tickets * logLoss);
  for (let more = noneOf.length; more <= tickets; more++) noneOf.push(Math.exp(more * logLoss));
  return noneOf[tickets] as number;
}

/** Chances below are no exact doubles. */
const LEAST_CHANCE = 2 ** -1022;

/**
 * How many of several tickets win: the binomial quantile of one uniform number.
 *
 * @param u uniform in (0, 1)
 */
export function winningTickets(
  terms: Pick<TicketTerms, "chance" | "logLoss" | "noneOf">,
  tickets: number,
  u: number,
): number {
  const { chance } = terms;
  if (chance >= 1) return tickets;
  let probability = chanceOfNone(terms, tickets);
  if (probability < LEAST_CHANCE) return winnersOfMany(chance, tickets, u);
  let below = probability;
  let wins = 0;
  while (u >= below && wins < tickets) {
    probability *= ((tickets - wins) / (wins + 1)) * (chance / (1 - chance));
    wins++;
    below += probability;
  }
  return wins;
}

/**
 * The same where it is certain that some win, as hundreds are expected to: the normal quantile with its
 * first correction for skewness (Cornish and Fisher). Where few lose, they are counted instead.
 */
function winnersOfMany(chance: number, tickets: number, u: number): number {
  if (chance > 0.5) {
    const losers = { chance: 1 - chance, logLoss: Math.log(chance), noneOf: [] };
    return tickets - winningTickets(losers, tickets, 1 - u);
  }
  const z = normalQuantile(u);
  const mean = tickets * chance;
  const skewed = ((1 - 2 * chance) * (z * z - 1)) / 6;
  const wins = Math.round(mean + z * Math.sqrt(mean * (1 - chance)) + skewed);
  return Math.min(Math.max(wins, 0), tickets);
}
