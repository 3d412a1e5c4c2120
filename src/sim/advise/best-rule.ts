/**
 * The best rule of a pool: all that it allows run against each other, as the points of a sweep; what is
 * said of the best one comes from replications that did not choose it.
 */

import { reported, type Samples } from "../experiment/samples.js";
import { FIRST_LOOK_OF_MANY, sequenceOf } from "../experiment/statistics/confidence-sequence.js";
import { effective, type Judgement } from "../experiment/verdict/judge.js";
import { type Heat, type HeatFound, race } from "../sweep/race.js";
import { type Field, firstOfSame, isSame } from "../sweep/rank.js";
import { comparisonsOf, pointsOf } from "../sweep/sweep.js";
import type { SweepPoint } from "../sweep/sweep-result.js";
import type { AdviceRule, FreshComparison, RuleAdmission, TriedRule } from "./advice-result.js";
import { type Common, compare, type LookAt } from "./compare.js";
import type { PoolChange, WorkerKind } from "./pool-change.js";
import { type Rule, rulesOf } from "./rules.js";

/** The most replications of a rule: what is reported of the best comes from others. */
const RULE_MAX = 24;

/** A judgement as a comparison from fresh replications. */
export function freshComparison(judgement: Judgement): FreshComparison {
  const { decision, reason } = effective(judgement);
  // Of what was asked about: a share of fees is none of the net.
  const { change, peak } = judgement;
  return {
    change: change === null ? null : (reported(change) ?? null),
    atPeak: peak.change === null ? null : (reported(peak.change) ?? null),
    decision,
    reason,
  };
}

/** Whom it admits, over all replications. */
function admissionsOf({ records }: Samples): readonly RuleAdmission[] {
  const [first] = records;
  return (first?.admissions ?? []).map(({ worker, offered }, index) => {
    const all = records.flatMap(({ admissions }) => admissions[index]?.sessions ?? []);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const isKnown = all.length > 0;
    return { worker, offered, least: isKnown ? least : 0, most: isKnown ? most : 0 };
  });
}

/**
 * The rule that is best, if any gains: of several that give the very same the middle one, which is furthest
 * from admitting others.
 */
function chosen(
  found: HeatFound,
  points: readonly SweepPoint[],
  rules: readonly Rule[],
): Rule | null {
  const best = points.find(({ label }) => label === found.ranking.best);
  const own = found.entrants.find(({ label }) => label === best?.label);
  if (best === undefined || own === undefined || isSame(own.samples, found.asItIs)) return null;
  if (best.change === null || !(best.change.ci95[0] > 0)) return null;
  const firsts = firstOfSame(found.entrants);
  const first = firsts.get(best.label);
  const same = rules.filter(({ label }) => firsts.get(label) === first);
  const kind = same.find(({ label }) => label === best.label)?.rule;
  const alike = same.filter(({ rule }) => rule === kind);
  return alike[Math.floor((alike.length - 1) / 2)] ?? null;
}

function triedOf(points: readonly SweepPoint[], rules: readonly Rule[]): readonly TriedRule[] {
  return points.flatMap((point, index): TriedRule[] => {
    const rule = rules[index];
    if (rule === undefined) return [];
    const { standing, sameAs, change, replications } = point;
    return [{ ...rule, standing, sameAs, change, replications }];
  });
}

/** What the best rule is, and all advice on workers compared with it. */
export interface RuleFound {
  readonly rule: AdviceRule;
  readonly togetherOverRule: FreshComparison | null;
}

/**
 * Looks for the best rule.
 *
 * @param options.replications looks at so many at most
 * @param options.advised all advice on workers; `null`: there is none
 * @param options.fresh of the comparison that is reported
 */
export async function bestRule(
  common: Common,
  options: {
    readonly kinds: readonly WorkerKind[];
    readonly confidence: number;
    readonly replications: number;
    readonly advised: PoolChange | null;
    readonly fresh: LookAt;
  },
): Promise<RuleFound> {
  const { inputs, workbench, question, seed } = common;
  const { kinds, confidence, replications, advised, fresh } = options;
  const rules = rulesOf(inputs.scenario, kinds);
  const heat: Heat = {
    label: "",
    asItIs: inputs.of([]),
    runners: rules.map(({ label, settings }) => ({
      label,
      input: inputs.of(settings.map(({ path, value }) => [path, value] as const)),
    })),
  };
  const comparisons = comparisonsOf(1, rules.length, question);
  const first = FIRST_LOOK_OF_MANY;
  const sequence = sequenceOf({ max: RULE_MAX, confidence, comparisons, first });
  const field: Field = { question, seed, sequence };
  // No clock ends it: the number of replications says how far it goes.
  const never = new Promise<null>(() => {});
  const last = Math.min(replications, RULE_MAX);
  const raced = await race({ heats: [heat], workbench, field, last, enough: never });
  const [found] = raced.heats;
  const points = found === undefined ? [] : pointsOf(field, found, rules);
  const tried = triedOf(points, rules);
  const best = found === undefined ? null : chosen(found, points, rules);
  const rest = { tried, replications: raced.replications };
  if (best === null) return { rule: { best: null, ...rest }, togetherOverRule: null };
  const settings = best.settings.map(({ path, value }) => [path, value] as const);
  const everyone: PoolChange = new Map();
  const [alone, over] = await Promise.all([
    compare(
      common,
      { label: best.label, baseline: everyone, candidate: settings, workers: [] },
      fresh,
    ),
    advised === null
      ? null
      : compare(
          common,
          {
            label: `all advice, or ${best.label}`,
            baseline: settings,
            candidate: advised,
            workers: [],
          },
          fresh,
        ),
  ]);
  const wanted = { label: best.label, count: fresh.count, from: fresh.from };
  const samples = await workbench.replicate(inputs.of(settings), wanted);
  const asGood = points
    .filter(({ dropped }, index) => dropped === null && rules[index]?.rule === best.rule)
    .map(({ label }) => label);
  return {
    rule: {
      best: { ...best, ...freshComparison(alone), admits: admissionsOf(samples), asGood },
      ...rest,
    },
    togetherOverRule: over === null ? null : freshComparison(over),
  };
}
