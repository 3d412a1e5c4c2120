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
import { makeKey, normalQuantile, uniform } from "../../core/random.js";
import type { Change } from "./change.js";
import { type DecisionInput, decide, type Outcome } from "./decision.js";
import type { SampleEstimate } from "./intervals.js";
import { studentTCritical } from "./student-t.js";

/** How likely the advised number is to decide. */
export const POWER = 0.8;
/** More than this times the replications there were: near the margin, no number is named. */
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

/** What a fresh run of n replications would find, by two normal numbers: truth, and its luck. */
function fresh<T extends SampleEstimate>(found: T, n: number, truth: number, luck: number): T {
  const { mean, ci95 } = found;
  if (mean === null || ci95 === null || found.n < 2) return found;
  const width = (ci95[1] - ci95[0]) / 2;
  if (!Number.isFinite(width)) return found;
  const now = studentTCritical({ degreesOfFreedom: found.n - 1 });
  const then = studentTCritical({ degreesOfFreedom: n - 1 });
  const spread = (width / now) * Math.sqrt(found.n);
  const centre = (ci95[0] + ci95[1]) / 2;
  const seen = centre + (truth * spread) / Math.sqrt(found.n) + (luck * spread) / Math.sqrt(n);
  const half = (then * spread) / Math.sqrt(n);
  return { ...found, mean: seen, ci95: [seen - half, seen + half], n };
}

/** Without any event there is no luck: twice the sessions rule out half as much. */
function freshChange(found: Change, n: number, truth: number, luck: number): Change {
  const { ci95, events, mean } = found;
  if (events !== 0 || ci95 === null || mean === null) return fresh(found, n, truth, luck);
  const part = found.n / n;
  return { ...found, n, ci95: [mean + (ci95[0] - mean) * part, mean + (ci95[1] - mean) * part] };
}

function chanceToDecide(input: DecisionInput, n: number): number {
  const { change, constraints, peak } = input;
  const perDraw = 4 + 2 * constraints.length;
  let decided = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const normal = (index: number) =>
      normalQuantile(uniform(KEY.k0, KEY.k1, draw * perDraw + index));
    const then: DecisionInput = {
      ...input,
      change: freshChange(change, n, normal(0), normal(1)),
      peak: typeof peak === "object" ? freshChange(peak, n, normal(2), normal(3)) : peak,
      constraints: constraints.map((constraint, index) => ({
        ...constraint,
        difference: fresh(constraint.difference, n, normal(4 + 2 * index), normal(5 + 2 * index)),
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

/**
 * Says of an undecided outcome what would likely decide it, or that it is near the margin.
 *
 * @param hoursPerReplication measured, > 0
 */
export function advise(input: DecisionInput, found: Outcome, hoursPerReplication: number): Advised {
  if (found.decision !== "undecided") return { outcome: found, more: null };
  const plan = (replications: number, power: number | null): Advised => ({
    outcome: found,
    more: { replications, hours: replications * hoursPerReplication, power },
  });
  const { n, ci95 } = input.change;
  if (ci95 === null || n < 2) return plan(FIRST, null);
  let low = n;
  let high = Math.min(TIMES_MAX * n, REPLICATIONS_MAX);
  if (high <= low || chanceToDecide(input, high) < POWER) {
    const isNear = found.reason === "needs more";
    return { outcome: isNear ? { ...found, reason: "near the margin" } : found, more: null };
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chanceToDecide(input, middle) >= POWER) high = middle;
    else low = middle;
  }
  return plan(high, POWER);
}
