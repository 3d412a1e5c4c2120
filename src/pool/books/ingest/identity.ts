/** Which event is which: tells repetitions, contradictions and restarted counters apart. */
import type { PoolEvent } from "../events/event.js";
import { encodeStored } from "../events/stored.js";
import type { Held } from "../limits.js";
import type { EventRow, KnownEvent, PoolStore } from "../store/store.js";

/** An event with the name that it has in the books. */
export interface NamedEvent {
  readonly event: PoolEvent;
  readonly identity: string;
  readonly content: string;
}

/**
 * What came of an event; `refused`: its id, or its redemption, is taken by other content; `held`:
 * something else is against it.
 */
export type RecordOutcome = "recorded" | "repeated" | "refused" | "held";

export interface Identified {
  /** Those that are new. */
  readonly fresh: readonly NamedEvent[];
  /** One for each event, in the order given. */
  readonly outcomes: readonly RecordOutcome[];
  /** Why those that are held are. */
  readonly held: ReadonlyMap<PoolEvent, Held>;
}

export interface IdentifyOptions {
  /** Is something against a new event? Asked in their order. @default nothing is */
  readonly door?: ((event: PoolEvent) => Held | null) | undefined;
  /** What another source has told the same is let in: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
}

type Store = Pick<PoolStore, "events" | "tickets">;

interface Open extends KnownEvent {
  readonly event: PoolEvent;
  readonly index: number;
  identity: string;
}

/**
 * Sorts what arrived into new, known and contradictory.
 *
 * IDs of the API form count from 1 again whenever a node's database is new (an epoch ends). Its
 * events are what they are by (source, ID, time, content): the first epoch in which an ID is free
 * or taken by the same event is its own, so that epochs may arrive in any order, mixed, twice.
 * Node type and region do not count there: a source may be told others than before.
 *
 * A transaction redeems one face value: an event that says another one is refused too.
 *
 * The same ID or id at the same time with the same content from another source is held: most
 * probably one node is told under two names. A node that starts says nothing that tells it apart.
 */
export function identify(
  arrived: readonly PoolEvent[],
  source: string,
  store: Store,
  { door = () => null, isDistinct = false }: IdentifyOptions = {},
): Identified {
  const held = new Map<PoolEvent, Held>();
  const twinOf = isDistinct ? () => null : twinsOf(store, source);
  const fresh: NamedEvent[] = [];
  const outcomes: RecordOutcome[] = arrived.map(() => "recorded");
  const batch = new Map<string, Open>();
  const isContradicted = redemptionsOf(store);
  let open = arrived.map((event, index): Open => {
    return { event, atMs: event.atMs, content: encodeStored(event), index, identity: "" };
  });
  for (let epoch = 0; open.length > 0; epoch++) {
    for (const one of open) one.identity = nameOf(one.event, source, epoch);
    const known = store.events.known(open.map(({ identity }) => identity));
    const isNothingKnown = known.size === 0;
    const next: Open[] = [];
    const twin = twinOf(isNothingKnown ? open : open.filter((one) => !known.has(one.identity)));
    for (const one of open) {
      const { event, atMs, content, index, identity } = one;
      const other = batch.get(identity) ?? (isNothingKnown ? undefined : known.get(identity));
      if (other === undefined) {
        if (isContradicted(event)) {
          outcomes[index] = "refused";
          continue;
        }
        const against = twin?.(one) ?? door(event);
        if (against !== null) {
          outcomes[index] = "held";
          held.set(event, against);
          continue;
        }
        batch.set(identity, one);
        fresh.push(one);
      } else if (other.atMs === atMs && isSame(other.content, content, event)) {
        outcomes[index] = "repeated";
      } else if (event.identity.form === "api") next.push(one);
      else outcomes[index] = "refused";
    }
    open = next;
  }
  return { fresh, outcomes, held };
}

function isSame(content: string, other: string, { identity: { form } }: PoolEvent): boolean {
  return content === other || (form === "api" && unlabelled(content) === unlabelled(other));
}

function unlabelled(content: string): string {
  return JSON.stringify(JSON.parse(content), (key, value: unknown) =>
    key === "nodeType" || key === "region" ? undefined : value,
  );
}

/**
 * Looks for what other sources told the same, once for many events.
 *
 * @returns for those events, what says why one of them is held; null: there are no other sources
 */
function twinsOf(store: Store, source: string) {
  const hasOthers = store.events.hasOtherSources(source);
  return (events: readonly Open[]): ((one: Open) => Held | null) | null => {
    const counted = events.filter(({ event }) => isCountedBySource(event));
    if (!hasOthers || counted.length === 0) return null;
    const others = new Map<string, EventRow>();
    const rows = store.events.elsewhere(
      source,
      counted.map(({ atMs }) => atMs),
    );
    for (const row of rows) others.set(nodeName(row), row);
    return (one) => {
      if (!isCountedBySource(one.event)) return null;
      const { form, id } = one.event.identity;
      const other = others.get(`${form}:${id}:${one.atMs}`);
      if (other === undefined || !isSame(other.content, one.content, one.event)) return null;
      const what = `source ${other.source} has the same ${form === "api" ? "ID" : "id"}, time and content`;
      return { code: "SAME_NODE", reason: `${what}: it is probably the same node` };
    };
  };
}

function isCountedBySource({ type, identity: { form } }: PoolEvent): boolean {
  return form !== "uuid" && type !== "reset";
}

/** What an event of another source would be called in all of them. */
function nodeName({ identity, source, atMs }: EventRow): string {
  if (identity.startsWith("caller:")) {
    return `caller:${identity.slice(`caller:${source}:`.length)}:${atMs}`;
  }
  const id = identity.slice(`api:${source}:`.length).replace(/^\d+:/, "");
  return `api:${id}:${atMs}`;
}

/** Says whether an event redeems what is redeemed already, for another face value. */
export function redemptionsOf(store: Pick<PoolStore, "tickets">): (event: PoolEvent) => boolean {
  const batch = new Map<string, bigint>();
  return (event) => {
    if (event.type !== "ticket-redeemed" || event.txHash === null) return false;
    const { txHash, faceValueWei } = event;
    const known = batch.get(txHash) ?? store.tickets.byHash(txHash)?.faceValueWei ?? faceValueWei;
    batch.set(txHash, known);
    return known !== faceValueWei;
  };
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
