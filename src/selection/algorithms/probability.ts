/**
 * `probability`: which ticket recipient wins when a session has to be chosen among orchestrators
 * that nobody has measured yet (L-9 … L-17). Pure over arrays; also tells the probabilities, for
 * traces and for users who ask "how likely am I?".
 */
import { InputError } from "../../core/errors.js";
import {
  type Candidates,
  checkCandidates,
  type Draw,
  everyone,
  NOBODY,
  type SelectionAlgorithm,
  withinMaxPrice,
} from "./algorithm.js";
import { selectionEntry } from "./entry.js";
import type { ProbabilityOptions } from "./flags.js";

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
  options: ProbabilityOptions = {},
): ProbabilityTable {
  const filtered = filter(candidates, options);
  const probabilities = Array.from(filtered.eligible, () => 0);
  // Whose stake is not there has none.
  const stakes = candidates.recipients.map((_, at) => candidates.stakes[at] ?? 0);
  probabilitiesOf(filtered.eligible, { ...candidates, stakes }, options, probabilities);
  return { ...filtered, probabilities };
}

/** Who is left after which filter (L-9 … L-11). */
function filter(
  candidates: Candidates,
  { minPerfScore = 0, ignoreMaxPriceIfNeeded = false, missingPrice = "drop" }: ProbabilityOptions,
): Omit<ProbabilityTable, "probabilities"> {
  const afterPerfScore = filterByPerfScore(candidates, minPerfScore);
  let afterMaxPrice = withinMaxPrice(candidates, afterPerfScore);
  if (afterMaxPrice.length === 0 && ignoreMaxPriceIfNeeded) afterMaxPrice = afterPerfScore;
  const eligible =
    missingPrice === "drop" ? withPrice(afterMaxPrice, candidates.prices) : afterMaxPrice;
  return { afterPerfScore, afterMaxPrice, eligible };
}

/** How likely each is of those who are left (L-12, L-13), into a list with room for them. Everybody has a stake. */
function probabilitiesOf(
  eligible: readonly number[],
  { prices, stakes }: Candidates,
  {
    stakeWeight = 0.7,
    priceWeight = 0,
    randWeight = 0.3,
    priceExpFactor = 100,
  }: ProbabilityOptions,
  into: number[] | Float64Array,
): void {
  const count = eligible.length;
  let priceSum = 0;
  let stakeSum = 0;
  for (let index = 0; index < count; index++) {
    const at = eligible[index] as number;
    // Without `?.` and `??`, which make an object of each number.
    const price = prices[at];
    const weight = price === null || price === undefined ? 0 : price.weight(priceExpFactor);
    into[index] = weight;
    priceSum += weight;
    stakeSum += stakes[at] as number;
  }
  const chance = randWeight * (1 / count);
  for (let index = 0; index < count; index++) {
    const at = eligible[index] as number;
    const price = priceSum !== 0 ? (into[index] as number) / priceSum : 1;
    const stake = stakeSum !== 0 ? (stakes[at] as number) / stakeSum : 1;
    into[index] = priceWeight * price + stakeWeight * stake + chance;
  }
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
 * @param count how many of them there are (default: all)
 * @returns position among `probabilities`
 */
export function pickByProbability(
  probabilities: ArrayLike<number>,
  drawn: number,
  count = probabilities.length,
): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += probabilities[at] as number;
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

/** Probabilities of the selection at hand. */
let drawnFrom = new Float64Array(64);

/** The algorithm of on-chain gateways for video: chance by stake, price and luck (L-9 … L-17). */
export class ProbabilityAlgorithm implements SelectionAlgorithm {
  /** The settings that it was made with. */
  readonly options: ProbabilityOptions;
  #lastCandidates: Candidates | null = null;

  /**
   * @param options see {@link ProbabilityOptions}
   * @throws InputError (`SELECTION_WEIGHTS`) when the weights do not add up to 1 within 0.0001 (L-17)
   */
  constructor(options: ProbabilityOptions = {}) {
    checkSelectionWeights(options);
    this.options = options;
  }

  /** How the last selection came about, for traces: worked out from its candidates when it is asked for. */
  get lastTable(): ProbabilityTable | null {
    return this.#lastCandidates && selectionProbabilities(this.#lastCandidates, this.options);
  }

  /**
   * Draws one candidate by the probabilities of the price, the stake and the random part (L-9 … L-15).
   *
   * @returns the recipient handle, or {@link NOBODY}
   * @throws InputError (`CANDIDATES`), see {@link checkCandidates}
   */
  select(candidates: Candidates, draw: Draw): number {
    checkCandidates(candidates);
    this.#lastCandidates = candidates;
    const { eligible } = filter(candidates, this.options);
    const count = eligible.length;
    if (count === 0) return NOBODY;
    if (count > drawnFrom.length) drawnFrom = new Float64Array(2 * count);
    if (count > 1) probabilitiesOf(eligible, candidates, this.options, drawnFrom);
    const picked = count === 1 ? 0 : pickByProbability(drawnFrom, draw(), count);
    return candidates.recipients[eligible[picked] ?? -1] ?? NOBODY;
  }
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
  const isEverybody = among.every((at) => prices[at] !== null);
  return isEverybody ? among : among.filter((at) => prices[at] !== null);
}

export const probability = selectionEntry({
  name: "probability",
  description:
    "chance by stake, price and luck, as go-livepeer's on-chain gateways choose for video (L-9 to L-17)",
  create: (_settings: object, { flags }) => new ProbabilityAlgorithm(flags),
});
