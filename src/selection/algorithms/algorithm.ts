/**
 * What every selection algorithm is asked and answers: one of several ticket recipients, or nobody.
 */
import { InputError } from "../../core/errors.js";
import type { Rational } from "../../core/rational.js";
import type { SessionPrice } from "../session-price.js";

/** A source of uniform numbers in [0, 1). Called at most once per selection. */
export type Draw = () => number;

/** Answer of an algorithm that selects nobody: the zero address in go-livepeer. */
export const NOBODY = -1;

/** Who can be selected. The lists run in parallel; their order is the sessions' order (L-6). */
export interface Candidates {
  /**
   * Recipient handles. A recipient that is repeated counts in the sums as often as it is there, as
   * in go-livepeer, and is drawn as often, which it is not there: {@link RecipientChooser} repeats
   * nobody (L-7).
   */
  readonly recipients: readonly number[];
  /** The price of each recipient; `null` = it is not known. */
  readonly prices: readonly (SessionPrice | null)[];
  /** LPT × 10^5, 0 = unknown (L-15). */
  readonly stakes: readonly number[];
  /** Performance scores, 0 = unknown; `null` = the gateway keeps none (L-18). */
  readonly perfScores: readonly number[] | null;
  /** Wei per pixel; `null` = no limit. Keep one object per limit: comparisons are remembered. */
  readonly maxPrice: Rational | null;
  /**
   * Whether the price of anybody is known, also of those who are not candidates: if not, no maximum
   * price applies (L-10). @default whether one of `prices` is
   */
  readonly pricesKnown?: boolean | undefined;
  /**
   * Discovery latency of each recipient's fastest session, ms: only for algorithms that need it
   * ({@link SelectionAlgorithm.needsLatencies}).
   */
  readonly latenciesMs?: readonly number[] | undefined;
}

/** Chooses among candidates. */
export interface SelectionAlgorithm {
  /** Whether it looks at `latenciesMs`. @default false */
  readonly needsLatencies?: boolean | undefined;
  /**
   * Chooses one candidate.
   *
   * @param draw uniform in [0, 1); called at most once
   * @returns the recipient handle, or {@link NOBODY}
   */
  select(candidates: Candidates, draw: Draw): number;
}

/**
 * Checks that the lists are parallel and that no stake is negative or no number, as nothing that
 * reads stakes could tell it. {@link ProbabilityAlgorithm} does; the core takes them as they are.
 *
 * @throws InputError (`CANDIDATES`)
 */
export function checkCandidates({ recipients, prices, stakes, perfScores }: Candidates): void {
  const count = recipients.length;
  checkLength("prices", prices, count);
  checkLength("stakes", stakes, count);
  if (perfScores !== null) checkLength("perfScores", perfScores, count);
  for (let at = 0; at < count; at++) {
    if (!((stakes[at] as number) >= 0)) badStake(at, stakes[at]);
  }
}

function checkLength(name: string, list: readonly unknown[], count: number): void {
  if (list.length !== count) badLength(name, list.length, count);
}

// Functions of their own: V8 makes the texts of errors whether they are needed or not, where several have the
// same number in them.

function badStake(at: number, stake: unknown): never {
  throw new InputError(`the stake at ${at} is ${stake}, expected a number from 0`, {
    code: "CANDIDATES",
  });
}

function badLength(name: string, length: number, count: number): never {
  throw new InputError(`${name} has ${length} entries for ${count} recipients`, {
    code: "CANDIDATES",
  });
}

/**
 * The candidates within the maximum price (L-10): all of `among` if there is none, or if no
 * candidate has a known price.
 *
 * @param among positions among the candidates (default: all)
 */
export function withinMaxPrice(
  candidates: Candidates,
  among: readonly number[] = everyone(candidates),
): readonly number[] {
  const { prices, maxPrice } = candidates;
  if (maxPrice === null) return among;
  const known = candidates.pricesKnown ?? prices.some((price) => price !== null);
  if (!known) return among;
  // Nearly always everybody, and a list of one's own grows several times.
  const isEverybody = among.every((at) => prices[at]?.isWithin(maxPrice) === true);
  return isEverybody ? among : among.filter((at) => prices[at]?.isWithin(maxPrice) === true);
}

/** Positions of all of so few candidates, by how many: made once. */
const POSITIONS: (readonly number[] | undefined)[] = [];
const POSITIONS_KEPT = 256;

/** Positions of all candidates. */
export function everyone({ recipients }: Candidates): readonly number[] {
  const count = recipients.length;
  const known = POSITIONS[count];
  if (known !== undefined) return known;
  const all = Array.from(recipients, (_, at) => at);
  if (count < POSITIONS_KEPT) POSITIONS[count] = all;
  return all;
}
