/** AI jobs of a past: what each worker did of them, and why they are not played again. */
import { counted } from "../../core/wording.js";
import { type AIModelPast, type AIPast, LIVE_PIPELINE } from "../calibrate/ai/ai-events.js";
import { eth } from "../metrics/metric.js";
import type { NamedWorker } from "./replay-scenario.js";

const WORKERS_MAX = 8;
const METH = 1000;

function totalOf(models: readonly AIModelPast[]) {
  const batch = models.filter(({ pipeline }) => pipeline !== LIVE_PIPELINE);
  return {
    jobs: batch.reduce((sum, { jobs }) => sum + jobs.length, 0),
    failures: batch.reduce((sum, { failedAtMs }) => sum + failedAtMs.length, 0),
    feesWei: batch.flatMap(({ jobs }) => jobs).reduce((sum, { feesWei }) => sum + feesWei, 0n),
    streams: models
      .filter(({ pipeline }) => pipeline === LIVE_PIPELINE)
      .reduce((sum, { results }) => sum + results, 0),
  };
}

/** `12 jobs, 3 failed, 0.123 mETH, 2 live streams`. */
function totalText(models: readonly AIModelPast[]): string {
  const { jobs, failures, feesWei, streams } = totalOf(models);
  return [
    `${counted(jobs, "job")}`,
    ...(failures === 0 ? [] : [`${failures} failed`]),
    `${(METH * eth(feesWei)).toFixed(3)} mETH`,
    ...(streams === 0 ? [] : [counted(streams, "live stream")]),
  ].join(", ");
}

/**
 * What a replay says of AI jobs; nothing where there were none.
 *
 * @param known workers of the scenario, for their names
 */
export function aiNotes({ models }: AIPast, known: readonly NamedWorker[]): string[] {
  if (models.length === 0) return [];
  const byWorker = new Map<string, AIModelPast[]>();
  for (const one of models) {
    const { address, region } = one;
    const found = known.find((worker) => worker.address === address && worker.region === region);
    const name = found?.name ?? `${address} in ${region}`;
    byWorker.set(name, [...(byWorker.get(name) ?? []), one]);
  }
  const workers = [...byWorker]
    .sort(([, a], [, b]) => totalOf(b).jobs - totalOf(a).jobs)
    .map(([name, own]) => `${name} ${totalText(own)}`);
  const more = workers.length - WORKERS_MAX;
  const rest = more > 0 ? `; and ${counted(more, "more worker")}` : "";
  return [
    `AI jobs are not played again, as no event tells what was asked of others, when a job that failed had come, or how long a live stream went on (E-15, E-16); the books have ${totalText(models)}: ${workers.slice(0, WORKERS_MAX).join("; ")}${rest}`,
  ];
}
