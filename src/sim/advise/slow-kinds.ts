/**
 * Workers that take many times as long over AI jobs as others that serve the same, for clients who wait for ever. One
 * of several such workers changes next to nothing of how slow answers are, so that what is tried on it does not show.
 */
import type { Samples } from "../experiment/samples.js";
import { isSlow, waitedFor } from "../experiment/verdict/slow-answers.js";
import type { Scenario } from "../scenario/schema.js";
import type { WorkerKind } from "./pool-change.js";

/** What a kind serves of AI jobs. */
function modelsOf({ name }: WorkerKind, { workers }: Scenario) {
  return workers.find((worker) => worker.name === name)?.ai?.models ?? [];
}

/** What a kind serves of AI jobs, as a text that is the same for the same models. */
function servedBy(kind: WorkerKind, scenario: Scenario): string {
  const models = modelsOf(kind, scenario);
  return JSON.stringify(models.map(({ pipeline, model = "" }) => [pipeline, model]).sort());
}

/** The mean, over workers and replications, of the median time of a job, ms; undefined: none was answered. */
function jobMs({ workers }: WorkerKind, samples: Samples): number | undefined {
  const known = workers.flatMap((name) => samples.mean(`worker.${name}.ai.jobMs.p50`) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0) / known.length;
}

/**
 * How long the quickest kind that serves the very same takes over half of its jobs, ms, for each kind that is slow
 * beside it. Whose clients leave at some time is judged by that.
 */
export function slowKinds(
  kinds: readonly WorkerKind[],
  scenario: Scenario,
  samples: Samples,
): ReadonlyMap<WorkerKind, number> {
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
