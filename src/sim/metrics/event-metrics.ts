/** Metrics of the scenario's events: what there was before, during and after each of them. */
import type { Span } from "../scenario/event-times.js";
import { type Metric, type MetricContext, MINUTE_MS, ratio, sum } from "./metric.js";

/** An event in one of its phases. */
export interface EventSubject {
  /** All spans of the phase. */
  readonly spans: readonly Span[];
}

function lengthMs({ spans }: EventSubject): number {
  return sum(spans.map(({ fromMs, toMs }) => toMs - fromMs));
}

type What = "segments" | "notRealTime" | "swaps" | "poolSegments" | "poolLate" | "poolSessionMs";

function countOf(what: What, { spans }: EventSubject, { counters }: MetricContext): number {
  return counters.windows?.sum(what, spans) ?? 0;
}

function perMinute(what: What) {
  return (subject: EventSubject, context: MetricContext) =>
    ratio(countOf(what, subject, context) * MINUTE_MS, lengthMs(subject));
}

/** `event.<name>.<phase>.…` */
export const EVENT_METRICS: readonly Metric<EventSubject>[] = [
  {
    name: "segmentsPerMinute",
    unit: "1/min",
    definition: "Segments of all streams that became ready, per minute.",
    of: perMinute("segments"),
  },
  {
    name: "notRealTimeShare",
    unit: "share",
    definition: "Share of them that were late or failed.",
    of: (subject, context) =>
      ratio(countOf("notRealTime", subject, context), countOf("segments", subject, context)),
  },
  {
    name: "swapsPerMinute",
    unit: "1/min",
    definition: "Sessions that streams swapped away from, per minute (M-17).",
    of: perMinute("swaps"),
  },
  {
    name: "poolSegmentsPerMinute",
    unit: "1/min",
    definition: "Segments that the pool delivered, per minute, by when they became ready.",
    needs: ["pool"],
    of: (subject, context) =>
      context.world.pool < 0 ? undefined : perMinute("poolSegments")(subject, context),
  },
  {
    name: "poolLateShare",
    unit: "share",
    definition: "Share of them that were late.",
    needs: ["pool"],
    of: (subject, context) =>
      ratio(countOf("poolLate", subject, context), countOf("poolSegments", subject, context)),
  },
  {
    name: "poolSessions",
    unit: "sessions",
    definition: "Sessions that hold a slot of the pool, mean (O-10).",
    needs: ["pool"],
    of: (subject, context) =>
      context.world.pool < 0
        ? undefined
        : ratio(countOf("poolSessionMs", subject, context), lengthMs(subject)),
  },
];
