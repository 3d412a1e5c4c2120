/** From the API's writes to the books. */
import { EventIngest, type RecordOutcome } from "../ingest/ingest.js";
import type { PoolStore } from "../store/store.js";
import type { RecordWrites, WriteOutcome } from "./books.js";

const OUTCOMES: Readonly<Record<RecordOutcome, WriteOutcome>> = {
  recorded: "recorded",
  repeated: "repeated",
  refused: "conflict",
};

/**
 * Writes of several sources in one transaction. Settings are read each time, as other processes
 * change them.
 *
 * @returns a function that throws InputError for an event that the books cannot price
 * @throws InputError (`COMMISSION_NONE`) for books that were never set up
 */
export function recorderOf(store: PoolStore): RecordWrites {
  new EventIngest(store);
  return (writes) =>
    store.transaction(() => {
      const ingest = new EventIngest(store);
      const outcomes: (WriteOutcome | undefined)[] = writes.map(() => undefined);
      for (const source of new Set(writes.map((write) => write.source))) {
        const own = [...writes.keys()].filter((index) => writes[index]?.source === source);
        const events = own.flatMap((index) => writes[index]?.event ?? []);
        for (const [place, outcome] of ingest.record(events, source).entries()) {
          const index = own[place];
          if (index !== undefined) outcomes[index] = OUTCOMES[outcome];
        }
      }
      return outcomes.filter((outcome) => outcome !== undefined);
    });
}
