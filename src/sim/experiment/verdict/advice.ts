/**
 * What would likely decide an undecided comparison: how many replications, run afresh. What is
 * known of each figure is its estimate and its error, so the true one is drawn from there, and
 * then what a fresh run would find of it; the number is the smallest with which four of five such
 * runs decide (the predictive power, or "assurance", of O'Hagan and Stevens 2001). A power that
 * takes the estimate for the truth promises too much: most of all near the margin.
 *
 * The same seed gives the same replications again, so going on with it is a second look at the
 * same luck: each such look may add another 2.5 % of false decisions on either side.
 */
import { makeKey, normalQuantile, uniform } from "../../../core/random.js";
import type { Sequence } from "../statistics/confidence-sequence.js";
import type { SampleEstimate } from "../statistics/intervals.js";
import { skewedQuantiles } from "../statistics/skewed-quantiles.js";
import { studentTCritical } from "../statistics/student-t.js";
import type { Change } from "./change.js";
import { constraintState, type DecisionInput, decide, type Outcome } from "./decision.js";

/** How likely the advised number is to decide. */
export const POWER = 0.8;
/** With the most that are named, a number is still worth telling, with its chance. */
const EVEN = 0.5;
/** More than this times the replications there were are not named: it is near the margin. */
const TIMES_MAX = 20;
const REPLICATIONS_MAX = 10_000;
/** What a single replication is followed by: a pilot. */
const FIRST = 10;
const DRAWS = 500;
const KEY = makeKey(0x61647669);

/** Replications with another seed that would likely decide. */
export interface MoreReplications {
  readonly replications: number;
  /** Simulated hours of one variant in all: replications × measured hours of each. */
  readonly hours: number;
  /** Chance that they decide, as far as this run tells; `null` where it has no spread to tell from. */
  readonly power: number | null;
}

/** Below this chance to be decided by its most replications a sequence is given up. */
const HOPELESS = 0.1;

/** What a look at n replications would find. */
interface Look {
  readonly n: number;
  /** How its intervals are made; undefined: for one look. */
  readonly sequence: Sequence | undefined;
  /** Whether the run goes on, and keeps what it has, instead of being run afresh. */
  readonly isContinued: boolean;
}

/** What a look would find, by two normal numbers: truth, and the luck of the new replications. */
type Projection<T extends SampleEstimate> = (truth: number, luck: number) => T;

/** @param unseen half the width that shrinks with the replications, not with their root */
function projected<T extends SampleEstimate>(found: T, look: Look, unseen = 0): Projection<T> {
  const { n, sequence, isContinued } = look;
  const { mean, whole: cut = null } = found;
  // What was cut off is part of how widely it is spread.
  if (cut !== null) return projected({ ...found, ci95: cut, whole: undefined }, look, unseen);
  const { ci95 } = found;
  if (mean === null || ci95 === null || found.n < 2) return () => found;
  const whole = (ci95[1] - ci95[0]) / 2;
  if (!Number.isFinite(whole)) return () => found;
  if (found.skewness !== undefined && sequence !== undefined) {
    return projectedMean(found, look, { skewness: found.skewness, tail: sequence.tail });
  }
  const width = Math.sqrt(Math.max(0, whole ** 2 - unseen ** 2));
  const confidence = sequence === undefined ? undefined : 1 - 2 * sequence.tail;
  const now = studentTCritical({ degreesOfFreedom: found.n - 1, confidence });
  const then = studentTCritical({ degreesOfFreedom: n - 1, confidence });
  const spread = (width / now) * Math.sqrt(found.n);
  const centre = (ci95[0] + ci95[1]) / 2;
  const more = isContinued ? n - found.n : n;
  const half = Math.hypot((then * spread) / Math.sqrt(n), (unseen * found.n) / n);
  const [truthError, luckError] = [spread / Math.sqrt(found.n), spread / Math.sqrt(more)];
  return (truth, luck) => {
    const seen = centre + (more / n) * (truth * truthError + luck * luckError);
    return { ...found, mean: seen, ci95: [seen - half, seen + half], n };
  };
}

/**
 * The same of a mean whose interval allows for a tail that was not met, and for less of one with more values. A side
 * that the bootstrap widened stays wider by the same factor; the standard error is taken from the narrower side.
 */
function projectedMean<T extends SampleEstimate>(
  found: T,
  { n, isContinued }: Look,
  { skewness, tail }: { readonly skewness: number; readonly tail: number },
): Projection<T> {
  const { mean, ci95 } = found;
  if (mean === null || ci95 === null) return () => found;
  const now = skewedQuantiles({ n: found.n, skewness }, tail);
  const then = skewedQuantiles({ n, skewness }, tail);
  const below = (mean - ci95[0]) / now[1];
  const above = (ci95[1] - mean) / -now[0];
  const error = Math.min(below, above);
  const spread = error * Math.sqrt(found.n);
  const [truthError, luckError] = [error, spread / Math.sqrt(isContinued ? n - found.n : n)];
  const part = isContinued ? (n - found.n) / n : 1;
  const shrunk = Math.sqrt(found.n / n);
  const reach = [then[1] * below * shrunk, then[0] * above * shrunk] as const;
  return (truth, luck) => {
    const seen = mean + part * (truth * truthError + luck * luckError);
    return {
      ...found,
      mean: seen,
      ci95: [seen - reach[0], seen - reach[1]],
      n,
    };
  };
}

