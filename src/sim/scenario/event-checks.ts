/** What the schema cannot say about a scenario's events: whom they name, and when they happen. */
import { formatDuration } from "../../config/duration.js";
import type { Finding, Path } from "../../config/problem.js";
import { suggestion } from "../../config/suggest.js";
import { type Span, spansOf, subjectOf, timesOf } from "./event-times.js";
import type { ScenarioEvent } from "./events-schema.js";
import type { Scenario } from "./schema.js";

/** How often all events of a scenario may happen: each of them ends what is done in one go. */
const TIMES_MAX = 10_000;
/** Further streams of all events at a time: as many as there may be of demand. */
const STREAMS_MAX = 10_000;
/** A gateway ends a stream that is silent for longer (T-3), ms. */
const SILENCE_MAX_MS = 60_000;
const REGION_EXPECTED = "a code of the regions table such as FRA";

/** Names that events may use. */
export interface EventNames {
  /** Of single workers, by the name of their kind. */
  readonly workers: ReadonlyMap<string, readonly string[]>;
  readonly gateways: ReadonlySet<string>;
  readonly regions: ReadonlySet<string>;
  /** Of all that take part: their names, by lower-case names and addresses. */
  readonly orchestrators: ReadonlyMap<string, string>;
}

/** What is wrong with a scenario's events; empty when nothing is. */
export function eventFindings(scenario: Scenario, names: EventNames): readonly Finding[] {
  const events = Object.entries(scenario.events);
  const own = events.flatMap(([name, event]) => {
    const add = (path: Path, text: string, atKey = false): Finding => ({
      path: ["events", name, ...path],
      text,
      atKey,
    });
    return [
      ...nameFindings(event, names, scenario, add),
      ...valueFindings(event, add),
      ...timeFindings(event, scenario, add),
    ];
  });
  if (own.length > 0) return own;
  const times = events.reduce((sum, [, event]) => sum + timesOf(event, scenario.duration), 0);
  if (times > TIMES_MAX) {
    const text = `they happen ${times} times in all, expected at most ${TIMES_MAX}`;
    return [{ path: ["events"], text }];
  }
  const streams = events.reduce(
    (sum, [, event]) => sum + ("streams" in event ? event.streams : 0),
    0,
  );
  if (streams > STREAMS_MAX) {
    const text = `they bring ${streams} streams at a time, expected at most ${STREAMS_MAX}`;
    return [{ path: ["events"], text }];
  }
  const overlaps = overlapFindings(events, scenario, names);
  return overlaps.length > 0 ? overlaps : silenceFindings(events, scenario, names);
}

type Add = (path: Path, text: string, atKey?: boolean) => Finding;

/** @param otherwise what is expected, where there are too many names to list them */
function missing(name: string, known: Iterable<string>, what: string, otherwise: string): string {
  const hint = suggestion(name, known) || `, expected ${otherwise}`;
  return `no ${what} is called ${JSON.stringify(name)}${hint}`;
}

function nameFindings(
  event: ScenarioEvent,
  { workers, gateways, regions, orchestrators }: EventNames,
  { orchestrator }: Scenario,
  add: Add,
): readonly Finding[] {
  const found: Finding[] = [];
  const isOutage = event.kind === "outage";
  if ("gateway" in event && event.gateway !== undefined && !gateways.has(event.gateway)) {
    found.push(
      add(["gateway"], missing(event.gateway, gateways, "gateway", "a name of one in gateways")),
    );
  }
  if (isOutage) {
    const given = [event.worker, event.region, event.orchestrator].filter(Boolean);
    if (given.length > 1) {
      found.push(add([], "expected only one of worker, region and orchestrator"));
    }
    const known = new Set([...workers].flatMap(([kind, own]) => [kind, ...own]));
    if (event.worker !== undefined && !known.has(event.worker)) {
      found.push(
        add(["worker"], missing(event.worker, known, "worker", "a name of one in workers")),
      );
    }
    if (event.region !== undefined && !regions.has(event.region)) {
      found.push(add(["region"], missing(event.region, regions, "region", REGION_EXPECTED)));
    }
    if (event.worker !== undefined || event.region !== undefined) return found;
  }
  if (!isOutage && event.kind !== "price" && event.kind !== "stake" && event.kind !== "restart") {
    return found;
  }
  if (event.orchestrator === undefined) {
    if (orchestrator !== undefined) return found;
    const what = isOutage ? "worker, region or orchestrator" : "orchestrator";
    return [...found, add([], `expected ${what}: there is no orchestrator under study`)];
  }
  if (orchestrators.has(event.orchestrator.toLowerCase())) return found;
  const what = "orchestrator of this scenario";
  const otherwise = "a name or an address of the network file, or one in orchestrators";
  const text = missing(event.orchestrator, orchestrators.keys(), what, otherwise);
  return [...found, add(["orchestrator"], text)];
}

