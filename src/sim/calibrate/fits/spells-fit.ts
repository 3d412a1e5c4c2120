/**
 * Spells of slowness in a series of times: two states, quiet and slow, that are left at random (a
 * hidden Markov chain, fitted by expectation and maximisation over bins of some seconds).
 */
import type { SpellsFit } from "../worker-fit.js";
import { exponentialFigure, logFigure, meanOf, squaresOf } from "./estimates.js";

/** A time at an instant: the logarithm of time ÷ mean at the same load. */
export interface TimedLog {
  readonly atMs: number;
  readonly log: number;
}

const BIN_MS = 15_000;
const ROUNDS = 40;
/**
 * Spells are told where the two states are so many standard deviations of a bin apart, and so far:
 * slow sessions alone may make a quarter.
 */
const APART = 3;
const EXTRA_MIN = 0.35;
const SPELLS_MIN = 2;

interface States {
  readonly quiet: number;
  readonly slow: number;
  readonly variance: number;
  /** Chances to leave quiet, and slow, in one bin. */
  readonly leave: readonly [number, number];
}

/** What was found: the spells, and which instants are in one. */
export interface FoundSpells {
  readonly fit: SpellsFit;
  /** Mean of the logarithm at an instant: that of its state. */
  readonly levelAt: (atMs: number) => number;
  /** Whether the state is surely that: the bins before and after have it too. */
  readonly isSteady: (atMs: number) => boolean;
}

/**
 * Looks for spells.
 *
 * @param series in order of time
 * @returns null where none are seen
 */
export function findSpells(series: readonly TimedLog[]): FoundSpells | null {
  const startMs = series[0]?.atMs ?? 0;
  const bins: (number | null)[] = [];
  const sums: { sum: number; count: number }[] = [];
  for (const { atMs, log } of series) {
    const bin = Math.floor((atMs - startMs) / BIN_MS);
    const own = sums[bin] ?? { sum: 0, count: 0 };
    sums[bin] = own;
    own.sum += log;
    own.count++;
  }
  for (let bin = 0; bin < sums.length; bin++) {
    const own = sums[bin];
    bins.push(own === undefined ? null : own.sum / own.count);
  }
  const known = bins.filter((value): value is number => value !== null);
  if (known.length < 100) return null;
  const fittedStates = fitted(bins, known);
  const path = likeliest(bins, fittedStates);
  const states = { ...fittedStates, ...steadyMeans(path, bins, fittedStates) };
  const isApart = states.slow - states.quiet >= APART * Math.sqrt(states.variance);
  if (!isApart || Math.expm1(states.slow - states.quiet) < EXTRA_MIN) return null;
  const fit = spellsOf(path, bins, states);
  if (fit === null) return null;
  const binOf = (atMs: number) => Math.floor((atMs - startMs) / BIN_MS);
  return {
    fit,
    levelAt: (atMs) => (path[binOf(atMs)] === 1 ? states.slow : states.quiet),
    isSteady: (atMs) => isInside(path, binOf(atMs)),
  };
}

function density(value: number | null, mean: number, variance: number): number {
  if (value === null) return 1;
  // A floor: a bin far from both states says little, not everything.
  return Math.exp(-((value - mean) ** 2) / (2 * variance)) / Math.sqrt(variance) + 1e-6;
}

function fitted(bins: readonly (number | null)[], known: readonly number[]): States {
  const sorted = Float64Array.from(known).sort();
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
  let states: States = {
    quiet: at(0.5),
    slow: Math.max(at(0.985), at(0.5) + 0.2),
    variance: Math.max(1e-6, (at(0.5) - at(0.16)) ** 2),
    leave: [BIN_MS / 7_200_000, BIN_MS / 300_000],
  };
  for (let round = 0; round < ROUNDS; round++) states = improved(bins, states);
  return states;
}

