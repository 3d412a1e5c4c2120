/** The metrics that conclusions are drawn from, and the units of all. */
import {
  AI_METRICS,
  EVENT_METRICS,
  type Metric,
  NETWORK_METRICS,
  ORCHESTRATOR_METRICS,
  ORCHESTRATOR_REGION_METRICS,
  POOL_METRICS,
  REGION_METRICS,
  VIEWER_METRICS,
  WORKER_METRICS,
} from "../metrics/catalogue.js";

/** Fees of the orchestrator under study: what its work is worth. */
export const FEES = "pool.feesEthPerDay";
/** What came in: luck, where tickets are on. */
export const INCOME = "pool.incomeEthPerDay";
/** How much of that is luck. */
export const LUCK = "pool.incomeLuckEthPerDay";
/** What the operator keeps, the usual objective. */
export const OPERATOR_NET = "pool.operatorNetPerDay";
/** Segments that it delivered. */
export const SEGMENTS = "pool.segments";
/** Its share of the network's segments. */
export const SEGMENT_SHARE = "pool.segmentShare";

type Units = readonly Pick<Metric<never>, "name" | "unit">[];

const UNITS: ReadonlyMap<string, Units> = new Map<string, Units>([
  ["network", NETWORK_METRICS],
  ["viewer", VIEWER_METRICS],
  ["pool", [...ORCHESTRATOR_METRICS, ...POOL_METRICS, ...ORCHESTRATOR_REGION_METRICS]],
  ["orchestrator", [...ORCHESTRATOR_METRICS, ...ORCHESTRATOR_REGION_METRICS]],
  ["worker", WORKER_METRICS],
  ["region", REGION_METRICS],
  ["ai", AI_METRICS],
  ["event", EVENT_METRICS],
]);

/**
 * The unit of a metric, e.g. `ETH/day` or `share`; undefined when none goes by that name.
 *
 * @param metric full name, e.g. `worker.slow.picks`
 */
export function unitOf(metric: string): string | undefined {
  const dot = metric.indexOf(".");
  const rest = metric.slice(dot);
  return UNITS.get(metric.slice(0, dot))?.find(({ name }) => rest.endsWith(`.${name}`))?.unit;
}

/** Whether a metric is an amount in ETH per day. */
export function isMoney(metric: string): boolean {
  return unitOf(metric) === "ETH/day";
}
