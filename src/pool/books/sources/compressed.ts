/** Bytes that are compressed with gzip are unpacked as they come, up to a bound. */
import { createGunzip } from "node:zlib";
import { InputError } from "../../../core/errors.js";

const HEAD_BYTES = 2;
/** JSON is packed to a tenth or a fiftieth of its size: what grows more was made to fill a disk. */
const GROWTH_MAX = 400;
/** Small files may grow more. */
const FREE_BYTES = 1 << 26;

/** Chunks as they come, unpacked if they are compressed. */
export async function* plain(
  chunks: AsyncIterable<Uint8Array>,
  origin: string,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array();
    while (head.length < HEAD_BYTES) {
      const next = await iterator.next();
      if (next.done === true) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    if (head[0] === 0x1f && head[1] === 0x8b) {
      yield* unpacked(resumed(head, iterator), origin);
    } else {
      if (head.length > 0) yield head;
      yield* rest(iterator);
    }
  } finally {
    await iterator.return?.();
  }
}

async function* resumed(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest(iterator);
}

async function* rest(iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    yield next.value;
  }
}

/**
 * What could be unpacked comes before the failure.
 *
 * @throws InputError (`FILE_COMPRESSED`)
 */
async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  origin: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let [taken, given] = [0, 0];
  let failure: unknown = null;
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        if (gunzip.destroyed) return;
        taken += chunk.length;
        if (!gunzip.write(chunk)) {
          await new Promise((resolve) => gunzip.once("drain", resolve).once("close", resolve));
        }
      }
      gunzip.end();
    } catch (error) {
      failure = error;
      gunzip.destroy();
    }
  })();
  try {
    for await (const chunk of gunzip) {
      given += chunk.length;
      if (given > FREE_BYTES && given > taken * GROWTH_MAX) {
        throw refused(origin, `it unpacks to more than ${GROWTH_MAX} times its size`);
      }
      yield chunk;
    }
  } catch (cause) {
    if (failure !== null) throw failure;
    if (cause instanceof InputError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refused(origin, `it can't be unpacked as gzip to its end (${why})`, cause);
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

function refused(origin: string, why: string, cause?: unknown): InputError {
  return new InputError(`${origin}: ${why}`, { code: "FILE_COMPRESSED", cause });
}
