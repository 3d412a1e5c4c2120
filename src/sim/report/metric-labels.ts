/** The metrics that reports show, in their order, in words. */
import type { Kind } from "./figures.js";

export interface ShownMetric {
  /** Name in the metrics reference. */
  readonly metric: string;
  readonly label: string;
  readonly kind: Kind;
}

export interface MetricGroup {
  readonly title: string;
  readonly metrics: readonly ShownMetric[];
}

function shown(metric: string, label: string, kind: Kind): ShownMetric {
  return { metric, label, kind };
}

/** The rows of the comparison. */
export const COMPARISON: readonly MetricGroup[] = [
  {
    title: "Pool",
    metrics: [
      shown("pool.operatorNetPerDay", "operator's net per day", "eth"),
      shown("pool.feesEthPerDay", "fees per day", "eth"),
      shown("pool.segmentShare", "share of all segments", "share"),
      shown("pool.segments", "segments", "count"),
      shown("pool.streams", "streams", "count"),
      shown("pool.retention", "sessions kept to the end", "share"),
      shown("pool.swapsAwayPerStream", "swaps away per stream", "ratio"),
      shown("pool.lateShare", "late segments", "share"),
      shown("pool.failedShare", "failed segments", "share"),
      shown("pool.cappedShare", "refused for lack of slots", "share"),
      shown("pool.sessionsMean", "open sessions, mean", "mean"),
      shown("pool.sessionsP99", "open sessions, p99", "mean"),
      shown("pool.idleSlotsMean", "slots idle in the 70 s tail", "mean"),
      shown("pool.latencyScore.p50", "latency score, p50", "ratio"),
      shown("pool.latencyScore.p99", "latency score, p99", "ratio"),
      shown("pool.suspensions", "suspensions", "mean"),
      shown("pool.orphaned", "orphaned sessions", "mean"),
    ],
  },
  {
    title: "Network",
    metrics: [
      shown("network.segments", "segments", "count"),
      shown("network.lateShare", "late segments", "share"),
      shown("network.failedShare", "failed segments", "share"),
      shown("network.noSessionShare", "segments without a session", "share"),
      shown("network.swapsPerStream", "swaps per stream", "ratio"),
    ],
  },
  {
    title: "Viewers",
    metrics: [
      shown("viewer.lateSecondsPerStreamHour", "late per stream-hour", "seconds"),
      shown("viewer.failedSecondsPerStreamHour", "failed per stream-hour", "seconds"),
    ],
  },
];

const REASONS: Readonly<Record<string, string>> = {
  inFlight: "in flight too long",
  latencyScore: "latency score",
  notMeasured: "not measured",
  error: "errors",
  timeout: "timeouts",
  busy: "busy",
  capped: "capped",
  expired: "expired",
  download: "download",
  verification: "verification",
};

/** Why a stream left, in words. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}

/** How the figures of any metric are written, e.g. those of an objective. */
export function kindOf(metric: string): Kind {
  const known = COMPARISON.flatMap(({ metrics }) => metrics).find((one) => one.metric === metric);
  if (known !== undefined) return known.kind;
  if (/(PerDay|Value)$/.test(metric)) return "eth";
  if (/(Share|Rate|[rR]etention|[uU]tilisation)$/.test(metric)) return "share";
  return /Ms(\.|$)/.test(metric) ? "ms" : "ratio";
}
