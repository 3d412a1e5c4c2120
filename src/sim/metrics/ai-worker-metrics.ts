/** Metrics of a worker's AI side. */
import type { AIWorkerCounters } from "../ai/ai-counters.js";
import type { Metric, MetricContext } from "./metric.js";
import { ratio } from "./metric.js";

/** Of a worker without AI models there are none. */
function ofAI(
  of: (counters: AIWorkerCounters, context: MetricContext) => number | undefined,
): Metric<{ readonly index: number }>["of"] {
  return ({ index }, context) => {
    const { counters, world } = context;
    const own = world.ai?.workers[index] ?? null;
    const counted = counters.ai?.workers[index];
    return own === null || counted === undefined ? undefined : of(counted, context);
  };
}

/** `worker.<name>.ai.…` */
export const AI_WORKER_METRICS: readonly Metric<{ readonly index: number }>[] = [
  {
    name: "ai.jobs",
    unit: "jobs",
    definition: "AI jobs that it was given.",
    needs: ["aiWorker"],
    of: ofAI(({ jobs }) => jobs),
  },
  {
    name: "ai.succeeded",
    unit: "jobs",
    definition: "AI jobs that it did.",
    needs: ["aiWorker"],
    isObjective: true,
    of: ofAI(({ succeeded }) => succeeded),
  },
  {
    name: "ai.failedShare",
    unit: "share",
    definition: "AI jobs that ended with an error or took too long (A-61) ÷ AI jobs that ended.",
    needs: ["aiWorker"],
    of: ofAI(({ failed, succeeded }) => ratio(failed, failed + succeeded)),
  },
  {
    name: "ai.timeouts",
    unit: "jobs",
    definition: "AI jobs that it did not answer within 15 minutes (A-61).",
    needs: ["aiWorker"],
    of: ofAI(({ timeouts }) => timeouts),
  },
  {
    name: "ai.coldStarts",
    unit: "jobs",
    definition: "AI jobs that waited for their model to be loaded.",
    needs: ["aiWorker"],
    of: ofAI(({ coldStarts }) => coldStarts),
  },
  {
    name: "ai.outOfMemory",
    unit: "jobs",
    definition: "AI jobs that failed because their model did not fit into its memory.",
    needs: ["aiWorker"],
    of: ofAI(({ outOfMemory }) => outOfMemory),
  },
  {
    name: "ai.benches",
    unit: "times",
    definition: "Times that the admission policy gave it no jobs of a model for a while.",
    needs: ["aiWorker"],
    of: ofAI(({ benches }) => benches),
  },
  {
    name: "ai.busyMean",
    unit: "jobs",
    definition: "Mean number of AI jobs that it worked on at a time.",
    needs: ["aiWorker"],
    of: ofAI(({ busyMs }, { durationMs }) => busyMs / durationMs),
  },
  {
    name: "ai.jobMs.p50",
    unit: "ms",
    definition: "Median time of an AI job from sent to done, waiting included.",
    needs: ["aiWorker"],
    of: ofAI(({ times }) => times.quantile(0.5)),
  },
  {
    name: "ai.jobMs.p99",
    unit: "ms",
    definition: "99th percentile of that time.",
    needs: ["aiWorker"],
    of: ofAI(({ times }) => times.quantile(0.99)),
  },
];
