/** Which event is which: tells repetitions, contradictions and restarted counters apart. */
import type { PoolEvent } from "../events/event.js";
import { encodeStored } from "../events/stored.js";
import type { EventStore, IngestStore, KnownEvent } from "../store/store.js";

/** An event with the name that it has in the books. */
export interface NamedEvent {
  readonly event: PoolEvent;
  readonly identity: string;
  readonly content: string;
}

/** What came of an event; `refused`: its id, or its redemption, is taken by other content. */
export type RecordOutcome = "recorded" | "repeated" | "refused";

export interface Identified {
  /** Those that are new. */
  readonly fresh: readonly NamedEvent[];
  /** One for each event, in the order given. */
  readonly outcomes: readonly RecordOutcome[];
}

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
 */
export function identify(
  arrived: readonly PoolEvent[],
  source: string,
  store: EventStore & Pick<IngestStore, "ticketByHash">,
): Identified {
  const fresh: NamedEvent[] = [];
  const outcomes: RecordOutcome[] = arrived.map(() => "recorded");
  const batch = new Map<string, Open>();
  const isContradicted = redemptionsOf(store);
  let open = arrived.map((event, index): Open => {
    return { event, atMs: event.atMs, content: encodeStored(event), index, identity: "" };
  });
  for (let epoch = 0; open.length > 0; epoch++) {
    for (const one of open) one.identity = nameOf(one.event, source, epoch);
    const known = store.knownEvents(open.map(({ identity }) => identity));
    const next: Open[] = [];
    for (const one of open) {
      const { event, atMs, content, index, identity } = one;
      const other = batch.get(identity) ?? known.get(identity);
      if (other === undefined) {
        if (isContradicted(event)) {
          outcomes[index] = "refused";
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
  return { fresh, outcomes };
}

function isSame(content: string, other: string, { identity: { form } }: PoolEvent): boolean {
  return content === other || (form === "api" && unlabelled(content) === unlabelled(other));
}

function unlabelled(content: string): string {
  return JSON.stringify(JSON.parse(content), (key, value: unknown) =>
    key === "nodeType" || key === "region" ? undefined : value,
  );
}

/** Says whether an event redeems what is redeemed already, for another face value. */
function redemptionsOf(store: Pick<IngestStore, "ticketByHash">): (event: PoolEvent) => boolean {
  const batch = new Map<string, bigint>();
  return (event) => {
    if (event.type !== "ticket-redeemed" || event.txHash === null) return false;
    const { txHash, faceValueWei } = event;
    const known = batch.get(txHash) ?? store.ticketByHash(txHash)?.faceValueWei ?? faceValueWei;
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
