/**
 * Which ticket recipient wins when a session has to be chosen among orchestrators that nobody
 * has measured yet (L-9 … L-17, L-20). Pure over arrays; also tells the probabilities, for
 * traces and for users who ask "how likely am I?".
 */
import { InputError } from "../core/errors.js";
import type { Rational } from "../core/rational.js";
import type { SessionPrice } from "./session-price.js";

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
  /** `null` = no known price. */
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
}

/** Chooses among candidates. */
export interface SelectionAlgorithm {
  /** @returns the recipient handle, or {@link NOBODY} */
  select(candidates: Candidates, draw: Draw): number;
}

/**
 * What happens to a candidate without a known price that passed the filters, which it can only
 * where no maximum price applies (L-16: go-livepeer crashes).
 *
 * - `drop`: it cannot be selected, as is the case wherever a maximum price applies.
 * - `noPriceWeight`: it stays, with a price term of 0; stake and chance still count for it.
 */
export type MissingPrice = "drop" | "noPriceWeight";

/** go-livepeer's selection flags. The three weights add up to 1 (L-17). */
export interface ProbabilityOptions {
  /** `-minPerfScore`: lowest performance score; ≤ 0 = no filter. @default 0 */
  readonly minPerfScore?: number | undefined;
  /** `-selectStakeWeight`. @default 0.7 */
  readonly stakeWeight?: number | undefined;
  /** `-selectPriceWeight`. @default 0 */
  readonly priceWeight?: number | undefined;
  /** `-selectRandFreq`. @default 0.3 */
  readonly randWeight?: number | undefined;
  /** `-selectPriceExpFactor`, wei per pixel. @default 100 */
  readonly priceExpFactor?: number | undefined;
  /** `-ignoreMaxPriceIfNeeded`. @default false */
  readonly ignoreMaxPriceIfNeeded?: boolean | undefined;
  /** Instead of the crash of L-16. @default "drop" */
  readonly missingPrice?: MissingPrice | undefined;
}

/** How a selection came out at its probabilities. Entries are positions among the candidates. */
export interface ProbabilityTable {
  /** Left after the performance filter (L-9). */
  readonly afterPerfScore: readonly number[];
  /** Left after the price filter, too (L-10, L-11). */
  readonly afterMaxPrice: readonly number[];
  /** The same without those that {@link MissingPrice} drops. */
  readonly eligible: readonly number[];
  /** Probability of each of `eligible` (L-13). They may not add up to 1 (L-15). */
  readonly probabilities: readonly number[];
}

/** Largest distance of the weights' sum from 1 (L-17). */
const WEIGHT_TOLERANCE = 0.0001;
/** Sums of probabilities this close to 1 differ from it by rounding only. */
const SUM_TOLERANCE = 1e-9;

/**
 * Filters the candidates and works out how likely each is (L-9 … L-13).
 *
 * The weights are taken as they are; {@link checkSelectionWeights} checks them.
 *
 * @param candidates see {@link Candidates}
 * @param options see {@link ProbabilityOptions}
 */
export function selectionProbabilities(
  candidates: Candidates,
  {
    minPerfScore = 0,
    stakeWeight = 0.7,
    priceWeight = 0,
    randWeight = 0.3,
    priceExpFactor = 100,
    ignoreMaxPriceIfNeeded = false,
    missingPrice = "drop",
  }: ProbabilityOptions = {},
): ProbabilityTable {
  const { prices, stakes } = candidates;
  const afterPerfScore = filterByPerfScore(candidates, minPerfScore);
  let afterMaxPrice = withinMaxPrice(candidates, afterPerfScore);
  if (afterMaxPrice.length === 0 && ignoreMaxPriceIfNeeded) afterMaxPrice = afterPerfScore;
  const eligible = missingPrice === "drop" ? withPrice(afterMaxPrice, prices) : afterMaxPrice;

  let priceSum = 0;
  let stakeSum = 0;
  for (const at of eligible) {
    priceSum += prices[at]?.weight(priceExpFactor) ?? 0;
    stakeSum += stakes[at] ?? 0;
  }
  const chance = randWeight * (1 / eligible.length);
  const probabilities = eligible.map((at) => {
    const price = priceSum !== 0 ? (prices[at]?.weight(priceExpFactor) ?? 0) / priceSum : 1;
    const stake = stakeSum !== 0 ? (stakes[at] ?? 0) / stakeSum : 1;
    return priceWeight * price + stakeWeight * stake + chance;
  });
  return { afterPerfScore, afterMaxPrice, eligible, probabilities };
}

/**
 * Draws one of several with given probabilities (L-14). go-livepeer walks them in the order of a
 * hash map, random per call, adding them up until the sum reaches the drawn number.
 *
 * Where the probabilities add up to 1, each owns an interval of its own length whatever the
 * order, so that any order draws from the same distribution: here it is the order given. Where
 * they do not (L-15), order decides: what lies above 1 is never reached, and what is missing to 1
 * goes to the first walked. There the walk starts at a random place and wraps around, which makes
 * the outcome uniform where the probabilities are equal. One drawn number yields both: its
 * multiple of 1/k is the place, the rest is uniform again. (Go's small maps start at one of eight
 * slots, used or not, so that go-livepeer in fact favours one of a few; no rule says which.)
 *
 * @param probabilities at least one
 * @param drawn uniform in [0, 1)
 * @returns position among `probabilities`
 */
