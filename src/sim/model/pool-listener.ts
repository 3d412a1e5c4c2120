/** Who hears what happens in the pool. A run without one makes nothing for nobody. */
import type { Call } from "./entities.js";
import type { TicketTerms } from "./tickets.js";

/** Told in order of time; what it is given is the model's own, and used again afterwards. */
export interface PoolListener {
  /** A worker has registered with its node. */
  connected(worker: number, atMs: number): void;
  /** A worker's stream has ended. */
  disconnected(worker: number, atMs: number): void;
  /** A worker has delivered a segment that counts. */
  worked(call: Call, responseMs: number, atMs: number): void;
  /** Of the tickets that came with a segment that counts, some have won. */
  won(call: Call, count: number, terms: TicketTerms, atMs: number): void;
}