/** Without any event there is no luck: twice the sessions rule out half as much. */
function projectedChange(found: Change, look: Look): Projection<Change> {
  const { events, mean, unseen } = found;
  const ci95 = found.whole ?? found.ci95;
  const { n } = look;
  if (events !== 0 || ci95 === null || mean === null) return projected(found, look, unseen);
  const part = found.n / n;
  const then: Change = {
    ...found,
    n,
    ci95: [mean + (ci95[0] - mean) * part, mean + (ci95[1] - mean) * part],
  };
  return () => then;
}

/** The normal numbers of all draws, as many as have been needed so far. */
let normals = new Float64Array(0);

function normalsUpTo(count: number): Float64Array {
  if (normals.length < count) {
    normals = Float64Array.from({ length: count }, (_, index) =>
      normalQuantile(uniform(KEY.k0, KEY.k1, index)),
    );
  }
  return normals;
}

function chanceToDecide(input: DecisionInput, look: Look): number {
  const { change, constraints, peak } = input;
  const perDraw = 4 + 2 * constraints.length;
  const drawn = normalsUpTo(DRAWS * perDraw);
  const changeThen = projectedChange(change, look);
  const peakThen = typeof peak === "object" ? projectedChange(peak, look) : null;
  const differencesThen = constraints.map(({ difference }) => projected(difference, look));
  let decided = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const normal = (index: number) => drawn[draw * perDraw + index] ?? 0;
    const then: DecisionInput = {
      ...input,
      change: changeThen(normal(0), normal(1)),
      peak: peakThen === null ? peak : peakThen(normal(2), normal(3)),
      constraints: constraints.map((constraint, index) => ({
        ...constraint,
        difference:
          differencesThen[index]?.(normal(4 + 2 * index), normal(5 + 2 * index)) ??
          constraint.difference,
      })),
    };
    if (decide(then).decision !== "undecided") decided += 1;
  }
  return decided / DRAWS;
}

/** An outcome with what would decide it. */
export interface Advised {
  readonly outcome: Outcome;
  readonly more: MoreReplications | null;
}

/** Whether an interval has no bound: nothing is known of its spread then, which is no reason to give up. */
function isOpen({ change, peak, constraints }: DecisionInput): boolean {
  const all = [change, peak, ...constraints.map(({ difference }) => difference)];
  return all.some(
    (one) => typeof one === "object" && (one.whole ?? one.ci95)?.every(Number.isFinite) === false,
  );
}

/**
 * Whether a sequence that goes on to its most replications would hardly be decided by then. Where the
 * peak test has not been run, it is taken to show whatever decides.
 */
export function isHopeless(input: DecisionInput, sequence: Sequence): boolean {
  const { n, ci95 } = input.change;
  if (ci95 === null || n < 2 || n >= sequence.max) return false;
  const assumed = input.peak ?? "off";
  const last = { n: sequence.max, sequence, isContinued: true };
  if (isOpen(input)) return false;
  // A few counted events tell little of how many are to come: half of the replications are looked at.
  if (input.change.method === "rare events" && 2 * n < sequence.max) return false;
  return chanceToDecide({ ...input, peak: assumed }, last) < HOPELESS;
}

/**
 * Says of an undecided outcome what would likely decide it, or that it is near the margin.
 *
 * @param options.hoursPerReplication measured, > 0
 * @param options.sequence where the run may go on: the number is then that of all its replications,
 *   or, beyond the most that it has, of a run with longer ones that are worth so many
 */
export function advise(
  input: DecisionInput,
  found: Outcome,
  options: { readonly hoursPerReplication: number; readonly sequence?: Sequence | undefined },
): Advised {
  const { hoursPerReplication, sequence } = options;
  if (found.decision !== "undecided") return { outcome: found, more: null };
  const plan = (replications: number, power: number | null): Advised => ({
    outcome: found,
    more: { replications, hours: replications * hoursPerReplication, power },
  });
  const { n, ci95 } = input.change;
  if (ci95 === null || n < 2) return plan(FIRST, null);
  if (isOpen(input)) return plan(Math.min(2 * n, sequence?.max ?? 2 * n), null);
  // A sequence runs the peak test when that would decide: here it is taken to.
  const then = sequence === undefined ? input : { ...input, peak: input.peak ?? "off" };
  if (sequence !== undefined && n < sequence.max) {
    const going = smallest(then, { n: sequence.max, sequence, isContinued: true });
    if (going !== null) return plan(going, POWER);
  }
  const most = Math.min(TIMES_MAX * n, REPLICATIONS_MAX);
  const afresh = smallest(then, { n: most, sequence, isContinued: false });
  if (afresh !== null) return plan(afresh, POWER);
  const outcome = found.reason === "needs more" ? stuck(input, found) : found;
  const power = most > n ? chanceToDecide(then, { n: most, sequence, isContinued: false }) : 0;
  return power < EVEN ? { outcome, more: null } : { ...plan(most, power), outcome };
}

/** What 20 times as many do not decide in four of five cases: it is near the margin, or what is beyond it waits for a constraint. */
function stuck({ change: { ci95 }, margin, constraints }: DecisionInput, found: Outcome): Outcome {
  const constraint = constraints.find((one) => constraintState(one) === "unclear");
  if (constraint !== undefined && ci95 !== null && ci95[0] > margin) {
    return { ...found, reason: "constraint unclear", constraint };
  }
  return { ...found, reason: "near the margin" };
}

/** The smallest number of replications that likely decides; `null` where that of `last` does not. */
function smallest(input: DecisionInput, last: Look): number | null {
  let low = input.change.n;
  let high = last.n;
  if (high <= low || chanceToDecide(input, last) < POWER) return null;
  while (high - low > 1) {
    const n = Math.floor((low + high) / 2);
    if (chanceToDecide(input, { ...last, n }) >= POWER) high = n;
    else low = n;
  }
  return high;
}
