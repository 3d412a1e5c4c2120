/**
 * Spells of slowness in a series of times: two states, quiet and slow, that are left at random (a
 * hidden Markov chain, fitted by expectation and maximisation over bins of some seconds).
 */
import type { SpellsFit } from "../worker-fit.js";
import { exponentialFigure, logFigure, squaresOf } from "./estimates.js";

/** A time at an instant: the logarithm of time ÷ mean at the same load. */
export interface TimedLog {
  readonly atMs: number;
  readonly log: number;
}

/** Bins in which spells are looked for, and in which those that are found are timed. */
const BIN_MS = { coarse: 15_000, fine: 2000 } as const;
const ROUNDS = { coarse: 40, fine: 12 } as const;
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
  /** Of a bin's mean, whatever there is in it: sessions differ. */
  readonly variance: number;
  /** Chances to leave quiet, and slow, in one bin. */
  readonly leave: readonly [number, number];
}

/** What a bin's segments took; null: there were none. */
type Bin = { readonly mean: number; readonly count: number } | null;

/** Bins of one length, and the variance of a segment within one. */
interface Bins {
  readonly bins: readonly Bin[];
  readonly within: number;
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
  const coarse = binned(series, startMs, BIN_MS.coarse);
  if (coarse.bins.filter((bin) => bin !== null).length < 100) return null;
  const first = fitted(coarse);
  const seen = { ...first, ...steadyMeans(likeliest(coarse, first), coarse, first) };
  const deviation = Math.sqrt(seen.variance + coarse.within / meanCount(coarse));
  const isApart = seen.slow - seen.quiet >= APART * deviation;
  if (!isApart || Math.expm1(seen.slow - seen.quiet) < EXTRA_MIN) return null;
  // When each begins and ends is told by segments, not by bins that are as long as a short spell.
  const fine = binned(series, startMs, BIN_MS.fine);
  const scale = BIN_MS.fine / BIN_MS.coarse;
  const leave = [seen.leave[0] * scale, seen.leave[1] * scale] as const;
  let states: States = { ...seen, leave };
  let moves: Moves = { begun: 0, ended: 0 };
  for (let round = 0; round < ROUNDS.fine; round++) ({ states, moves } = improved(fine, states));
  const path = likeliest(fine, states);
  states = { ...states, ...steadyMeans(path, fine, states) };
  const fit = spellsOf(path, fine, states, moves);
  if (fit === null) return null;
  const binOf = (atMs: number) => Math.floor((atMs - startMs) / BIN_MS.fine);
  return {
    fit,
    levelAt: (atMs) => (path[binOf(atMs)] === 1 ? states.slow : states.quiet),
    isSteady: (atMs) => isInside(path, binOf(atMs)),
  };
}

/** @param series in any order, none before `startMs` by more than a bin */
function binned(series: readonly TimedLog[], startMs: number, binMs: number): Bins {
  const sums: { sum: number; squares: number; count: number }[] = [];
  for (const { atMs, log } of series) {
    const bin = Math.max(0, Math.floor((atMs - startMs) / binMs));
    const own = sums[bin] ?? { sum: 0, squares: 0, count: 0 };
    sums[bin] = own;
    own.sum += log;
    own.squares += log * log;
    own.count++;
  }
  const bins: Bin[] = [];
  let squares = 0;
  let freedom = 0;
  for (let bin = 0; bin < sums.length; bin++) {
    const own = sums[bin];
    bins.push(own === undefined ? null : { mean: own.sum / own.count, count: own.count });
    if (own === undefined || own.count < 2) continue;
    squares += own.squares - own.sum ** 2 / own.count;
    freedom += own.count - 1;
  }
  return { bins, within: freedom === 0 ? 0 : squares / freedom };
}

function meanCount({ bins }: Bins): number {
  const known = bins.filter((bin) => bin !== null);
  return known.reduce((sum, { count }) => sum + count, 0) / Math.max(1, known.length);
}

/** How likely a bin is in a state; `variance` of its mean. */
function density(bin: Bin, mean: number, variance: number): number {
  if (bin === null) return 1;
  // A floor: a bin far from both states says little, not everything.
  return Math.exp(-((bin.mean - mean) ** 2) / (2 * variance)) / Math.sqrt(variance) + 1e-6;
}

function varianceOf(bin: Bin, { variance }: States, within: number): number {
  return variance + within / (bin?.count ?? 1);
}

function fitted(coarse: Bins): States {
  const means = coarse.bins.flatMap((bin) => (bin === null ? [] : [bin.mean]));
  const sorted = Float64Array.from(means).sort();
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
  let states: States = {
    quiet: at(0.5),
    slow: Math.max(at(0.985), at(0.5) + 0.2),
    variance: Math.max(1e-6, (at(0.5) - at(0.16)) ** 2),
    leave: [BIN_MS.coarse / 7_200_000, BIN_MS.coarse / 300_000],
  };
  for (let round = 0; round < ROUNDS.coarse; round++) ({ states } = improved(coarse, states));
  return states;
}

/** How often spells began and ended, as far as is known of each. */
interface Moves {
  readonly begun: number;
  readonly ended: number;
}