/** One round: the chance of being slow in each bin, then the states that fit these best. */
function improved(bins: readonly (number | null)[], states: States): States {
  const { leave } = states;
  const count = bins.length;
  const forward = new Float64Array(count);
  const like = bins.map((value) => [
    density(value, states.quiet, states.variance),
    density(value, states.slow, states.variance),
  ]);
  let slow = leave[0] / (leave[0] + leave[1]);
  for (let bin = 0; bin < count; bin++) {
    if (bin > 0) slow = slow * (1 - leave[1]) + (1 - slow) * leave[0];
    const [inQuiet = 1, inSlow = 1] = like[bin] ?? [];
    slow = (slow * inSlow) / (slow * inSlow + (1 - slow) * inQuiet);
    forward[bin] = slow;
  }
  const smoothed = new Float64Array(count);
  const moves = [0, 0];
  const stays = [0, 0];
  smoothed[count - 1] = forward[count - 1] ?? 0;
  for (let bin = count - 2; bin >= 0; bin--) {
    const now = forward[bin] ?? 0;
    const next = now * (1 - leave[1]) + (1 - now) * leave[0];
    const after = smoothed[bin + 1] ?? 0;
    const toSlow = after / Math.max(1e-12, next);
    const toQuiet = (1 - after) / Math.max(1e-12, 1 - next);
    const stayed = now * (1 - leave[1]) * toSlow;
    const left = now * leave[1] * toQuiet;
    smoothed[bin] = stayed + left;
    moves[1] = (moves[1] ?? 0) + left;
    stays[1] = (stays[1] ?? 0) + stayed;
    moves[0] = (moves[0] ?? 0) + (1 - now) * leave[0] * toSlow;
    stays[0] = (stays[0] ?? 0) + (1 - now) * (1 - leave[0]) * toQuiet;
  }
  let slowSum = 0;
  let slowWeight = 0;
  let quietSum = 0;
  let quietWeight = 0;
  for (const [bin, value] of bins.entries()) {
    if (value === null) continue;
    const share = smoothed[bin] ?? 0;
    slowSum += share * value;
    slowWeight += share;
    quietSum += (1 - share) * value;
    quietWeight += 1 - share;
  }
  const slowMean = slowWeight < 1e-6 ? states.slow : slowSum / slowWeight;
  const quietMean = quietSum / Math.max(1e-6, quietWeight);
  let squares = 0;
  for (const [bin, value] of bins.entries()) {
    if (value === null) continue;
    const share = smoothed[bin] ?? 0;
    squares += share * (value - slowMean) ** 2 + (1 - share) * (value - quietMean) ** 2;
  }
  const chance = (state: 0 | 1) => {
    const all = (moves[state] ?? 0) + (stays[state] ?? 0);
    return Math.min(0.5, Math.max(1e-5, (moves[state] ?? 0) / Math.max(1e-9, all)));
  };
  return {
    quiet: quietMean,
    slow: slowMean,
    variance: Math.max(1e-6, squares / (slowWeight + quietWeight)),
    leave: [chance(0), chance(1)],
  };
}

/** Viterbi's path: 1 where it is slow. */
function likeliest(bins: readonly (number | null)[], states: States): Uint8Array {
  const { leave } = states;
  const logs = (value: number) => Math.log(Math.max(1e-300, value));
  const from: [number, number][] = [];
  let quiet = 0;
  let slow = logs(leave[0] / (leave[0] + leave[1]));
  for (const value of bins) {
    const toQuiet = quiet + logs(1 - leave[0]) >= slow + logs(leave[1]) ? 0 : 1;
    const toSlow = quiet + logs(leave[0]) > slow + logs(1 - leave[1]) ? 0 : 1;
    from.push([toQuiet, toSlow]);
    const nextQuiet =
      (toQuiet === 0 ? quiet + logs(1 - leave[0]) : slow + logs(leave[1])) +
      logs(density(value, states.quiet, states.variance));
    const nextSlow =
      (toSlow === 0 ? quiet + logs(leave[0]) : slow + logs(1 - leave[1])) +
      logs(density(value, states.slow, states.variance));
    quiet = nextQuiet;
    slow = nextSlow;
  }
  const path = new Uint8Array(bins.length);
  let state = slow > quiet ? 1 : 0;
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    path[bin] = state;
    state = from[bin]?.[state] ?? 0;
  }
  return path;
}

/** Is the state of a bin that of the bins before and after it? */
function isInside(path: Uint8Array, bin: number): boolean {
  const own = path[bin];
  return (path[bin - 1] ?? own) === own && (path[bin + 1] ?? own) === own;
}

/** Means of the states without the bins at their edges, in parts of which it was the other. */
function steadyMeans(
  path: Uint8Array,
  bins: readonly (number | null)[],
  { quiet, slow }: States,
): Pick<States, "quiet" | "slow"> {
  const meanIn = (state: number, otherwise: number) => {
    const values = bins.filter(
      (value, bin): value is number => value !== null && path[bin] === state && isInside(path, bin),
    );
    return values.length === 0 ? otherwise : meanOf(values);
  };
  return { quiet: meanIn(0, quiet), slow: meanIn(1, slow) };
}

function spellsOf(
  path: Uint8Array,
  bins: readonly (number | null)[],
  states: States,
): SpellsFit | null {
  let begun = 0;
  let ended = 0;
  let slowBins = 0;
  for (const [bin, state] of path.entries()) {
    const before = bin === 0 ? state : (path[bin - 1] ?? 0);
    if (state === 1) slowBins++;
    if (state === 1 && before === 0) begun++;
    if (state === 0 && before === 1) ended++;
  }
  if (begun < SPELLS_MIN || ended < 1) return null;
  const inSlow = bins.filter((value, bin): value is number => value !== null && path[bin] === 1);
  const ratio = Math.exp(states.slow - states.quiet);
  const error = Math.sqrt(squaresOf(inSlow) / Math.max(1, inSlow.length - 1) / Math.max(1, begun));
  const extra = logFigure(ratio, error, begun);
  return {
    count: begun,
    every: exponentialFigure((path.length - slowBins) * BIN_MS, begun),
    length: exponentialFigure(slowBins * BIN_MS, ended),
    extra: {
      value: extra.value - 1,
      low: Math.max(0, extra.low - 1),
      high: extra.high - 1,
    },
  };
}
