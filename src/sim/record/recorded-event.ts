/** What was recorded, and whose record it is in. */

import { createHash } from "node:crypto";
import { InputError } from "../../core/errors.js";
import { grouped } from "../../core/wording.js";
import type { PoolEvent } from "../../pool/books/events/event.js";

/** A node that keeps a record of its own: its IDs count for themselves. */
export interface PoolSource {
  readonly name: string;
  readonly nodeType: "transcode" | "ai";
  readonly region: string;
}

export interface RecordedEvent {
  readonly source: PoolSource;
  /** Its identity is that of poolsim's own form; times are ms. */
  readonly event: PoolEvent;
}

/** All of a record are in memory at once. */
const EVENTS_MAX = 2_000_000;

/** @throws InputError (`RECORD_SIZE`) for more events than a record may have */
export function assertSize(events: number): void {
  if (events <= EVENTS_MAX) return;
  const most = grouped(EVENTS_MAX);
  throw new InputError(
    `the record has more than ${most} events: expected less demand or a shorter duration`,
    { code: "RECORD_SIZE" },
  );
}

/** In order of time; what happened at the same time stays in the order in which it was told. */
export function inOrderOfTime<T extends Pick<RecordedEvent, "event">>(events: readonly T[]): T[] {
  return [...events].sort((a, b) => a.event.atMs - b.event.atMs);
}

/** 32 bytes of a text as hex: for ids and hashes that must not meet. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A random-looking UUID (version 4) of a text. */
export function uuidOf(text: string): string {
  const hex = digest(text);
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
