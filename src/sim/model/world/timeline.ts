/**
 * A scenario's events as tables: what happens at which instant, and what prices, stakes and outages
 * are at any time. All of it is known before a run begins and is the same in each replication.
 */
import type { SessionPrice } from "../../../selection/index.js";
import type { Span } from "../../scenario/event-times.js";
import type { ScenarioEvent } from "../../scenario/events-schema.js";

/** Something begins or ends: an instant beyond which nothing is known ahead. */
export interface Happening {
  /** Ms from the start of the warm-up. */
  readonly atMs: number;
  readonly isEnd: boolean;
  readonly event: ScenarioEvent;
  readonly name: string;
  /** Which of the event's times it is, from 0. */
  readonly time: number;
  /** Workers and nodes that it happens to. */
  readonly workers: readonly number[];
  readonly nodes: readonly number[];
}

/** A value from an instant on. */
export interface Step<Value> {
  readonly fromMs: number;
  readonly value: Value;
  /** Whether it is the value of before, after an event's end. */
  readonly isEnd: boolean;
}

/** All that events bring about; times are ms from the start of the warm-up. */
export interface Timeline {
  /** In order: by time, kind and whom they happen to, an end before a beginning. */
  readonly happenings: readonly Happening[];
  /** By orchestrator: what changes, from its beginning on, in order; only those where it does. */
  readonly prices: ReadonlyMap<number, readonly Step<SessionPrice>[]>;
  readonly stakes: ReadonlyMap<number, readonly Step<number>[]>;
  /** By node: when it can't be reached, and when its process is down; in order. */
  readonly outages: readonly (readonly Span[])[];
  readonly restarts: readonly (readonly Span[])[];
  /** By gateway: when its sources are silent; in order. */
  readonly silences: readonly (readonly Span[])[];
  /** The most streams that one event brings. */
  readonly streamsMax: number;
}

/** How many of a list in order begin at an instant or before. */
export function begunAt(list: readonly { readonly fromMs: number }[], timeMs: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.fromMs ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The span that an instant lies in, or undefined. */
export function spanAt(spans: readonly Span[], timeMs: number): Span | undefined {
  // Asked at each answer and segment, and nearly always of none.
  if (spans.length === 0) return undefined;
  const span = spans[begunAt(spans, timeMs) - 1];
  return span !== undefined && timeMs < span.toMs ? span : undefined;
}
