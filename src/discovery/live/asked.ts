/** What came of asking one orchestrator. */
import type { Rejection } from "../rejection.js";
import type { OrchestratorAnswer } from "../rpc/decode.js";
import type { DialUri } from "../rpc/target.js";
import type { SourceEndpoint } from "../sources/source.js";

/** Somebody who is asked in a round. */
export interface AskedEndpoint extends DialUri {
  /** Of its entry in the list, or of who advertised it (D-18). */
  readonly score: number;
  /** The URI of who advertised it; null = it is in the source's list (D-15). */
  readonly advertisedBy: string | null;
  /** What the source knows of it; null for advertised ones. */
  readonly listed: SourceEndpoint | null;
}

/** Somebody who was asked. */
export interface Asked extends AskedEndpoint {
  /** From just before dialling to the answer or the failure (D-13); null = neither came. */
  readonly latencyMs: number | null;
  /** What the orchestrator answered; null when it did not answer. */
  readonly answer: OrchestratorAnswer | null;
  /** Why there is no answer; null: there is one. */
  readonly error: Error | null;
  /** Why it may not be used; null = it may, or nothing came. */
  readonly rejection: Rejection | null;
  /** Whether it came before the round ended; later it is of no use (D-12). */
  readonly inTime: boolean;
}
