/** The metrics that conclusions are drawn from, by their names in the metrics reference. */

/** Fees of the orchestrator under study: what the margin is a share of. */
export const FEES = "pool.feesEthPerDay";
/** What the operator keeps, the usual objective. */
export const OPERATOR_NET = "pool.operatorNetPerDay";
/** Streams per day that the orchestrator under study wins. */
export const STREAMS_PER_DAY = "pool.streamsPerDay";
/** Its share of the network's segments. */
export const SEGMENT_SHARE = "pool.segmentShare";

/** Whether a metric is an amount in ETH per day. */
export function isMoney(metric: string): boolean {
  return metric === OPERATOR_NET || /EthPerDay$/.test(metric);
}

/** Whether a metric is a share (0 … 1) of something. */
export function isShare(metric: string): boolean {
  return /(Share|Rate|[rR]etention|[uU]tilisation)$/.test(metric);
}
