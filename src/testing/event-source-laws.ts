/** What every source of events obeys. */
import assert from "node:assert/strict";
import { checkObject } from "../core/checks.js";
import { Rational } from "../core/rational.js";
import { changeSettings } from "../pool/books/settings.js";
import { type EventSource, pollSource, probeSource } from "../pool/books/sources/source.js";
import { SqlitePoolStore } from "../pool/books/store/sqlite-pool-store.js";
import type { ContractCase } from "./contract.js";

/** Makes a source of the same events, under the name that the books are to know it by. */
export type OpenEventSource = (name: string) => EventSource | Promise<EventSource>;

/** Which source is tried. */
export interface EventSourceLawsOptions {
  /** How many events there are, at least 2, all different and all readable. */
  readonly events: number;
  /** Ms since 1970, after all of them. */
  readonly nowMs: number;
}

/**
 * The laws of event sources: each event is entered once, whatever ends a poll and however often it
 * is polled, and looking enters nothing.
 *
 * @param open makes a source; called once or more for each law
 */
export function eventSourceLaws(
  open: OpenEventSource,
  options: EventSourceLawsOptions,
): readonly ContractCase[] {
  checkObject({ options });
  const { events, nowMs } = options;
  const now = () => nowMs;
  const law = (name: string, hold: (store: SqlitePoolStore) => Promise<void>): ContractCase => ({
    name,
    run: async () => {
      assert.ok(events >= 2, "the source that is tried has two events or more");
      const store = new SqlitePoolStore({ path: ":memory:" });
      try {
        const everything = { rate: Rational.of(1n, 4n), fromMs: 0, nodeType: null, region: null };
        changeSettings(store, { commission: [everything] });
        await hold(store);
      } finally {
        store.close();
      }
    },
  });
  return [
    law("enters each event once, however often it is polled", async (store) => {
      const source = await open("laws");
      const first = await pollSource(source, store, { now });
      assert.equal(first.recorded, events, "the first poll enters all events");
      assert.equal(first.quarantined, 0, "all of them can be read");
      const second = await pollSource(source, store, { now });
      assert.equal(second.recorded, 0, "the second poll enters nothing");
      const again = await pollSource(await open("laws"), store, { now });
      assert.equal(again.recorded, 0, "neither does another process's");
      assert.equal(store.events.count(), events);
    }),
    law("enters the same whatever the size of a transaction", async (store) => {
      const { recorded } = await pollSource(await open("laws"), store, { now, batchSize: 1 });
      assert.equal(recorded, events);
    }),
    law("is probed without entering anything", async (store) => {
      await probeSource(await open("laws"), { now });
      assert.equal(store.events.count(), 0);
      const { recorded } = await pollSource(await open("laws"), store, { now });
      assert.equal(recorded, events, "what was looked at is still to be entered");
    }),
    law("ends with its signal, and the next poll enters the rest", async (store) => {
      const reason = new Error("not wanted any more");
      const signal = AbortSignal.abort(reason);
      await assert.rejects(pollSource(await open("laws"), store, { now, signal }));
      const before = store.events.count();
      const { recorded } = await pollSource(await open("laws"), store, { now });
      assert.equal(before + recorded, events);
    }),
    law("ended in the middle loses nothing and enters nothing twice", async (store) => {
      // The clock is read for each transaction: the second one is not reached.
      const ending = new AbortController();
      let entered = 0;
      const ends = () => {
        entered = store.events.count();
        if (entered > 0) ending.abort(new Error("ended in the middle"));
        return nowMs;
      };
      const { signal } = ending;
      await pollSource(await open("laws"), store, { now: ends, signal, batchSize: 1 }).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
        },
      );
      const before = store.events.count();
      const { recorded } = await pollSource(await open("laws"), store, { now });
      assert.equal(before + recorded, events);
    }),
    law("remembers by its name: under another one all is read again", async (store) => {
      await pollSource(await open("laws"), store, { now });
      const other = await pollSource(await open("other"), store, { now, isDistinct: true });
      assert.equal(other.recorded + other.repeated, events);
    }),
  ];
}
