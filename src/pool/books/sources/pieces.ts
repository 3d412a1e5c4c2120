/**
 * Sources that hand over their events piece by piece: a file, a page of answers, a message. What is
 * read once is not read again, for each piece says how it is known and in which state it is.
 */
import type { ImportResult } from "./import-result.js";
import type { EventReader } from "./source.js";
import { feeding } from "./stream.js";

/** Some events of a source. */
export interface EventPiece {
  /** Where they come from, for messages and the quarantine, such as a file's name. */
  readonly origin: string;
  /** Events as JSON: one, a list, or lines; perhaps compressed with gzip. */
  readonly bytes: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Its name among the pieces of the source. @default `origin` */
  readonly key?: string | undefined;
  /** Changes when the piece does: a hash, an ETag, an offset. */
  readonly version: string;
}

/** What a source is asked with. */
export interface PieceQuestion {
  /** The time, ms since 1970. */
  readonly nowMs: number;
  /** The version of a piece that was entered whole; null: none was. */
  readonly versionOf: (key: string) => string | null;
  /** The asking ends when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

async function* chunksOf(bytes: EventPiece["bytes"]): AsyncGenerator<Uint8Array> {
  if (typeof bytes === "string") yield new TextEncoder().encode(bytes);
  else if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

/**
 * A reader of pieces. Those whose version is the one that was entered are passed over.
 *
 * @param kind the source's kind: cursors of different kinds are told apart
 * @param pieces all pieces, or those that may be new
 */
export function pieceReader(
  kind: string,
  pieces: (question: PieceQuestion) => AsyncIterable<EventPiece>,
): EventReader {
  const cursorOf = (source: string, key: string) => `${kind}:${source}:${key}`;
  return {
    async poll(store, ingest, options): Promise<ImportResult> {
      const { source, signal, now } = options;
      const versionOf = (key: string) => store.cursor(cursorOf(source, key));
      let [files, unchanged] = [0, 0];
      const result = await feeding(ingest, options, async (feed) => {
        for await (const piece of pieces({ nowMs: now(), versionOf, signal })) {
          signal?.throwIfAborted();
          const { origin, key = origin, version, bytes } = piece;
          if (versionOf(key) === version) {
            unchanged++;
            continue;
          }
          const cursor = { key: cursorOf(source, key), value: version };
          await feed.read(chunksOf(bytes), { origin, cursor });
          files++;
        }
      });
      return { ...result, files, unchanged };
    },
    async probe({ now, signal }) {
      for await (const { bytes } of pieces({ nowMs: now(), versionOf: () => null, signal })) {
        await chunksOf(bytes).next();
        return;
      }
    },
  };
}
