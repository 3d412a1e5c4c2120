/** The replications of one variant, seen metric by metric. */
import type { RandomKey } from "../../core/random.js";
import type { Estimate } from "../results.js";
import { possible, possibleDifference, within } from "./possible.js";
import type { ReplicationRecord } from "./replication-record.js";
import {
  estimate,
  type Observation,
  pairedDifference,
  type SampleEstimate,
} from "./statistics/intervals.js";

/** Replications of a variant, in the order of their numbers. */
export class Samples {
  readonly records: readonly ReplicationRecord[];
  #metrics: readonly string[] | undefined;

  constructor(records: readonly ReplicationRecord[]) {
    this.records = records;
  }

  /** Names of all metrics, in the order of their first appearance. */
  get metrics(): readonly string[] {
    if (this.#metrics === undefined) {
      const names = new Set<string>();
      for (const record of this.records) for (const name of record.metricNames()) names.add(name);
      this.#metrics = [...names];
    }
    return this.#metrics;
  }

  /** A metric in each replication; undefined where it has none. */
  observations(metric: string): readonly Observation[] {
    return this.records.map((record) => record.metric(metric));
  }

  /** Mean and interval of a metric; undefined when no replication has it. */
  estimate(metric: string): Estimate | undefined {
    return reported(within(estimate(this.observations(metric)), possible(metric, [this])));
  }

  /** Mean of a metric; undefined when no replication has it. */
  mean(metric: string): number | undefined {
    return estimate(this.observations(metric)).mean ?? undefined;
  }
}

/**
 * The paired difference of a metric between two variants; undefined when no replication has the
 * metric in both.
 *
 * @param options.key of the bootstrap's draws
 * @param options.tail what its interval leaves out on either side; default 0.025
 */
export function difference(options: {
  readonly of: Samples;
  readonly from: Samples;
  readonly metric: string;
  readonly key: RandomKey;
  readonly tail?: number | undefined;
}): Estimate | undefined {
  const { of, from, metric, key, tail } = options;
  const candidate = of.observations(metric);
  const baseline = from.observations(metric);
  const bounds = possibleDifference(possible(metric, [of, from]), estimate(baseline, tail));
  return reported(within(pairedDifference({ candidate, baseline, key, tail }), bounds));
}

/**
 * An estimate as results have it. One value alone has no interval: it reaches from −∞ to ∞ (in
 * JSON: `[null, null]`), so that no claim about it holds.
 */
export function reported({ mean, ci95, n }: SampleEstimate): Estimate | undefined {
  if (mean === null) return undefined;
  return { mean, ci95: ci95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], n };
}

/** The reverse of {@link reported}. */
export function estimated(found: Estimate | undefined): SampleEstimate {
  if (found === undefined) return { mean: null, ci95: null, n: 0 };
  const { mean, ci95, n } = found;
  return { mean, ci95: Number.isFinite(ci95[0]) ? [ci95[0], ci95[1]] : null, n };
}
