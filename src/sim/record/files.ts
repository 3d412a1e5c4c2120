/** Which events are in which file: each node's, flushed every so often, named as nodes do. */
import type { Form } from "./form-names.js";
import type { NumberedEvent } from "./forms.js";
import type { PoolSource } from "./recorded-event.js";
import { utcSeconds } from "./utc.js";

/** A node flushes earlier when so many events wait (E-2). */
const THRESHOLD = 10_000;

/** A file, or an answer. */
export interface EventFile {
  readonly source: PoolSource;
  readonly events: readonly NumberedEvent[];
  /** It comes after files with later events. */
  readonly isLate: boolean;
}

/**
 * Cuts a record into files, in the order in which they are written.
 *
 * @param events in order of time
 * @param options.flushMs time between flushes, above 0
 */
export function filesOf(
  events: readonly NumberedEvent[],
  { flushMs }: { readonly flushMs: number },
): EventFile[] {
  const files: EventFile[] = [];
  const open = new Map<PoolSource, NumberedEvent[]>();
  const flushOf = (source: PoolSource) => {
    const waiting = open.get(source);
    if (waiting !== undefined) files.push({ source, events: waiting, isLate: false });
    open.delete(source);
  };
  const flush = () => {
    for (const source of [...open.keys()]) flushOf(source);
  };
  let due = Number.NEGATIVE_INFINITY;
  for (const recorded of events) {
    const { source, event } = recorded;
    if (event.atMs >= due) {
      flush();
      due = (Math.floor(event.atMs / flushMs) + 1) * flushMs;
    }
    // What a node that starts again has to say is in a file of its own.
    if (event.type === "reset" || open.get(source)?.length === THRESHOLD) flushOf(source);
    const waiting = open.get(source) ?? [];
    open.set(source, waiting);
    waiting.push(recorded);
  }
  flush();
  return files;
}

/**
 * Paths for files, none twice. A file that is late has an earlier name than it should have, and
 * lies in a folder `late` of its own, so that the others can be imported before it.
 */
export function pathsOf(form: Form, files: readonly EventFile[]): string[] {
  const taken = new Set<string>();
  return files.map(({ source, events, isLate }, index) => {
    const { name, region, nodeType } = source;
    const folder = form === "bucket" ? `${region}/${nodeType}` : name;
    const times = events.map(({ event }) => event.atMs);
    // E-6.
    const span = `${stamp(Math.min(...times))}_${stamp(Math.max(...times))}`;
    const base =
      form === "bucket"
        ? `${region}-${nodeType}-${span}`
        : form === "api"
          ? `events-${String(index + 1).padStart(5, "0")}`
          : `events-${span}`;
    const stem = `${folder}/${isLate ? "late/" : ""}${base}`;
    let path = `${stem}.json`;
    // Where nodes overwrite one of two (E-6).
    for (let copy = 2; taken.has(path); copy++) path = `${stem}-${copy}.json`;
    taken.add(path);
    return path;
  });
}

/** `YYYYMMDDTHHMMSSZ`. */
function stamp(atMs: number): string {
  return utcSeconds(atMs).replaceAll(/[-:]/g, "");
}
