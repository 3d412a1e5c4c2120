/** What a session pool asks of a selector: it keeps the sessions that nobody uses right now. */
import type { FoundBatch } from "../found-sessions.js";
import type { Session } from "../session.js";

/** How a session came to be chosen. Small whole numbers, so that they can index counters. */
export const CHOSEN = {
  /** Used for the previous segment and still good (M-12 a). */
  last: 0,
  /** Best of those measured before (L-2). */
  known: 1,
  /** One that was never measured (L-5, L-6), or from a sorted list. */
  unknown: 2,
  /** Used for the previous segment, at twice the allowed time because nobody else is left (M-12 c). */
  lastDoubled: 3,
} as const;

/** One of {@link CHOSEN}. */
export type Chosen = (typeof CHOSEN)[keyof typeof CHOSEN];

/** Keeps sessions and says which is next. */
export interface Selector<Info = unknown> {
  /** How many sessions it holds. A session that was added twice counts twice. */
  readonly size: number;
  /** How the last selected session was chosen: {@link CHOSEN}`.known` or `.unknown`. */
  readonly lastChosen: Chosen;
  /** Takes in new sessions, in order. */
  add(sessions: readonly Session<Info>[]): void;
  /** Takes in those that are yet to be made, in order. A selector without takes in sessions alone. */
  addFound?(batch: FoundBatch<Info>): void;
  /** Takes back a session that was measured since. */
  complete(session: Session<Info>): void;
  /** Chooses a session and takes it out; `null` if it offers none, even if it holds some (L-3). */
  select(): Session<Info> | null;
  /**
   * Takes a session out, as far as the selector can. The session pool does not call this: it skips
   * removed sessions when they come up (M-13, M-23).
   */
  remove(session: Session<Info>): void;
  /** Whether it holds this very session. */
  has(session: Session<Info>): boolean;
  /** Forgets all sessions. */
  clear(): void;
}
