/** Quarantine, tried again: by a later version, or with what was missing set. */
import type { DecodeOptions } from "../events/decode.js";
import type { PoolStore } from "../store/store.js";
import type { EventIngest } from "./ingest.js";

/**
 * What can be read now is entered and leaves the quarantine; the rest stays.
 *
 * @returns how many left
 */
export function replayQuarantine(
  store: PoolStore,
  ingest: EventIngest,
  { now, ...labels }: DecodeOptions & { readonly now: () => number },
): number {
  let left = 0;
  let [piece] = store.quarantine({ limit: 1 });
  while (piece !== undefined) {
    const { id, source, origin, position, raw } = piece;
    store.transaction(() => {
      const nowMs = now();
      const pieces = [{ raw, position, problem: null }];
      const result = ingest.ingest({ ...labels, source, origin, pieces, nowMs });
      if (result.recorded + result.repeated === 0) return;
      store.resolveQuarantine(id, nowMs);
      left++;
    });
    [piece] = store.quarantine({ afterId: id, limit: 1 });
  }
  return left;
}
