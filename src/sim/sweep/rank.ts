/**
 * Which of several points are as good as the best: each is compared with each, replication by replication,
 * and dropped where another one beats it by more than the margin. Pure.
 *
 * All intervals hold at once and at every look, so with the confidence of the sequence nobody is dropped
 * who is not truly worse by more than the margin than somebody else: the best one is among those that are
 * left. This is the screening of Gupta (1965) and of Kim and Nelson (2001) with the intervals of
 * verdicts, and with all pairs instead of those with the best only, so that what is said of any two
 * points holds too.
 */

import { reported, Samples } from "../experiment/samples.js";
import type { Sequence } from "../experiment/statistics/confidence-sequence.js";
import { isHopeless } from "../experiment/verdict/advice.js";
import { absoluteChange, type Change } from "../experiment/verdict/change.js";
import { constraintState } from "../experiment/verdict/decision.js";
import { bootstrapKey, changeOf, limitedOf } from "../experiment/verdict/differences.js";
import { evidenceOf } from "../experiment/verdict/evidence.js";
import type { Question } from "../experiment/verdict/judge.js";
import type { Dropped, SweepConstraint } from "./sweep-result.js";

/** A point with what it gave so far. */
export interface Entrant {
  readonly label: string;
  readonly samples: Samples;
}

/** What all comparisons have in common. */
export interface Field {
  readonly question: Pick<Question, "objective" | "margin" | "constraints">;
  readonly seed: number;
  readonly sequence: Sequence;
}

/** What a look at some points shows. */
export interface Ranking {
  /** Those that go out, by label. */
  readonly out: ReadonlyMap<string, Dropped>;
  /** Label of the one with the best mean among those that are left; of several that give the same the first. */
  readonly best: string | null;
  /** Those that are shown to be as good as all that are left, by label. */
  readonly asGood: ReadonlySet<string>;
  /** Whether that is all of those that are left. */
  readonly isDecided: boolean;
  /** Whether those that are not told apart hardly will be by the most replications: near the margin. */
  readonly isHopeless: boolean;
  /** Whether nothing at all can be compared: no sessions, or nothing above 0 to be relative to. */
  readonly isBlind: boolean;
}

/** Of points that are not to be compared with each other. */
export const NOT_RANKED: Ranking = {
  out: new Map(),
  best: null,
  asGood: new Set(),
  isDecided: false,
  isHopeless: false,
  isBlind: true,
};

/** Whether two points gave the very same in all replications. */
export function isSame(one: Samples, other: Samples): boolean {
  const { length } = one.records;
  if (length !== other.records.length) return false;
  return one.records.every((record, index) => {
    const another = other.records[index];
    if (record === another) return true;
    if (another === undefined) return false;
    const names = [...record.metricNames()];
    if (names.length !== [...another.metricNames()].length) return false;
    return names.every((name) => record.metric(name) === another.metric(name));
  });
}

/** By label the first one that gave the very same, itself where there is none before it. */
export function firstOfSame(entrants: readonly Entrant[]): ReadonlyMap<string, Entrant> {
  const firsts: Entrant[] = [];
  return new Map(
    entrants.map((one) => {
      const before = firsts.find(({ samples }) => isSame(samples, one.samples));
      if (before === undefined) firsts.push(one);
      return [one.label, before ?? one];
    }),
  );
}

/** The first replications of a point. */
export function firstOf({ records }: Samples, count: number): Samples {
  return records.length <= count ? new Samples(records) : new Samples(records.slice(0, count));
}

/** How the objective of one point differs from that of another, in the replications that both have. */
export function changeFrom(
  { question, seed, sequence }: Field,
  baseline: Samples,
  candidate: Samples,
): Change {
  const count = Math.min(baseline.records.length, candidate.records.length);
  const pair = { baseline: firstOf(baseline, count), candidate: firstOf(candidate, count) };
  const whole = { ...question, baseline: "", candidate: "", peakFactor: 1 };
  return changeOf({ question: whole, seed, sequence, workers: [] }, pair);
}

/**
 * By how much a point lies above another one's lower bound of being as good: its objective less
 * (1 − margin) times the other's. For a point that hardly ever has any, such as a limit that admits
 * nobody in most replications, no ratio has bounds, but this has.
 */
function aboveMargin(
  { question, seed, sequence }: Field,
  baseline: Samples,
  candidate: Samples,
): Change {
  const { objective, margin } = question;
  const part = typeof margin === "number" ? 1 - margin : 1;
  const less = typeof margin === "number" ? 0 : margin.absolute;
  const evidence = evidenceOf({ baseline, candidate, objective, workers: [] });
  const sample = {
    candidate: candidate.observations(objective),
    baseline: baseline
      .observations(objective)
      .map((value) => (typeof value === "number" ? part * value - less : value)),
  };
  return absoluteChange(sample, { key: bootstrapKey(seed), evidence, tail: sequence.tail });
}

