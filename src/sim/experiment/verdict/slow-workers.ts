/**
 * Workers that take many times as long over AI jobs as others that serve the same, for clients who wait for ever. One
 * of several such workers changes next to nothing of how slow answers are, so that what is tried on it does not show.
 */
import type { Scenario } from "../../scenario/schema.js";
import { servingKinds } from "../../scenario/serving-kinds.js";
import type { Samples } from "../samples.js";
import { estimate, type Observation, present } from "../statistics/intervals.js";
import { changedWorkers } from "./evidence.js";

/** Answers that take more than so many times as long are nothing that may be made up for by fees. */
const TIMES_MAX = 2;

/** Workers that are alike. */
interface Kind {
  readonly name: string;
  readonly workers: readonly string[];
}

/** Jobs whose clients wait for ever; of live video nobody waits for an answer. */
export function waitedFor({ ai }: Scenario): NonNullable<Scenario["ai"]>["jobs"] {
  return (ai?.jobs ?? []).filter(
    ({ patience, streamsPerHour }) => patience === undefined && streamsPerHour === undefined,
  );
}

/** Whether one time is nothing that may be made up for by fees, beside another one. */
export function isSlow(ms: number, otherMs: number): boolean {
  return ms > TIMES_MAX * otherMs;
}

/** What a kind serves of AI jobs. */
function modelsOf({ name }: Kind, { workers }: Scenario) {
  return workers.find((worker) => worker.name === name)?.ai?.models ?? [];
}

/** What a kind serves of AI jobs, as a text that is the same for the same models. */
function servedBy(kind: Kind, scenario: Scenario): string {
  const models = modelsOf(kind, scenario);
  return JSON.stringify(models.map(({ pipeline, model = "" }) => [pipeline, model]).sort());
}

/** The mean, over workers and replications, of the median time of a job, ms; undefined: none was answered. */
function jobMs({ workers }: Kind, samples: Samples): number | undefined {
  const known = workers.flatMap((name) => samples.mean(`worker.${name}.ai.jobMs.p50`) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0) / known.length;
}

/**
 * How long the quickest kind that serves the very same takes over half of its jobs, ms, for each kind that is slow
 * beside it. Whose clients leave at some time is judged by that.
 */
export function slowKinds<K extends Kind>(
  kinds: readonly K[],
  scenario: Scenario,
  samples: Samples,
): ReadonlyMap<K, number> {
  const waited = new Set(waitedFor(scenario).map(({ pipeline }) => pipeline));
  return new Map(
    kinds.flatMap((kind) => {
      const isWaitedFor = modelsOf(kind, scenario).some(({ pipeline }) => waited.has(pipeline));
      const own = jobMs(kind, samples);
      if (!isWaitedFor || own === undefined) return [];
      const served = servedBy(kind, scenario);
      const others = kinds.flatMap((other) =>
        servedBy(other, scenario) === served ? (jobMs(other, samples) ?? []) : [],
      );
      const quickest = Math.min(...others);
      return isSlow(own, quickest) ? [[kind, quickest] as const] : [];
    }),
  );
}

/** A variant with its replications. */
export interface Serving {
  readonly scenario: Scenario;
  readonly samples: Samples;
}

/** Workers that are slow beside others of their variant. */
export interface SlowWorkers {
  /** Their kind. */
  readonly kind: string;
  /** What half of their jobs take or more, and what half of the others' do. */
  readonly slowMs: number;
  readonly othersMs: number;
}

/**
 * Kinds of which workers serve in one variant but not in another one, or otherwise there, and are shown to be slow:
 * one slow worker of many makes too few of a pool's answers to be seen in them. Where clients wait as long at other
 * orchestrators, nobody has the harm of it.
 */
export function slowOnlyIn(here: Serving, there: Serving): readonly SlowWorkers[] {
  const changed = new Set(changedWorkers(here.scenario, there.scenario));
  const [slow, slowThere] = [here, there].map(({ scenario, samples }) =>
    slowKinds(servingKinds(scenario), scenario, samples),
  );
  // Who is slow in both is not what differs.
  const known = new Set([...(slowThere?.keys() ?? [])].flatMap(({ workers }) => workers));
  return [...(slow ?? [])].flatMap(([{ name: kind, workers }, othersMs]): SlowWorkers[] => {
    const own = workers.filter((worker) => changed.has(worker) && !known.has(worker));
    const { mean, ci95 } = estimate(mediansOf(own, here.samples));
    const elsewhereMs = everybodysMs(kind, there);
    if (mean === null || ci95 === null || !isSlow(ci95[0], Math.max(othersMs, elsewhereMs))) {
      return [];
    }
    return [{ kind, slowMs: mean, othersMs }];
  });
}

/** What half of everybody's answers take to jobs that a kind may be given; 0 where there are none. */
function everybodysMs(kind: string, { scenario, samples }: Serving): number {
  const models = scenario.workers.find(({ name }) => name === kind)?.ai?.models ?? [];
  const pipelines = new Set(models.map(({ pipeline }) => pipeline));
  const known = waitedFor(scenario).flatMap(({ name, pipeline }) =>
    pipelines.has(pipeline) ? (samples.mean(`ai.${name}.latencyMs.p50`) ?? []) : [],
  );
  return known.length === 0 ? 0 : known.reduce((sum, one) => sum + one, 0) / known.length;
}

/** The mean over workers of the median time of a job, by replication. */
function mediansOf(workers: readonly string[], samples: Samples): readonly Observation[] {
  const seen = workers.map((name) => samples.observations(`worker.${name}.ai.jobMs.p50`));
  return samples.records.map((_, index) => {
    const known = seen.map((observations) => observations[index]).filter(present);
    return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0) / known.length;
  });
}
