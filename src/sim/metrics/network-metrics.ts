/** Metrics of all streams together: what gateways did, and what viewers notice. */
import type { NetworkCounters } from "./counters.js";
import { delivered, HOUR_MS, type Metric, MINUTE_MS, perDay, ratio } from "./metric.js";

/** Segments that are over, whatever became of them. */
function ended(network: NetworkCounters): number {
  return delivered(network) + network.failed + network.noSession;
}

/** `network.…`: all streams of all gateways, tests left out. */
export const NETWORK_METRICS: readonly Metric<NetworkCounters>[] = [
  {
    name: "streams",
    unit: "streams",
    definition: "Streams that began within the counted time.",
    of: (n) => n.streams,
  },
  {
    name: "concurrentStreams",
    unit: "streams",
    definition: "Mean number of streams at a time.",
    of: (n, { durationMs }) => n.streamMs / durationMs,
  },
  {
    name: "segments",
    unit: "segments",
    definition: "Segments that became ready.",
    of: (n) => n.started,
  },
  {
    name: "minutesPerDay",
    unit: "min/day",
    definition: "Source minutes that became ready, per day.",
    of: (n, c) => perDay(n.segmentMs / MINUTE_MS, c),
  },
  {
    name: "lateShare",
    unit: "share",
    definition:
      "Segments delivered late (all renditions downloaded more than one segment duration after the segment was ready) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.late, ended(n)),
  },
  {
    name: "failedShare",
    unit: "share",
    definition:
      "Segments that failed (attempts used up, T-26, or not retryable, T-28) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.failed, ended(n)),
  },
  {
    name: "noSessionShare",
    unit: "share",
    definition: "Segments without any session to send them to (T-25) ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.noSession, ended(n)),
  },
  {
    name: "notRealTimeShare",
    unit: "share",
    definition: "Late, failed and unserved segments ÷ segments over.",
    needs: ["streams"],
    of: (n) => ratio(n.late + n.failed + n.noSession, ended(n)),
  },
  {
    name: "swaps",
    unit: "swaps",
    definition: "Sessions swapped away as go-livepeer counts them (M-13, M-17).",
    of: (n) => n.swaps,
  },
  {
    name: "swapsPerStream",
    unit: "swaps/stream",
    definition: "Swaps ÷ streams begun.",
    needs: ["streams"],
    of: (n) => ratio(n.swaps, n.streams),
  },
  {
    name: "discoveries",
    unit: "discoveries",
    definition: "Discovery rounds run (D-8).",
    of: (n) => n.discoveries,
  },
  {
    name: "answers",
    unit: "answers",
    definition: "GetOrchestrator answers that arrived in time.",
    of: (n) => n.answers,
  },
  {
    name: "tickets",
    unit: "tickets",
    definition: "Tickets that orchestrators received (P-21).",
    of: (n) => n.tickets,
  },
];

/** `viewer.…`: what viewers notice. */
export const VIEWER_METRICS: readonly Metric<NetworkCounters>[] = [
  {
    name: "lateSecondsPerStreamHour",
    unit: "s/h",
    definition: "Duration of late segments per hour of stream.",
    needs: ["streams"],
    of: (n) => ratio(n.lateMs / 1000, n.segmentMs / HOUR_MS),
  },
  {
    name: "failedSecondsPerStreamHour",
    unit: "s/h",
    definition: "Duration of failed and unserved segments per hour of stream.",
    needs: ["streams"],
    of: (n) => ratio(n.failedMs / 1000, n.segmentMs / HOUR_MS),
  },
];
