/** Which event is which: tells repetitions, contradictions and restarted counters apart. */
import type { PoolEvent } from "../events/event.js";
import { encodeStored } from "../events/stored.js";
import type { EventStore, KnownEvent } from "../store/store.js";

/** An event with the name that it has in the books. */
export interface NamedEvent {
  readonly event: PoolEvent;
  readonly identity: string;
  readonly content: string;
}

export interface Identified<T extends { readonly event: PoolEvent }> {
  readonly fresh: readonly (T & NamedEvent)[];
  readonly repeated: readonly T[];
  /** The same id with other content. */
  readonly refused: readonly T[];
}

/**
 * Sorts what arrived into new, known and contradictory.
 *
 * IDs of the API form count from 1 again whenever a node's database is new (an epoch ends). Its
 * events are what they are by (source, ID, time, content): the first epoch in which an ID is free
 * or taken by the same event is its own, so that epochs may arrive in any order, mixed, twice.
 */
export function identify<T extends { readonly event: PoolEvent }>(
  arrived: readonly T[],
  source: string,
  store: EventStore,
): Identified<T> {
  const fresh: (T & NamedEvent)[] = [];
  const repeated: T[] = [];
  const refused: T[] = [];
  const batch = new Map<string, KnownEvent>();
  let open = arrived.map((item) => ({ item, content: encodeStored(item.event) }));
  for (let epoch = 0; open.length > 0; epoch++) {
    const named = open.map((one) => ({ ...one, identity: nameOf(one.item.event, source, epoch) }));
    const known = store.knownEvents(named.map(({ identity }) => identity));
    const next: typeof open = [];
    for (const { item, content, identity } of named) {
      const { event } = item;
      const other = batch.get(identity) ?? known.get(identity);
      if (other === undefined) {
        batch.set(identity, { atMs: event.atMs, content });
        fresh.push({ ...item, event, identity, content });
      } else if (other.content === content && other.atMs === event.atMs) repeated.push(item);
      else if (event.identity.form === "api") next.push({ item, content });
      else refused.push(item);
    }
    open = next;
  }
  return { fresh, repeated, refused };
}

function nameOf({ identity: { form, id } }: PoolEvent, source: string, epoch: number): string {
  switch (form) {
    case "uuid":
      return `uuid:${id}`;
    case "caller":
      return `caller:${source}:${id}`;
    case "api":
      return `api:${source}:${epoch}:${id}`;
  }
}
