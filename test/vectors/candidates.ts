/** Candidates of a selection as several families record them. */
import { Rational } from "poolsim/discovery";
import { type Candidates, SessionPrice } from "poolsim/selection";
import { float, type RecordedFloat } from "./driver.js";
import { type Maybe, rational, table } from "./json.js";

/** Recorded for "nobody". */
export const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** The shape that selection_probabilities.json and live_selection.json share. */
export interface CandidatesIn {
  readonly addrs: Maybe<readonly string[]>;
  readonly stakes: Maybe<Readonly<Record<string, Maybe<string>>>>;
  readonly prices: Maybe<Readonly<Record<string, Maybe<string>>>>;
  readonly perfScores: Maybe<Readonly<Record<string, RecordedFloat>>>;
  readonly maxPrice: Maybe<string>;
}

/** The candidates of a case; their recipient handles are their positions in `addrs`. */
export function candidatesOf(given: CandidatesIn): Candidates {
  const addrs = given.addrs ?? [];
  const prices = table(given.prices);
  const stakes = table(given.stakes);
  const perfScores = table(given.perfScores);
  return {
    recipients: addrs.map((_, at) => at),
    prices: addrs.map((addr) => {
      const price = prices.get(addr) ?? null;
      return price === null ? null : new SessionPrice(Rational.parse(price));
    }),
    stakes: addrs.map((addr) => Number(stakes.get(addr) ?? 0)),
    perfScores: given.perfScores ? addrs.map((addr) => float(perfScores.get(addr))) : null,
    maxPrice: rational(given.maxPrice),
    pricesKnown: prices.size > 0,
  };
}
