/** What is kept of a discovery from the instant at which its end is known until it is over. */
import type { Rejection } from "../../../discovery/rejection.js";
import type { DiscoveryRound } from "../../../discovery/round.js";
import type { SessionPool } from "../../../selection/index.js";
import type { SessionInfo, Stream } from "../entities.js";
import type { Found } from "./found.js";

/** How one refresh of one pool of one stream ends. */
export class Outcome {
  readonly slot: number;
  stream: Stream | null = null;
  pool: SessionPool<SessionInfo> | null = null;
  startMs = 0;
  /** Which of the stream's discoveries. */
  index = 0;
  /** How many it might have asked. */
  listed = 0;
  /** How many answered in time. */
  responses = 0;
  /** Null where nothing was found (M-31). */
  found: Found | null = null;
  /** Why the orchestrator under study is not among them, if that is known and wanted. */
  missed: Rejection | null = null;
  /** The round, for the trace of its stream; null of others. */
  round: DiscoveryRound | null = null;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Holds on to nobody. */
  clear(): void {
    this.stream = null;
    this.pool = null;
    this.found = null;
    this.missed = null;
    this.round = null;
  }
}