export function pickByProbability(probabilities: readonly number[], drawn: number): number {
  const count = probabilities.length;
  let sum = 0;
  for (const probability of probabilities) sum += probability;
  let start = 0;
  let target = drawn;
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
    start = Math.min(count - 1, Math.floor(drawn * count));
    target = drawn * count - start;
  }
  let reached = 0;
  for (let step = 0; step < count; step++) {
    const at = start + step < count ? start + step : start + step - count;
    reached += probabilities[at] ?? 0;
    if (reached >= target) return at;
  }
  return start;
}

/**
 * Checks that the weights add up to 1 within 0.0001. go-livepeer does so when it starts, on chain
 * only; a selection itself takes them as they are (L-17).
 *
 * @throws InputError (`SELECTION_WEIGHTS`)
 */
export function checkSelectionWeights(options: ProbabilityOptions): void {
  const { stakeWeight = 0.7, priceWeight = 0, randWeight = 0.3 } = options;
  const sum = stakeWeight + priceWeight + randWeight;
  if (Math.abs(sum - 1) <= WEIGHT_TOLERANCE) return;
  throw new InputError(
    `the weights of stake (${stakeWeight}), price (${priceWeight}) and chance (${randWeight}) add up to ${sum}, expected 1`,
    { code: "SELECTION_WEIGHTS" },
  );
}

/**
 * Checks that the lists are parallel and that no stake is negative or no number, as nothing that
 * reads stakes could tell it. {@link ProbabilityAlgorithm} does; the core takes them as they are.
 *
 * @throws InputError (`CANDIDATES`)
 */
export function checkCandidates({ recipients, prices, stakes, perfScores }: Candidates): void {
  const count = recipients.length;
  for (const [name, list] of Object.entries({ prices, stakes, perfScores })) {
    if (list === null || list.length === count) continue;
    throw new InputError(`${name} has ${list.length} entries for ${count} recipients`, {
      code: "CANDIDATES",
    });
  }
  const at = stakes.findIndex((stake) => !(stake >= 0));
  if (at < 0) return;
  throw new InputError(`the stake at ${at} is ${stakes[at]}, expected a number from 0`, {
    code: "CANDIDATES",
  });
}

/** The candidate that a table's probabilities draw: its recipient handle, or {@link NOBODY}. */
export function drawRecipient(
  { eligible, probabilities }: ProbabilityTable,
  { recipients }: Candidates,
  draw: Draw,
): number {
  if (eligible.length === 0) return NOBODY;
  const picked = eligible.length === 1 ? 0 : pickByProbability(probabilities, draw());
  return recipients[eligible[picked] ?? -1] ?? NOBODY;
}

/** The algorithm of on-chain gateways for video: chance by stake, price and luck (L-9 … L-17). */
export class ProbabilityAlgorithm implements SelectionAlgorithm {
  readonly options: ProbabilityOptions;
  /** How the last selection came about, for traces. */
  lastTable: ProbabilityTable | null = null;

  /**
   * @param options see {@link ProbabilityOptions}
   * @throws InputError (`SELECTION_WEIGHTS`) when the weights do not add up to 1 within 0.0001 (L-17)
   */
  constructor(options: ProbabilityOptions = {}) {
    checkSelectionWeights(options);
    this.options = options;
  }

  /** @throws InputError (`CANDIDATES`), see {@link checkCandidates} */
  select(candidates: Candidates, draw: Draw): number {
    checkCandidates(candidates);
    const table = selectionProbabilities(candidates, this.options);
    this.lastTable = table;
    return drawRecipient(table, candidates, draw);
  }
}

/** The algorithm for live video: the first within the maximum price, without exception (L-20). */
export class LiveAlgorithm implements SelectionAlgorithm {
  select(candidates: Candidates): number {
    const [first] = withinMaxPrice(candidates);
    return first === undefined ? NOBODY : (candidates.recipients[first] ?? NOBODY);
  }
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
  const known = candidates.pricesKnown ?? prices.some((price) => price !== null);
  if (maxPrice === null || !known) return among;
  return among.filter((at) => prices[at]?.isWithin(maxPrice) === true);
}

/** The candidates with a sufficient performance score (L-9): everyone, if that leaves nobody. */
function filterByPerfScore(candidates: Candidates, minPerfScore: number): readonly number[] {
  const all = everyone(candidates);
  const { perfScores } = candidates;
  if (minPerfScore <= 0 || perfScores === null) return all;
  const good = all.filter((at) => (perfScores[at] ?? 0) >= minPerfScore);
  return good.length > 0 ? good : all;
}

function withPrice(among: readonly number[], prices: Candidates["prices"]): readonly number[] {
  const isPriced = (at: number) => prices[at] !== null;
  return among.every(isPriced) ? among : among.filter(isPriced);
}

function everyone({ recipients }: Candidates): readonly number[] {
  return recipients.map((_, at) => at);
}
