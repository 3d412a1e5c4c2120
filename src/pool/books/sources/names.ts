/** Which files of a directory or a bucket hold events, by their names. */

const EVENTS = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i;
/** Events in a wrapping that is not read: named, instead of passed over without a word. */
const WRAPPED =
  /\.(?:json|jsonl|ndjson)(?:\.(?:zst|bz2|xz|br|lz4|lzma|zip|7z|Z|tar|tgz|tar\.gz))$/i;

export function holdsEvents(name: string): boolean {
  return EVENTS.test(name);
}

/** Why a file with such a name is not read; null: nobody expects it to be. */
export function unreadName(name: string): string | null {
  return WRAPPED.test(name) ? "it is compressed in a way that is not read; unpack it first" : null;
}
