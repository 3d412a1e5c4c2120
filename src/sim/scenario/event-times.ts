/** When the events of a scenario happen, and whom they happen to: plain arithmetic on its settings. */
import type { ScenarioEvent } from "./events-schema.js";

/** A span of time, ms; `toMs` is not in it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long an event lasts, ms; 0 for what changes in an instant and stays as it is then. */
export function lengthOf(event: ScenarioEvent): number {
  switch (event.kind) {
    case "streams":
    case "badSource":
      return event.over + event.length;
    default:
      return event.for ?? 0;
  }
}

/** How often it happens within a run. */
export function timesOf({ at, every }: ScenarioEvent, durationMs: number): number {
  if (at >= durationMs) return 0;
  return every === undefined ? 1 : Math.ceil((durationMs - at) / every);
}

/**
 * When it happens, in order, ms of the counted time.
 *
 * @param durationMs counted time: nothing begins at its end or later
 */
export function spansOf(event: ScenarioEvent, durationMs: number): readonly Span[] {
  const { at, every = 0 } = event;
  const lengthMs = lengthOf(event);
  return Array.from({ length: timesOf(event, durationMs) }, (_, index) => {
    const fromMs = at + index * every;
    return { fromMs, toMs: fromMs + lengthMs };
  });
}

/**
 * Whom an event happens to, such as `worker home`: two of a kind must not overlap for the same one.
 *
 * @param pool name of the orchestrator under study
 */
export function subjectOf(event: ScenarioEvent, pool: string): string {
  switch (event.kind) {
    case "streams":
    case "badSource":
    case "burst":
      return event.gateway === undefined ? "gateways" : `gateway ${event.gateway}`;
    case "outage":
      if (event.worker !== undefined) return `worker ${event.worker}`;
      if (event.region !== undefined) return `region ${event.region}`;
      return `orchestrator ${event.orchestrator ?? pool}`;
    default:
      return `orchestrator ${event.orchestrator ?? pool}`;
  }
}
