/**
 * How often each orchestrator is chosen by gateways that have measured nobody yet, by the rules of
 * selection alone (L-9 … L-15): no simulation, everybody is found and has a session free.
 */
import { InputError } from "../../core/errors.js";
import { Rational } from "../../core/rational.js";
import {
  checkSelectionWeights,
  type ProbabilityOptions,
  SessionPrice,
  selectionProbabilities,
} from "../../selection/index.js";

/** Who can be chosen. */
export interface Contender {
  readonly name: string;
  readonly stakeLpt: Rational;
  /** Wei per pixel. */
  readonly price: Rational;
}

/** What is asked. */
export interface OddsQuestion {
  /** At least one, the operator's own left out. */
  readonly others: readonly Contender[];
  /** The operator's own; null: nobody's in particular. */
  readonly pool: Contender | null;
  /** Weights and filters of gateways. */
  readonly gateway: ProbabilityOptions;
  /** Wei per pixel; null: any. */
  readonly maxPrice: Rational | null;
}

/** Somebody's odds. */
export interface Odds {
  readonly name: string;
  readonly isPool: boolean;
  readonly stakeLpt: number;
  readonly stakeShare: number;
  /** Wei per pixel. */
  readonly price: number;
  /** Of one choice, 0 … 1. */
  readonly probability: number;
  /** Why it is 0, with the rule; empty where it is not. */
  readonly why: string;
}

/** What follows from another price of one's own. */
export interface PricePoint {
  /** Wei per pixel. */
  readonly price: number;
  readonly probability: number;
  /** Price × probability as a share of that at today's price: what all streams would bring. */
  readonly income: number | null;
}

/** The answer. */
export interface OddsAnswer {
  /** The most likely first. */
  readonly rows: readonly Odds[];
  readonly pool: Odds | null;
  /** Empty without a pool, or where its price is 0. */
  readonly curve: readonly PricePoint[];
}

/** LPT × 10^5: the unit in which gateways know stakes (B-9). */
const STAKE_UNITS = Rational.of(100_000n);
const FACTORS = ["1/10", "1/5", "1/2", "3/4", "9/10", "1", "11/10", "5/4", "3/2", "2", "5"];

function probabilities(
  all: readonly Contender[],
  { gateway, maxPrice }: OddsQuestion,
): { readonly of: readonly number[]; readonly why: readonly string[] } {
  const table = selectionProbabilities(
    {
      recipients: all.map((_, index) => index),
      prices: all.map(({ price }) => new SessionPrice(price)),
      stakes: all.map(({ stakeLpt }) => Number(stakeLpt.mul(STAKE_UNITS).floor())),
      perfScores: null,
      maxPrice,
    },
    gateway,
  );
  const of = new Array<number>(all.length).fill(0);
  const isEligible = new Set(table.eligible);
  for (const [index, at] of table.eligible.entries()) of[at] = table.probabilities[index] ?? 0;
  const limit = maxPrice?.toNumber() ?? 0;
  const why = all.map((_, at) =>
    isEligible.has(at) ? "" : `above the maximum price of ${limit} wei per pixel (L-10)`,
  );
  return { of, why };
}

/**
 * The odds of all, and of the operator's own at other prices.
 *
 * @throws InputError (`ODDS`) where there is nobody to choose among; (`SELECTION_WEIGHTS`) for weights
 *   that do not add up to 1 (L-17)
 */
export function odds(question: OddsQuestion): OddsAnswer {
  const { others, pool, gateway } = question;
  checkSelectionWeights(gateway);
  const all = pool === null ? others : [pool, ...others];
  if (all.length === 0) {
    throw new InputError("there is no orchestrator to choose among", { code: "ODDS" });
  }
  const { of, why } = probabilities(all, question);
  const stakeSum = all.reduce((sum, { stakeLpt }) => sum + stakeLpt.toNumber(), 0);
  const rows = all.map(
    ({ name, stakeLpt, price }, index): Odds => ({
      name,
      isPool: pool !== null && index === 0,
      stakeLpt: stakeLpt.toNumber(),
      stakeShare: stakeSum === 0 ? 0 : stakeLpt.toNumber() / stakeSum,
      price: price.toNumber(),
      probability: of[index] ?? 0,
      why: why[index] ?? "",
    }),
  );
  const mine = pool === null ? null : (rows[0] ?? null);
  return {
    rows: [...rows].sort((a, b) => b.probability - a.probability),
    pool: mine,
    curve: pool === null || mine === null ? [] : curveOf(question, pool, mine.probability),
  };
}

function curveOf(question: OddsQuestion, pool: Contender, today: number): PricePoint[] {
  if (pool.price.sign() === 0) return [];
  return FACTORS.map((text) => {
    const factor = Rational.parse(text);
    const price = pool.price.mul(factor);
    const { of } = probabilities([{ ...pool, price }, ...question.others], question);
    const probability = of[0] ?? 0;
    const income = today === 0 ? null : (factor.toNumber() * probability) / today;
    return { price: price.toNumber(), probability, income };
  });
}
