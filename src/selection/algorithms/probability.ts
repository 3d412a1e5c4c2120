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
  const probabilities: number[] = [];
  for (const at of eligible) {
    const price = priceSum !== 0 ? (prices[at]?.weight(priceExpFactor) ?? 0) / priceSum : 1;
    const stake = stakeSum !== 0 ? (stakes[at] ?? 0) / stakeSum : 1;
    probabilities.push(priceWeight * price + stakeWeight * stake + chance);
  }
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
  /** The settings that it was made with. */
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

  /**
   * Draws one candidate by the probabilities of the price, the stake and the random part (L-9 … L-15).
   *
   * @returns the recipient handle, or {@link NOBODY}
   * @throws InputError (`CANDIDATES`), see {@link checkCandidates}
   */
  select(candidates: Candidates, draw: Draw): number {
    checkCandidates(candidates);
    const table = selectionProbabilities(candidates, this.options);
    this.lastTable = table;
    return drawRecipient(table, candidates, draw);
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
  const isPriced = (at: number) => prices[at] !== null;
  return among.every(isPriced) ? among : among.filter(isPriced);
}

export const probability = selectionEntry({
  name: "probability",
  description:
    "chance by stake, price and luck, as go-livepeer's on-chain gateways choose for video (L-9 to L-17)",
  create: (_settings: object, { flags }) => new ProbabilityAlgorithm(flags),
});
