/** From the API's writes to the books. */
import { checkFunction, checkObject } from "../../core/checks.js";
import { EventIngest, type RecordOutcome } from "../books/ingest/ingest.js";
import type { PoolStore } from "../books/store/store.js";
import type { ApiNote, ApiRecorder, ApiWrite, WriteOutcome } from "./books.js";

const OUTCOMES: Readonly<Record<RecordOutcome, WriteOutcome>> = {
  recorded: "recorded",
  repeated: "repeated",
  refused: "conflict",
  held: "quarantined",
};

/**
 * Writes of several sources in one transaction. Settings are read each time, as other processes
 * change them.
 *
 * @param nowMs when they came, ms since 1970: that day's limit of their source counts
 * @throws InputError (`COMMISSION_NONE`) for an event that the books cannot price
 */
export function recordWrites(
  store: PoolStore,
  writes: readonly ApiWrite[],
  nowMs?: number,
): readonly WriteOutcome[] {
  return store.transaction(() => {
    const ingest = new EventIngest(store);
    const outcomes: (WriteOutcome | undefined)[] = writes.map(() => undefined);
    for (const source of new Set(writes.map((write) => write.source))) {
      const own = [...writes.keys()].filter((index) => writes[index]?.source === source);
      const events = own.flatMap((index) => writes[index]?.event ?? []);
      for (const [place, outcome] of ingest.record(events, source, nowMs).entries()) {
        const index = own[place];
        if (index !== undefined) outcomes[index] = OUTCOMES[outcome];
      }
    }
    return outcomes.filter((outcome) => outcome !== undefined);
  });
}

/** Keeps a note and logs it, in one transaction. */
export function keepNote(store: PoolStore, { name, value, log }: ApiNote): void {
  store.transaction(() => {
    store.setSetting(name, value);
    store.log(log);
  });
}

/**
 * Records in this thread, which waits for the disk, and for whoever else is writing: for books in
 * memory. Books in a file have {@link recorderThread}.
 *
 * @throws InputError (`COMMISSION_NONE`) for books that were never set up
 */
export function recorderOf(store: PoolStore, now: () => number = Date.now): ApiRecorder {
  checkObject({ store }, "setting");
  checkFunction({ now });
  new EventIngest(store);
  return {
    record: async (writes) => recordWrites(store, writes, now()),
    keep: async (note) => keepNote(store, note),
  };
}
