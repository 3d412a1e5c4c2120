/** What a session pool tells about its decisions, so that others can count and explain them. */
import type { Chosen } from "./selectors/selector.js";
import type { Session } from "./session.js";

/** Why a session is no longer used. Small whole numbers, so that they can index counters. */
export const SWAP_REASON = {
  /** Its oldest segment in flight took longer than allowed (M-14, M-15). */
  inFlightTooLong: 0,
  /** Its last segment took longer than real time (M-14). */
  latencyScore: 1,
  /** It was chosen before, but its first segment has not got in flight yet (M-16). */
  notMeasured: 2,
  /** It was removed from the pool (M-13). */
  removed: 3,
  /** It is good, but fewer sessions were asked for than the time before. */
  notNeeded: 4,
} as const;

/** One of {@link SWAP_REASON}. */
export type SwapReason = (typeof SWAP_REASON)[keyof typeof SWAP_REASON];

/** Hears what a pool decides, for counting and for traces. It must not call the pool. */
export interface SessionPoolObserver<Info = unknown> {
  /** The session gets the next segment (M-12). */
  selected(session: Session<Info>, how: Chosen): void;
  /** A session of the previous segment is no longer used (M-13, M-17): go-livepeer's swap count. */
  swapped(session: Session<Info>, reason: SwapReason): void;
  /** Nobody could be selected, so that a session of the previous segment was forgotten (M-17). */
  cleared(session: Session<Info>, reason: SwapReason): void;
  /** A good session is neither in use nor in the selector: this stream will not use it again (M-18). */
  orphaned(session: Session<Info>): void;
  /** The session is being removed: its payment session is to be cleaned up (M-23). */
  removed(session: Session<Info>): void;
}
