/**
 * How far each look may go where one looks again and again: an interval that is valid at every look.
 *
 * The construction is the group-sequential one with a constant nominal level and a maximum that is
 * fixed in advance (Pocock 1977). The standardised mean after n of at most N replications is, in the
 * logarithm of n, an Ornstein-Uhlenbeck process, and the chance that it ever leaves ± c between the
 * first look n₀ and N is about
 *
 *     φ(c) (c − 1/c) ln(N / n₀) + 4 φ(c) / c
 *
 * (Miller and Siegmund 1982), which is a little too large for looks at whole numbers only. The c that
 * makes this 1 − confidence has a nominal level, 2 Φ(−c), and every look is made at that level by
 * whichever interval its sample needs: the significance-level approach of Pocock, by which Student's t
 * is used where the spread is estimated (Jennison and Turnbull 2000, chapter 4). It holds for any
 * rule of stopping, a clock's included, as long as it does not look before n₀ or after N.
 *
 * Several comparisons share what may go wrong in equal parts (Bonferroni), so that all of their
 * intervals hold at once, at all looks. So far out Student's t needs help where differences are skewed:
 * `skewed-quantiles.ts`. What this is worth is measured by `npm run test:statistics`.
 */
import { invariant } from "../../../core/errors.js";

/** Before so many replications there is no look: less shows no shape. */
export const FIRST_LOOK = 8;

/**
 * The same where many are compared. Their intervals reach so far out, for a tail that eight replications
 * may not have met (`skewed-quantiles.ts`), that before this hardly anything would be decided.
 */
export const FIRST_LOOK_OF_MANY = 16;

/** What is looked at. */
export interface SequenceOptions {
  /** The most replications that there may be, {@link FIRST_LOOK} or more; fixed in advance. */
  readonly max: number;
  /** Chance that all intervals hold at all looks, in [0.5, 1). @default 0.95 */
  readonly confidence?: number | undefined;
  /** Comparisons whose intervals hold at once, 1 or more. @default 1 */
  readonly comparisons?: number | undefined;
  /** Replications of the first look. @default {@link FIRST_LOOK} */
  readonly first?: number | undefined;
}

/** A way to look: how often one may, and what the interval of each look leaves out on either side. */
export interface Sequence {
  /** The most replications, fixed in advance. */
  readonly max: number;
  readonly tail: number;
  /** Before so many nothing has an interval. */
  readonly first: number;
}

/** The sequence of given options. */
export function sequenceOf(options: SequenceOptions): Sequence {
  return { max: options.max, tail: sequenceTail(options), first: options.first ?? FIRST_LOOK };
}

function density(c: number): number {
  return Math.exp((-c * c) / 2) / Math.sqrt(2 * Math.PI);
}

/** Chance that the standardised mean ever leaves ± c, for c of about 1.5 and more. */
function chanceToLeave(c: number, logRatio: number): number {
  return density(c) * ((c - 1 / c) * logRatio + 4 / c);
}

/**
 * 1 − Φ(c): by the continued fraction of Laplace, for c >= 1.5 (relative error below 1e-10).
 */
function upperTail(c: number): number {
  let fraction = c;
  for (let k = 200; k >= 1; k -= 1) fraction = c + k / fraction;
  return density(c) / fraction;
}

/**
 * What an interval leaves out on either side at every look, so that it holds at all of them.
 *
 * @returns in (0, 0.25): 0.025 would be an interval of 95 % at one look
 * @throws InvariantError (`INVARIANT`) for options out of range
 */
export function sequenceTail(options: SequenceOptions): number {
  const { max, confidence = 0.95, comparisons = 1, first = FIRST_LOOK } = options;
  invariant(max >= first, `at most ${max} replications, but the first look is at ${first}`);
  invariant(confidence >= 0.5 && confidence < 1, `confidence lies in [0.5, 1), not ${confidence}`);
  invariant(comparisons >= 1, `1 comparison or more, not ${comparisons}`);
  const wanted = (1 - confidence) / comparisons;
  const logRatio = Math.log(max / first);
  let low = 1.5;
  let high = 40;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (chanceToLeave(middle, logRatio) > wanted) low = middle;
    else high = middle;
  }
  return Math.min(upperTail(high), wanted / 2);
}

/**
 * When to look: at every replication to begin with, later at every tenth part more. A function of
 * nothing but the maximum.
 *
 * @returns ascending, from the first to `max`
 */
export function looks(max: number, first = FIRST_LOOK): readonly number[] {
  const found: number[] = [];
  for (let n = first; n < max; n += Math.max(1, Math.floor(n / 8))) found.push(n);
  return [...found, max];
}
