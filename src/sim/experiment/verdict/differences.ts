/** How two variants differ, replication by replication, as it is judged. */
import { makeKey, type RandomKey } from "../../../core/random.js";
import type { Estimate } from "../../results.js";
import { unitOf } from "../metric-names.js";
import { possible, possibleDifference, within } from "../possible.js";
import { reported, type Samples } from "../samples.js";
import { FIRST_LOOK, type Sequence } from "../statistics/confidence-sequence.js";
import {
  estimate,
  pairedDifference,
  present,
  type SampleEstimate,
} from "../statistics/intervals.js";
import { absoluteChange, type Change, relativeChange } from "./change.js";
import { evidenceOf } from "./evidence.js";

const BOOTSTRAP = 0x626f6f74;

/** The key of all bootstrap draws of an experiment. */
export function bootstrapKey(seed: number): RandomKey {
  return makeKey(seed, BOOTSTRAP);
}

/** Replications of the two variants that are compared. */
interface Pair {
  readonly baseline: Samples;
  readonly candidate: Samples;
}

/** What a difference is made from, besides the pair. */
interface DifferenceOptions {
  readonly seed: number;
  readonly sequence?: Sequence | undefined;
  readonly tail?: number | undefined;
}

/** What a change is made from, besides the pair. */
interface ChangeOptions extends DifferenceOptions {
  readonly question: {
    readonly objective: string;
    /** A share of the objective's own value in the baseline, or an amount. */
    readonly margin: number | { readonly absolute: number };
  };
  readonly workers: readonly string[];
}

/** A metric's paired difference, in its unit; undefined when no replication has it in both. */
export function differenceOf(
  options: DifferenceOptions,
  pair: Pair,
  metric: string,
): Estimate | undefined {
  return reported(pairedOf(options, pair, metric));
}

/**
 * The paired difference of a metric that a constraint limits. A baseline that never had anything to have a share
 * of, such as late segments of a pool without workers, has a share of 0.
 */
export function limitedOf(options: DifferenceOptions, pair: Pair, metric: string): SampleEstimate {
  const seen = pair.baseline.observations(metric);
  const isNever = unitOf(metric) === "share" && !seen.some(present);
  return pairedOf(options, pair, metric, isNever ? seen.map(() => 0) : seen);
}

/** By how much a metric may differ from the baseline's. */
function differencesOf({ baseline, candidate }: Pair, metric: string, from: SampleEstimate) {
  return possibleDifference(possible(metric, [baseline, candidate]), from);
}

/** A paired difference as it is judged: with what says how its interval was made. */
export function pairedOf(
  { seed, sequence, tail }: DifferenceOptions,
  pair: Pair,
  metric: string,
  baseline = pair.baseline.observations(metric),
): SampleEstimate {
  const level = sequence?.tail ?? tail;
  const candidate = pair.candidate.observations(metric);
  const whole = pairedDifference({ candidate, baseline, key: bootstrapKey(seed), tail: level });
  const found = within(whole, differencesOf(pair, metric, estimate(baseline, level)));
  return isTooEarly(sequence, pair, found) ? { ...found, ci95: null } : found;
}

/**
 * Before the first look of a sequence nothing has an interval, nor has later what only few replications
 * have a value of: those show no shape.
 */
function isTooEarly(sequence: Sequence | undefined, { baseline }: Pair, { n }: SampleEstimate) {
  if (sequence === undefined) return false;
  return baseline.records.length < sequence.first || n < Math.min(sequence.first, FIRST_LOOK);
}

/** The change that is compared with the margin. */
export function changeOf(options: ChangeOptions, pair: Pair): Change {
  const found = changeAtLook(options, pair);
  return isTooEarly(options.sequence, pair, found) ? { ...found, ci95: null } : found;
}

function changeAtLook(
  { question, seed, workers, sequence, tail }: ChangeOptions,
  pair: Pair,
): Change {
  const { objective, margin } = question;
  const evidence = evidenceOf({ ...pair, objective, workers });
  const sample = {
    candidate: pair.candidate.observations(objective),
    baseline: pair.baseline.observations(objective),
  };
  const options = { key: bootstrapKey(seed), evidence, tail: sequence?.tail ?? tail };
  const hasNone = { mean: null, ci95: null, n: 0, method: "t", events: null } as const;
  if (evidence.sessions === 0) return hasNone;
  if (typeof margin !== "number") {
    const bounds = differencesOf(pair, objective, estimate(sample.baseline, options.tail));
    return within(absoluteChange(sample, options), bounds);
  }
  const from = pair.baseline.estimate(objective);
  // At peak, too, a relative change needs something to be relative to.
  if (from === undefined || !(from.mean > 0) || (from.n > 1 && !(from.ci95[0] > 0))) return hasNone;
  const [least] = possible(objective, [pair.baseline, pair.candidate]);
  const bounds = [least / from.mean - 1, Number.POSITIVE_INFINITY] as const;
  return within(relativeChange(sample, options), bounds);
}
