/**
 * What a discovery found, as sessions that are made when they are chosen: of some forty that a discovery
 * finds a stream uses one. Who runs many streams at a time saves most of their memory by it.
 */
import type { Session } from "./session.js";
import type { SessionPrice } from "./session-price.js";

/** Sessions to be made, in order of discovery. Says at any time the same of each. */
export interface FoundSessions<Info = unknown> {
  /** How many. */
  readonly size: number;
  /** Handle of the transcoder URI, from index 0 on. */
  transcoderAt(index: number): number;
  /** Handle of the ticket recipient, −1 = none. */
  recipientAt(index: number): number;
  /** Price in the answer, `null` = none or not usable. */
  priceAt(index: number): SessionPrice | null;
  /** Latency that discovery measured, ms. */
  latencyMsAt(index: number): number;
  /** Makes the session: a new one at each call. */
  make(index: number): Session<Info>;
}

/** The first session of a transcoder: the one that a pool has taken. */
export function makeOf<Info>(found: FoundSessions<Info>, transcoder: number): Session<Info> {
  let index = 0;
  while (found.transcoderAt(index) !== transcoder) index++;
  return found.make(index);
}