function valueFindings(event: ScenarioEvent, add: Add): readonly Finding[] {
  if (event.kind === "price" || event.kind === "stake") {
    const own = event.kind === "price" ? "pricePerUnit" : "stakeLpt";
    const value = event.kind === "price" ? event.pricePerUnit : event.stakeLpt;
    if ((value === undefined) === (event.factor === undefined)) {
      return [add([], `expected either factor or ${own}`)];
    }
    if (event.every !== undefined && event.for === undefined) {
      return [add(["every"], `has no effect without for: the ${event.kind} stays as it is`, true)];
    }
  }
  if (event.kind === "burst" && event.for > SILENCE_MAX_MS) {
    const text = `found ${formatDuration(event.for)}, expected at most 60s: gateways end streams that are silent for longer (T-3)`;
    return [add(["for"], text)];
  }
  if ((event.kind === "outage" || event.kind === "burst") && event.for === 0) {
    return [add(["for"], "found 0 ms, expected some time")];
  }
  if ((event.kind === "price" || event.kind === "stake") && event.for === 0) {
    return [add(["for"], "found 0 ms, expected some time, or no for")];
  }
  if ((event.kind === "streams" || event.kind === "badSource") && event.length === 0) {
    return [add(["length"], "found 0 ms, expected some time")];
  }
  return [];
}

function timeFindings(event: ScenarioEvent, { duration }: Scenario, add: Add): readonly Finding[] {
  const { at, every } = event;
  const run = `the counted time ends after ${formatDuration(duration)}`;
  if (at >= duration) return [add(["at"], `found ${formatDuration(at)}, but ${run}`)];
  const isStreams = event.kind === "streams" || event.kind === "badSource";
  // Further streams may go on when the run ends, as all others do.
  const lastsMs = isStreams ? event.over : (event.for ?? 0);
  if (at + lastsMs > duration) {
    const text = `from ${formatDuration(at)} on it lasts ${formatDuration(lastsMs)}, but ${run}`;
    return [add([isStreams ? "over" : "for"], text)];
  }
  if (every === undefined) return [];
  const periodMs = isStreams ? event.over + event.length : lastsMs;
  if (every > 0 && every >= periodMs) return [];
  const what =
    every === 0
      ? "expected some time"
      : `but it lasts ${formatDuration(periodMs)}, expected a period of at least that`;
  return [add(["every"], `found ${formatDuration(every)}, ${what}`)];
}

/** One occurrence of an event. */
interface Occurrence extends Span {
  readonly name: string;
}

function overlapFindings(
  events: readonly (readonly [string, ScenarioEvent])[],
  { duration, orchestrator }: Scenario,
  { workers, orchestrators }: EventNames,
): readonly Finding[] {
  const all = new Map<string, Occurrence[]>();
  for (const [name, event] of events) {
    const named = "orchestrator" in event ? event.orchestrator?.toLowerCase() : undefined;
    const whose = named === undefined ? {} : { orchestrator: orchestrators.get(named) ?? named };
    const subject = subjectOf({ ...event, ...whose }, orchestrator?.name ?? "");
    const kind = event.kind === "outage" ? event.worker : undefined;
    // Workers of a kind go down one by one: another event may name one of them.
    const subjects =
      kind === undefined ? [subject] : (workers.get(kind) ?? [kind]).map((one) => `worker ${one}`);
    for (const one of subjects) {
      const key = `${event.kind} ${one}`;
      const known = all.get(key) ?? [];
      all.set(key, known);
      known.push(...spansOf(event, duration).map((span) => ({ name, ...span })));
    }
  }
  const found = new Map<string, Finding>();
  for (const occurrences of all.values()) {
    occurrences.sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
    for (const [index, next] of occurrences.entries()) {
      const before = occurrences[index - 1];
      if (before === undefined || before.name === next.name) continue;
      if (next.fromMs > before.fromMs && next.fromMs >= before.toMs) continue;
      const text = `at ${formatDuration(next.fromMs)} it overlaps ${JSON.stringify(before.name)}, an event of the same kind for the same one`;
      found.set(next.name, { path: ["events", next.name], text, atKey: true });
    }
  }
  return [...found.values()];
}

/** Silences of a gateway's sources that follow each other without a gap are one (T-3). */
function silenceFindings(
  events: readonly (readonly [string, ScenarioEvent])[],
  { duration }: Scenario,
  { gateways }: EventNames,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const gateway of gateways) {
    const silences = events
      .flatMap(([name, event]) =>
        event.kind === "burst" && (event.gateway ?? gateway) === gateway
          ? spansOf(event, duration).map((span) => ({ name, ...span }))
          : [],
      )
      .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
    let [fromMs, toMs] = [0, Number.NEGATIVE_INFINITY];
    for (const next of silences) {
      if (next.fromMs > toMs) fromMs = next.fromMs;
      toMs = Math.max(toMs, next.toMs);
      if (toMs - fromMs <= SILENCE_MAX_MS || found.has(next.name)) continue;
      const text = `at ${formatDuration(next.fromMs)} it follows another burst without a gap: sources of ${gateway} would be silent from ${formatDuration(fromMs)} to ${formatDuration(toMs)}, expected at most 60s (T-3)`;
      found.set(next.name, { path: ["events", next.name], text, atKey: true });
    }
  }
  return [...found.values()];
}
