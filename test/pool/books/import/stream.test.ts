/** Streams: each chunk is cut once, wherever transactions end. */
import { expect, it } from "vitest";
import { ingestStream } from "../../../../src/pool/books/sources/stream.js";
import { NOW_MS, openBooks } from "../../../support/books/books.js";
import { ALICE, list, transcode } from "../../../support/books/events.js";

it.each([1, 2, 3, 7])(
  "Chunks that end where a transaction of %i events does are read once",
  async (batchSize) => {
    const { ingest, store } = openBooks();
    const events = Array.from({ length: 12 }, () => list(transcode(ALICE, 8n)).slice(1, -1));
    async function* chunks() {
      yield Buffer.from("[");
      for (const [at, event] of events.entries()) {
        // The beginning of the next one is in each chunk, so that a chunk that is cut twice is damaged.
        yield Buffer.from(at === 0 ? event : event.slice(9));
        yield Buffer.from(
          at === events.length - 1 ? "]" : `,${(events[at + 1] ?? "").slice(0, 9)}`,
        );
      }
    }
    const options = { source: "o1", origin: "o", now: () => NOW_MS, batchSize };
    const result = await ingestStream(ingest, chunks(), options);
    expect(result).toMatchObject({ recorded: 12, repeated: 0, quarantined: 0 });
    expect(store.events.count()).toBe(12);
  },
);
