/** Candidates of a selection as several families record them. */
import { Rational } from "poolsim/discovery";
import { type Candidates, SessionPrice } from "poolsim/selection";

/** Recorded for "nobody". */
export const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** The shape that selection_probabilities.json and live_selection.json share. */
export interface CandidatesIn {
  readonly addrs: readonly string[];
  readonly stakes: Readonly<Record<string, string>>;
  readonly prices: Readonly<Record<string, string>>;
  readonly perfScores: Readonly<Record<string, number>> | null;
  readonly maxPrice: string | null;
}

/** The candidates of a case; their recipient handles are their positions in `addrs`. */
export function candidatesOf(given: CandidatesIn): Candidates {
  const { addrs, stakes, prices, perfScores, maxPrice } = given;
  return {
    recipients: addrs.map((_, at) => at),
    prices: addrs.map((addr) => {
      const price = prices[addr];
      return price === undefined ? null : new SessionPrice(Rational.parse(price));
    }),
    stakes: addrs.map((addr) => Number(stakes[addr] ?? 0)),
    perfScores: perfScores && addrs.map((addr) => perfScores[addr] ?? 0),
    maxPrice: maxPrice === null ? null : Rational.parse(maxPrice),
  };
}
