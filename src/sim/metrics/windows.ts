/**
 * Counts before, during and after the events of a scenario. The counted time is cut into pieces at
 * every instant at which one of these spans begins or ends; each piece is counted by itself, and a
 * span is the sum of its pieces.
 */
import { lengthOf, type Span, spansOf } from "../scenario/event-times.js";
import type { Scenario } from "../scenario/schema.js";

/** What is counted as it happens, in series and in windows. */
export type Counted = "segments" | "notRealTime" | "swaps" | "poolSegments" | "poolLate";

/** The spans of an event that figures are about. */
export const PHASES = ["before", "during", "after"] as const;

/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** When an event's phases are, all of its times together; ms of the counted time. */
export type EventPhases = Readonly<Record<Phase, readonly Span[]>>;

/** An event's phases: none reaches into another time of the event, nor out of the counted time. */
export function phasesOf(event: Scenario["events"][string], durationMs: number): EventPhases {
  const spans = spansOf(event, durationMs);
  const isLong = lengthOf(event) > 0;
  const phases: Record<Phase, Span[]> = { before: [], during: [], after: [] };
  for (const [at, { fromMs, toMs }] of spans.entries()) {
    const earliestMs = spans[at - 1]?.toMs ?? 0;
    const latestMs = Math.min(spans[at + 1]?.fromMs ?? durationMs, durationMs);
    const endMs = Math.min(toMs, durationMs);
    phases.before.push({ fromMs: Math.max(earliestMs, fromMs - event.watch), toMs: fromMs });
    if (isLong) phases.during.push({ fromMs, toMs: endMs });
    phases.after.push({ fromMs: endMs, toMs: Math.min(latestMs, endMs + event.watch) });
  }
  const there = (all: Span[]) => all.filter((span) => span.toMs > span.fromMs);
  return {
    before: there(phases.before),
    during: there(phases.during),
    after: there(phases.after),
  };
}

/** The windows of a scenario; null where nothing happens. */
export function windowsOf({ events, duration }: Scenario): Windows | null {
  const all = Object.values(events);
  if (all.length === 0) return null;
  const edges = all.flatMap((event) =>
    Object.values(phasesOf(event, duration))
      .flat()
      .flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
  );
  return new Windows(edges);
}

/** What is counted in windows: numbers, and sessions × ms. */
type InWindows = Counted | "poolSessionMs";

/** Counts by pieces of the counted time. */
export class Windows {
  /** Where pieces begin, ms; the first begins at 0. */
  readonly #edges: Float64Array;
  readonly #counts: Readonly<Record<InWindows, Float64Array>>;

  constructor(edges: readonly number[]) {
    this.#edges = Float64Array.from(new Set([0, ...edges])).sort();
    const counts = () => new Float64Array(this.#edges.length);
    this.#counts = {
      segments: counts(),
      notRealTime: counts(),
      swaps: counts(),
      poolSegments: counts(),
      poolLate: counts(),
      poolSessionMs: counts(),
    };
  }

  /** So many more, at an instant of the counted time. */
  count(what: Counted, timeMs: number, times = 1): void {
    const counts = this.#counts[what];
    const piece = this.#pieceAt(timeMs);
    counts[piece] = (counts[piece] ?? 0) + times;
  }

  /** So many of the pool's sessions were open in a span. */
  addSessions(count: number, fromMs: number, toMs: number): void {
    const { poolSessionMs } = this.#counts;
    let at = Math.max(0, fromMs);
    for (let piece = this.#pieceAt(at); at < toMs; piece++) {
      const untilMs = Math.min(toMs, this.#edges[piece + 1] ?? toMs);
      poolSessionMs[piece] = (poolSessionMs[piece] ?? 0) + count * (untilMs - at);
      at = untilMs;
    }
  }

  /** How many in spans that begin and end where pieces do. */
  sum(what: InWindows, spans: readonly Span[]): number {
    const counts = this.#counts[what];
    let total = 0;
    for (const { fromMs, toMs } of spans) {
      for (let piece = this.#pieceAt(fromMs); piece < counts.length; piece++) {
        if ((this.#edges[piece] ?? 0) >= toMs) break;
        total += counts[piece] ?? 0;
      }
    }
    return total;
  }

  /** The piece that an instant lies in. */
  #pieceAt(timeMs: number): number {
    const edges = this.#edges;
    let low = 0;
    let high = edges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((edges[middle] as number) <= timeMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
