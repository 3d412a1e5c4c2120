/** Bytes that are compressed are no events: said at once, instead of put into quarantine. */
import { InputError } from "../../core/errors.js";

/** Bytes from which {@link assertPlain} can tell. */
export const HEAD_BYTES = 2;

/**
 * Looks at the beginning of a file or an answer. No JSON begins like that.
 *
 * @param head its first bytes
 * @throws InputError (`FILE_COMPRESSED`)
 */
export function assertPlain(head: Uint8Array, origin: string): void {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return;
  throw new InputError(
    `${origin}: it is compressed with gzip, expected JSON text; unpack it first, with gunzip`,
    { code: "FILE_COMPRESSED" },
  );
}

/** Chunks as they come; what is compressed fails before the first of them. */
export async function* plain(
  chunks: AsyncIterable<Uint8Array>,
  origin: string,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array();
  for await (const chunk of chunks) {
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      assertPlain(head, origin);
      yield head;
      head = null;
    } else {
      yield chunk;
    }
  }
  if (head !== null && head.length > 0) yield head;
}
