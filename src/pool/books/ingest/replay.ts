/** Quarantine, tried again: by a later version, or with what was missing set. */
import type { DecodeOptions } from "../events/decode.js";
import type { JsonPiece } from "../events/json-piece.js";
import { JsonSplitter } from "../events/json-splitter.js";
import type { PoolStore, QuarantineRow } from "../store/store.js";
import { API_ORIGIN, type EventIngest } from "./ingest.js";

/** Pieces of one text are put together again up to so many bytes. */
const JOINED_BYTES_MAX = 1 << 26;

/** How quarantine is tried again. */
export interface ReplayOptions extends DecodeOptions {
  /** The time, ms since 1970. */
  readonly now: () => number;
  /** Also what another source has told the same: it is another node's. @default false */
  readonly isDistinct?: boolean | undefined;
  /** Also events older than the opening balances. @default false */
  readonly isBesideOpening?: boolean | undefined;
}

/**
 * What can be read now is entered and leaves the quarantine; the rest stays. A piece in which
 * events are found leaves too, and what is left of it waits in its place.
 *
 * @returns how many left
 */
export function replayQuarantine(
  store: PoolStore,
  ingest: EventIngest,
  { now, ...options }: ReplayOptions,
): number {
  let left = 0;
  let rows = store.quarantine.list({ limit: 1 });
  while (rows.length > 0) {
    const parts = [...rows];
    const last = () => parts.at(-1)?.id ?? 0;
    // What was cut where it became too long goes on in the next piece.
    for (;;) {
      const [next] = store.quarantine.list({ afterId: last(), limit: 1 });
      if (next === undefined || !goesOn(parts, next)) break;
      parts.push(next);
    }
    const afterId = last();
    const nowMs = now();
    try {
      store.transaction(() => {
        // Another process may have entered or dismissed one, while its turn was waited for.
        if (!parts.every((part) => isWaiting(part, store))) throw new Unchanged();
        if (enterAgain(parts, store, ingest, { ...options, nowMs })) left += parts.length;
        else throw new Unchanged();
      });
    } catch (error) {
      if (!(error instanceof Unchanged)) throw error;
    }
    rows = store.quarantine.list({ afterId, limit: 1 });
  }
  return left;
}

/** Nothing was found: what was tried is undone. */
class Unchanged extends Error {}

function isWaiting({ id }: QuarantineRow, { quarantine }: PoolStore): boolean {
  return quarantine.list({ afterId: id - 1, limit: 1 })[0]?.id === id;
}

/** @returns whether something of it could be entered, or is there already */
function enterAgain(
  parts: readonly QuarantineRow[],
  store: PoolStore,
  ingest: EventIngest,
  { nowMs, ...options }: Omit<ReplayOptions, "now"> & { readonly nowMs: number },
): boolean {
  const [first] = parts;
  if (first === undefined) return false;
  const { source, origin, position, code, atMs } = first;
  const raw = parts.length === 1 ? first.raw : Buffer.concat(parts.map((part) => part.raw));
  const isText = code === "PIECE" || code === "JSON";
  const pieces = isText ? piecesOf(raw, position) : [{ raw, position, problem: null }];
  const apiAtMs = origin === API_ORIGIN ? atMs : undefined;
  const result = ingest.ingest({ ...options, source, origin, pieces, nowMs, apiAtMs });
  if (result.recorded + result.repeated + (result.early ?? 0) === 0) return false;
  for (const { id } of parts) store.quarantine.resolve(id, nowMs);
  return true;
}

function goesOn(parts: readonly QuarantineRow[], next: QuarantineRow): boolean {
  const last = parts.at(-1);
  const bytes = parts.reduce((sum, { raw }) => sum + raw.length, next.raw.length);
  return (
    last !== undefined &&
    bytes <= JOINED_BYTES_MAX &&
    last.code === "PIECE" &&
    next.code === "PIECE" &&
    last.source === next.source &&
    last.origin === next.origin &&
    last.position + last.raw.length === next.position
  );
}

function piecesOf(raw: Uint8Array, position: number): JsonPiece[] {
  const splitter = new JsonSplitter();
  const pieces = [...splitter.push(raw), ...splitter.end()];
  return pieces.map((piece) => {
    return { raw: piece.raw, position: position + piece.position, problem: piece.problem };
  });
}