/** The constraints at a point, compared with the scenario as it is. */
export function constraintsOf(
  { question, seed, sequence }: Field,
  asItIs: Samples,
  { samples }: Entrant,
): readonly SweepConstraint[] {
  const count = samples.records.length;
  const pair = { baseline: firstOf(asItIs, count), candidate: samples };
  return question.constraints.map(({ metric, maxIncrease }): SweepConstraint => {
    const difference = limitedOf({ seed, sequence }, pair, metric);
    const increase = reported(difference);
    return {
      metric,
      maxIncrease,
      value: samples.estimate(metric) ?? null,
      increase: increase ?? null,
      // What has no value anywhere limits nobody.
      state:
        increase === undefined
          ? "holds"
          : constraintState({ metric, difference, limit: maxIncrease }),
    };
  });
}

/** A point that may drop others. */
interface Rival extends Entrant {
  readonly mean: number;
}

function amountOf({ question: { margin } }: Field): number {
  return typeof margin === "number" ? margin : margin.absolute;
}

/** Whether one mean lies below another by more than the margin: otherwise no interval does. */
function isFarBelow(field: Field, own: number, other: number): boolean {
  const amount = amountOf(field);
  if (typeof field.question.margin !== "number") return own < other - amount;
  return other > 0 && own < (1 - amount) * other;
}

/** Looks at the points that are left, all with the same number of replications. */
export function rank(field: Field, asItIs: Samples, left: readonly Entrant[]): Ranking {
  const { sequence, question } = field;
  const { objective } = question;
  const firsts = firstOfSame(left);
  const distinct = [...new Set(firsts.values())];
  const out = new Map<string, Dropped>();
  const holding = new Set<Entrant>();
  for (const entrant of distinct) {
    const states = constraintsOf(field, asItIs, entrant);
    const broken = states.find(({ state }) => state === "broken");
    if (states.every(({ state }) => state === "holds")) holding.add(entrant);
    if (broken === undefined) continue;
    const replications = entrant.samples.records.length;
    out.set(entrant.label, { replications, by: null, change: null, constraint: broken.metric });
  }
  const rivals = distinct
    .filter(({ label }) => !out.has(label))
    .map(
      (one): Rival => ({ ...one, mean: one.samples.mean(objective) ?? Number.NEGATIVE_INFINITY }),
    )
    .sort((a, b) => b.mean - a.mean);
  const isHolding = ({ label }: Rival) => [...holding].some((one) => one.label === label);
  const amount = amountOf(field);
  const isWorse = (one: Rival, better: Rival) => {
    const { ci95 } = change(better, one);
    if (ci95 === null || ci95[1] < -amount) return ci95 !== null;
    if (Number.isFinite(ci95[1])) return false;
    const above = aboveMargin(field, better.samples, one.samples).ci95;
    return above !== null && above[1] < 0;
  };
  const known = new Map<string, Change>();
  const change = (from: Rival, of: Rival): Change => {
    const key = JSON.stringify([from.label, of.label]);
    const found = known.get(key) ?? changeFrom(field, from.samples, of.samples);
    known.set(key, found);
    return found;
  };
  for (const one of rivals) {
    for (const better of rivals) {
      if (!isHolding(better) || !isFarBelow(field, one.mean, better.mean)) continue;
      if (!isWorse(one, better)) continue;
      out.set(one.label, {
        replications: one.samples.records.length,
        by: better.label,
        change: reported(change(better, one)) ?? null,
        constraint: null,
      });
      break;
    }
  }
  const stay = rivals.filter(({ label }) => !out.has(label));
  const good = stay.filter((one) => {
    if (!isHolding(one)) return false;
    return stay.every((other) => {
      if (other === one) return true;
      const found = change(other, one);
      return found.ci95 !== null && found.ci95[0] >= -amount;
    });
  });
  // Of two, the one with the lower mean is or is not worse by more than the margin.
  const open = stay.flatMap((one, index) =>
    stay.slice(0, index).flatMap((better) => {
      const found = change(better, one);
      return found.ci95 !== null && found.ci95[0] < -amount ? [found] : [];
    }),
  );
  const best = stay.find(isHolding) ?? stay[0];
  const isIn = (some: ReadonlySet<string>, { label }: Entrant) =>
    some.has(firsts.get(label)?.label ?? label);
  const goodNames = new Set(good.map(({ label }) => label));
  return {
    out: new Map(
      left.flatMap(({ label }) => {
        const found = out.get(firsts.get(label)?.label ?? label);
        return found === undefined ? [] : [[label, found] as const];
      }),
    ),
    best: best?.label ?? null,
    asGood: new Set(left.filter((one) => isIn(goodNames, one)).map(({ label }) => label)),
    isDecided: good.length === stay.length,
    isHopeless:
      open.length > 0 &&
      stay.every(isHolding) &&
      open.every((found) =>
        isHopeless({ change: found, margin: amount, constraints: [], peak: "off" }, sequence),
      ),
    isBlind: stay.length > 1 && [...known.values()].every(({ ci95 }) => ci95 === null),
  };
}