/** One round: the chance of being slow in each bin, then the states that fit these best. */
function improved({ bins, within }: Bins, states: States): { states: States; moves: Moves } {
  const { leave } = states;
  const count = bins.length;
  const forward = new Float64Array(count);
  const like = bins.map((bin) => {
    const variance = varianceOf(bin, states, within);
    return [density(bin, states.quiet, variance), density(bin, states.slow, variance)];
  });
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
  const sums = { slow: 0, slowWeight: 0, quiet: 0, quietWeight: 0 };
  for (const [index, bin] of bins.entries()) {
    if (bin === null) continue;
    const slowShare = (smoothed[index] ?? 0) * bin.count;
    sums.slow += slowShare * bin.mean;
    sums.slowWeight += slowShare;
    sums.quiet += (bin.count - slowShare) * bin.mean;
    sums.quietWeight += bin.count - slowShare;
  }
  const slowMean = sums.slowWeight < 1e-6 ? states.slow : sums.slow / sums.slowWeight;
  const quietMean = sums.quiet / Math.max(1e-6, sums.quietWeight);
  let squares = 0;
  let known = 0;
  for (const [index, bin] of bins.entries()) {
    if (bin === null) continue;
    const share = smoothed[index] ?? 0;
    const square = share * (bin.mean - slowMean) ** 2 + (1 - share) * (bin.mean - quietMean) ** 2;
    squares += square - within / bin.count;
    known++;
  }
  const [begun = 0, ended = 0] = moves;
  const chance = (state: 0 | 1) => {
    const all = (moves[state] ?? 0) + (stays[state] ?? 0);
    return Math.min(0.5, Math.max(1e-5, (moves[state] ?? 0) / Math.max(1e-9, all)));
  };
  return {
    states: {
      quiet: quietMean,
      slow: slowMean,
      variance: Math.max(1e-4, squares / Math.max(1, known)),
      leave: [chance(0), chance(1)],
    },
    moves: { begun, ended },
  };
}

/** Viterbi's path: 1 where it is slow. */
function likeliest({ bins, within }: Bins, states: States): Uint8Array {
  const { leave } = states;
  const logs = (value: number) => Math.log(Math.max(1e-300, value));
  const from: [number, number][] = [];
  let quiet = 0;
  let slow = logs(leave[0] / (leave[0] + leave[1]));
  for (const bin of bins) {
    const variance = varianceOf(bin, states, within);
    const toQuiet = quiet + logs(1 - leave[0]) >= slow + logs(leave[1]) ? 0 : 1;
    const toSlow = quiet + logs(leave[0]) > slow + logs(1 - leave[1]) ? 0 : 1;
    from.push([toQuiet, toSlow]);
    const nextQuiet =
      (toQuiet === 0 ? quiet + logs(1 - leave[0]) : slow + logs(leave[1])) +
      logs(density(bin, states.quiet, variance));
    const nextSlow =
      (toSlow === 0 ? quiet + logs(leave[0]) : slow + logs(1 - leave[1])) +
      logs(density(bin, states.slow, variance));
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

/** Means of the states without the bins at their edges, in parts of which it was the other one. */
function steadyMeans(
  path: Uint8Array,
  { bins }: Bins,
  { quiet, slow }: States,
): Pick<States, "quiet" | "slow"> {
  const meanIn = (state: number, otherwise: number) => {
    let sum = 0;
    let count = 0;
    for (const [index, bin] of bins.entries()) {
      if (bin === null || path[index] !== state || !isInside(path, index)) continue;
      sum += bin.mean * bin.count;
      count += bin.count;
    }
    return count === 0 ? otherwise : sum / count;
  };
  return { quiet: meanIn(0, quiet), slow: meanIn(1, slow) };
}

/**
 * Mean times of two states that are left at random, from the chances to leave them within a bin: what
 * changes twice within one is not seen as a change.
 */
function meansOf([toSlow, toQuiet]: States["leave"], binMs: number): [quiet: number, slow: number] {
  const both = Math.min(0.999, toSlow + toQuiet);
  const rate = -Math.log1p(-both) / binMs;
  return [both / (rate * toSlow), both / (rate * toQuiet)];
}

function spellsOf(
  path: Uint8Array,
  { bins }: Bins,
  states: States,
  { begun, ended }: Moves,
): SpellsFit | null {
  const count = path.reduce(
    (sum, state, bin) => sum + (state === 1 && path[bin - 1] !== 1 ? 1 : 0),
    0,
  );
  if (count < SPELLS_MIN || begun < 1 || ended < 1) return null;
  // Each spell is seen with the sessions that there were: how far their means are apart.
  const spells: number[] = [];
  let sum = 0;
  let segments = 0;
  for (const [index, state] of path.entries()) {
    const bin = bins[index] ?? null;
    if (state === 1 && bin !== null) {
      sum += bin.mean * bin.count;
      segments += bin.count;
    }
    if (segments > 0 && (state === 0 || index === path.length - 1)) {
      spells.push(sum / segments);
      sum = segments = 0;
    }
  }
  const error = Math.sqrt(squaresOf(spells) / Math.max(1, spells.length - 1) / spells.length);
  // The quiet between two is seen with as many.
  const extra = logFigure(Math.exp(states.slow - states.quiet), Math.SQRT2 * error, count);
  const [every, length] = meansOf(states.leave, BIN_MS.fine);
  return {
    count,
    every: exponentialFigure(every * begun, begun),
    length: exponentialFigure(length * ended, ended),
    extra: {
      value: extra.value - 1,
      low: Math.max(0, extra.low - 1),
      high: extra.high - 1,
    },
  };
}
