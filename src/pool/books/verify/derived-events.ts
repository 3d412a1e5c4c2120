/** `verify`, the events of the books that are made again: only those that are looked at again. */
import type { PoolEvent } from "../events/event.js";
import type { EventRow, EventStore, KnownEvent, NewEvent } from "../store/event-store.js";

/**
 * Which events are written a second time.
 *
 * `all`: rounds and decisions look at any event. `halves`: without those, events are looked up only
 * to link AI jobs, and transcoding is nearly all there is.
 */
export type WrittenEvents = "all" | "halves";

/** Events that are numbered as if all of them were written. */
export class DerivedEvents implements EventStore {
  readonly #written: EventStore;
  readonly #which: WrittenEvents;
  #count = 0;

  /** @param written an empty one */
  constructor(written: EventStore, which: WrittenEvents) {
    this.#written = written;
    this.#which = which;
  }

  add(events: readonly NewEvent[]): void {
    const isAll = this.#which === "all";
    this.#written.add(isAll ? events : events.filter(({ worker }) => worker === null));
    this.#count += events.length;
  }

  /** Is it written? */
  has(event: PoolEvent): boolean {
    return this.#which === "all" || event.type !== "job-processed" || event.address === null;
  }

  count(): number {
    return this.#count;
  }

  known(identities: readonly string[]): ReadonlyMap<string, KnownEvent> {
    return this.#written.known(identities);
  }

  misplaced(events: readonly EventRow[]): ReadonlyMap<number, number | null> {
    return this.#written.misplaced(events);
  }

  get(sequence: number): EventRow | null {
    return this.#written.get(sequence);
  }

  list(from: number, limit: number): readonly EventRow[] {
    return this.#written.list(from, limit);
  }

  lastMs(): number | null {
    return this.#written.lastMs();
  }

  firstFrom(sinceMs: number): number | null {
    return this.#written.firstFrom(sinceMs);
  }

  byIdentity(identity: string): EventRow | null {
    return this.#written.byIdentity(identity);
  }

  firstMoneyMs(beforeMs: number, source?: string): number | null {
    return this.#written.firstMoneyMs(beforeMs, source);
  }

  ticketsOf(faceValueWei: bigint): readonly EventRow[] {
    return this.#written.ticketsOf(faceValueWei);
  }

  elsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[] {
    return this.#written.elsewhere(source, instantsMs);
  }

  hasOtherSources(source: string): boolean {
    return this.#written.hasOtherSources(source);
  }

  keyDayWei(source: string, day: number): bigint {
    return this.#written.keyDayWei(source, day);
  }

  setKeyDayWei(source: string, day: number, wei: bigint): void {
    this.#written.setKeyDayWei(source, day, wei);
  }
}
