/** What there was to see: sessions of the pool, and of the workers that the question is about. */
import type { Scenario } from "../../scenario/schema.js";
import { servingKinds } from "../../scenario/serving-kinds.js";
import type { Samples } from "../samples.js";

/** Fewer sessions than these in all replications say nothing about a pool. */
export const SESSIONS_MIN = 10;
/** Sessions in all replications together. */
export interface Evidence {
  /** Of whom the objective is about, usually the pool, in the baseline. */
  readonly sessions: number;
  /**
   * Of the workers in which the variants differ, in whichever variant they had more; `null` where
   * the variants differ in something else.
   */
  readonly served: number | null;
}

/** What each serving worker is like. */
function servingWorkers(scenario: Scenario): Map<string, string> {
  return new Map(
    servingKinds(scenario).flatMap(({ name, workers }) => {
      const spec = scenario.workers.find((worker) => worker.name === name);
      return workers.map((worker) => [worker, JSON.stringify({ ...spec, count: 1 })] as const);
    }),
  );
}

/** Names of the workers that serve in one variant only, or are not the same in both. */
export function changedWorkers(baseline: Scenario, candidate: Scenario): readonly string[] {
  const before = servingWorkers(baseline);
  const after = servingWorkers(candidate);
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
}

function total(samples: Samples, metric: string): number {
  return samples
    .observations(metric)
    .reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0);
}

/** What counts the sessions, and the AI jobs, that an objective is about. */
function sessionsMetrics(objective: string, { metrics }: Samples): readonly string[] {
  const [floor] = objective.split(".");
  const all = [...metrics];
  if (floor === "ai" || floor === "worker") {
    const end = floor === "ai" ? /\.requests$/ : /\.(picks|ai\.jobs)$/;
    const counted = all.filter((one) => one.startsWith(`${floor}.`) && end.test(one));
    return counted.filter((one) => objective.startsWith(one.replace(end, ".")));
  }
  const whose = objective.slice(0, objective.lastIndexOf("."));
  const jobs = floor === "pool" ? all.filter((one) => /^ai\..*\.poolSucceeded$/.test(one)) : [];
  return [`${whose}.sessions`, ...jobs];
}

function totalOf(samples: Samples, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + total(samples, name), 0);
}

/**
 * Counts the sessions.
 *
 * @param options.objective full name of a metric of the pool, an orchestrator or a worker
 * @param options.workers names from {@link changedWorkers}; none: the question is not about workers
 */
export function evidenceOf(options: {
  readonly baseline: Samples;
  readonly candidate: Samples;
  readonly objective: string;
  readonly workers: readonly string[];
}): Evidence {
  const { baseline, candidate, objective, workers } = options;
  const served = (samples: Samples) =>
    totalOf(
      samples,
      workers.flatMap((name) => [`worker.${name}.picks`, `worker.${name}.ai.jobs`]),
    );
  const sessions = (samples: Samples) => totalOf(samples, sessionsMetrics(objective, samples));
  const before = sessions(baseline);
  return {
    sessions: before < SESSIONS_MIN ? Math.max(before, sessions(candidate)) : before,
    served: workers.length === 0 ? null : Math.max(served(baseline), served(candidate)),
  };
}
