/**
 * Whether a sweep keeps its promises on made-up points whose truth is known: the best one is among those
 * that are left, and those that are clearly worse are not.
 */
import { makeKey, normalQuantile, uniform } from "../src/core/random.js";
import { NameTable, ReplicationRecord } from "../src/sim/experiment/replication-record.js";
import { Samples } from "../src/sim/experiment/samples.js";
import {
  FIRST_LOOK_OF_MANY,
  looks,
  sequenceOf,
} from "../src/sim/experiment/statistics/confidence-sequence.js";
import { type Entrant, type Field, rank } from "../src/sim/sweep/rank.js";
import { SWEEP_MAX } from "../src/sim/sweep/sweep.js";
import { type Check, noise, type Shape, type SyntheticCheck } from "./synthetic-checks.js";

const NET = "pool.operatorNetPerDay";
const MARGIN = 0.05;
/** How far each point lies below the best, in margins: a threshold from too strict to none. */
const BELOW = [6, 3.5, 2.2, 0.5, 0, 0.5, 1.5, 2.2, 3, 5] as const;
const BEST = BELOW.indexOf(0);
/** The spread of the paired differences, as a part of the baseline: that of the packaged scenarios. */
const SIZE = 0.12;
const EMPTY = {
  orchestrators: [],
  workers: [],
  regions: [],
  series: {},
  seriesBinMs: 1,
  conservation: [],
  imputed: {},
  withoutStreams: null,
  admissions: [],
};

/** How a set of points came out. */
export interface SweepOutcome {
  readonly hasBest: boolean;
  /** Points that are worse by over two margins and are left. */
  readonly bad: number;
  readonly replications: number;
}

/** Runs a set to its end. */
export function sweepSet(shape: Shape, set: number, max = SWEEP_MAX): SweepOutcome {
  const table = new NameTable();
  const levels = makeKey(0x6c657665, set);
  const record = (net: number) =>
    new ReplicationRecord({ ...EMPTY, metrics: { [NET]: net, "pool.sessions": 36 } }, table);
  const all = [0, ...BELOW].map((below, index) => {
    const { k0, k1 } = makeKey(0x73776570, set, index);
    return Array.from({ length: max }, (_, replication) => {
      const level = 1 + 0.1 * normalQuantile(uniform(levels.k0, levels.k1, replication));
      const u = uniform(k0, k1, 2 * replication);
      const v = uniform(k0, k1, 2 * replication + 1);
      return record(level - below * MARGIN + (SIZE / Math.SQRT2) * noise(shape, u, v));
    });
  });
  const [asItIs = [], ...points] = all;
  const comparisons = (points.length * (points.length + 1)) / 2;
  const first = FIRST_LOOK_OF_MANY;
  const field: Field = {
    question: { objective: NET, margin: MARGIN, constraints: [] },
    seed: 1,
    sequence: sequenceOf({ max, comparisons, first }),
  };
  let left = points.map((_, index) => index);
  let replications = 0;
  for (const count of looks(max, first)) {
    const entrants = left.map((index): Entrant => {
      const records = points[index] ?? [];
      return { label: String(index), samples: new Samples(records.slice(0, count)) };
    });
    const { out, isDecided, isHopeless } = rank(
      field,
      new Samples(asItIs.slice(0, count)),
      entrants,
    );
    left = left.filter((index) => !out.has(String(index)));
    replications = count;
    if (isDecided || isHopeless) break;
  }
  const bad = left.filter((index) => (BELOW[index] ?? 0) > 2).length;
  return { hasBest: left.includes(BEST), bad, replications };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Of so many sets at least 95 in 100 have the best one, and at most 10 in 100 a clearly worse one. */
export const SWEEP_CHECKS: readonly SyntheticCheck[] = (["normal", "skewed", "lumpy"] as const).map(
  (shape): SyntheticCheck => {
    const name = `sweep: ${shape} differences`;
    const run = (sets: number): Check => {
      const tries = Math.max(1, Math.ceil(sets / 100));
      const found = Array.from({ length: tries }, (_, set) => sweepSet(shape, set));
      const best = found.filter(({ hasBest }) => hasBest).length;
      const bad = found.filter((one) => one.bad > 0).length;
      const replications = middle(found.map((one) => one.replications));
      return {
        passed: best >= 0.95 * tries && bad <= Math.max(1, 0.1 * tries),
        text: `${name}: the set as good as the best has the best in ${best} of ${tries} sets (at least 95 %), and one that is worse by over two margins in ${bad} (at most 10 %); half of them within ${replications} replications`,
      };
    };
    return { name, run };
  },
);
