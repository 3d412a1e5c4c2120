/**
 * Every metric, by what it is about. Each has its name, unit and definition beside the code that
 * computes it. Expectations, tables, results and the metrics reference all read this list, so that
 * they share one vocabulary.
 */
export { AI_METRICS } from "./ai-metrics.js";
export { EVENT_METRICS } from "./event-metrics.js";
export type { Metric, MetricContext, Need } from "./metric.js";
export { NETWORK_METRICS, VIEWER_METRICS } from "./network-metrics.js";
export {
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  type OrchestratorRegionSubject,
  POOL_METRICS,
} from "./orchestrator-metrics.js";
export { REGION_METRICS, type RegionSubject } from "./region-metrics.js";
export { EXPERIMENT_METRICS, WORKER_METRICS } from "./worker-metrics.js";
