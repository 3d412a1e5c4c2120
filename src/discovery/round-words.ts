/** What one discovery is told and what it says: the words of `round.ts`. */
import { InputError } from "../core/errors.js";
import type { Rejection } from "./rejection.js";
import type { Suspender } from "./suspension.js";

/** How rounds are run; the defaults are go-livepeer's. */
export interface DiscoveryRoundOptions {
  /** First interval of the attempt timer; ≤ 0: the first answer wins (D-37). @default 500 */
  readonly discoveryTimeoutMs?: number | undefined;
  /** How many of an orchestrator's advertised nodes are followed (D-16). @default 0 */
  readonly extraNodes?: number | undefined;
  /** End of every round, and cap of the attempt timer's interval (D-31). @default 6000 */
  readonly cutoffMs?: number | undefined;
}

/**
 * Checks {@link DiscoveryRoundOptions}.
 *
 * @throws InputError (`DISCOVERY_OPTIONS`) for numbers with which a round would not end: NaN, a cut-off that is
 *   negative or endless, a part of a node
 */
export function checkRoundOptions(
  discoveryTimeoutMs: number,
  extraNodes: number,
  cutoffMs: number,
): void {
  const isTimed = !Number.isNaN(discoveryTimeoutMs) && Number.isFinite(cutoffMs) && cutoffMs >= 0;
  if (isTimed && Number.isInteger(extraNodes)) return;
  throw new InputError(
    `expected a time for discoveryTimeoutMs (${discoveryTimeoutMs}), a finite one from 0 for cutoffMs (${cutoffMs}), a whole number for extraNodes (${extraNodes})`,
    { code: "DISCOVERY_OPTIONS" },
  );
}

/** One round. */
export interface DiscoveryRequest {
  /** Those whose score satisfies the pool's predicate, in list order; repeats count (D-8). */
  readonly endpoints: readonly number[];
  /** M, how many are wanted (D-9, D-10). */
  readonly wanted: number;
  /** Of this pool of this stream; null = nobody is suspended. */
  readonly suspender: Suspender | null;
}

/** An answer, as {@link DiscoveryRound.response} takes it. The round keeps no reference. */
export interface RoundAnswer {
  /** Handle of the transcoder URI that it reports. */
  readonly transcoder: number;
  /** Why it may not be used (see `ineligibility`), null when it may. */
  readonly rejection: Rejection | null;
  /** Handles of all the nodes that it advertises, in order. */
  readonly nodes: readonly number[];
}

/** Answers as {@link DiscoveryRound.usable} takes them, each known by its place. */
export interface AnswerList {
  /** When an answer came, ms. */
  timeAt(at: number): number;
  /** When it was asked for, just before dialling, ms (D-13). */
  askedAt(at: number): number;
  /** Handle of the endpoint that was asked. */
  uriAt(at: number): number;
}

/**
 * What to do after an input: `ask` the endpoints in {@link DiscoveryRound.toAsk} at once, `wait`
 * for the next input, or read the result: `done`.
 */
export type RoundState = "ask" | "wait" | "done";

/** An orchestrator found. */
export interface FoundOrchestrator {
  /** Who answered. */
  readonly endpoint: number;
  /** The list's endpoint whose score it has: itself, or the one that advertised it (D-18). */
  readonly source: number;
  /** Handle of the URI that segments are sent to. */
  readonly transcoder: number;
  /** Ms from the question to the answer. */
  readonly latencyMs: number;
  /** Taken from the suspended ones, as there were not enough others (D-39). */
  readonly backfilled: boolean;
}

/** Somebody who answered and may not be used. */
export interface RejectedOrchestrator {
  /** Handle of the endpoint that was asked. */
  readonly endpoint: number;
  /** Why it is not used. */
  readonly rejection: Rejection;
}
