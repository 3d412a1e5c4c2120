/**
 * The sessions of one (capability, model) that are alike in being warm or cold (A-3, A-5 … A-11). Unlike
 * a stream's pool it is shared by all requests, and a session may serve several at once.
 */
import type { Suspender } from "../../discovery/suspension.js";
import type { SortedSelector } from "../selectors/sorted.js";
import type { Session } from "../session.js";

/** How often one selection tries to find a session that is still mapped. */
export const AI_SELECT_TRIES = 20;

/** Chooses one of `length` elements: a whole number from 0, below `length`, each as likely. */
export type PickIndex = (length: number) => number;

/** How to make an {@link AISessionPool}. */
export interface AISessionPoolOptions<Info = unknown> {
  /** Keeps the sessions that nobody uses. */
  readonly selector: SortedSelector<Info>;
  /** Counts as S-11 says: one of the policy `relative`; the warm and the cold pool share it. */
  readonly suspender: Suspender;
  /** Refreshes that a removed orchestrator is suspended for: 3 for batch, 0 for live video. */
  readonly penalty: number;
}

/** One pool. Sessions are told apart by identity, orchestrators by their transcoder handle. */
export class AISessionPool<Info = unknown> {
  /** Keeps the sessions that nobody uses. */
  readonly selector: SortedSelector<Info>;
  /** Who is suspended; shared with the other pool of the pair. */
  readonly suspender: Suspender;
  /** Refreshes that a removed orchestrator is suspended for. */
  readonly penalty: number;

  readonly #sessMap = new Map<number, Session<Info>>();
  readonly #inUse: Session<Info>[] = [];

  constructor({ selector, suspender, penalty }: AISessionPoolOptions<Info>) {
    this.selector = selector;
    this.suspender = suspender;
    this.penalty = penalty;
  }

  /** Number of orchestrators that the pool has a session of, in use or not. */
  get size(): number {
    return this.#sessMap.size;
  }

  /** Transcoder handle to session, in order of insertion. */
  get sessMap(): ReadonlyMap<number, Session<Info>> {
    return this.#sessMap;
  }

  /** The sessions in use, in order; one may be there several times, and need not be mapped. */
  get inUse(): readonly Session<Info>[] {
    return this.#inUse;
  }

  /**
   * Takes in the sessions of a refresh. A session whose orchestrator the pool has already is
   * dropped, after its answer has replaced that of the session that the pool has.
   *
   * @param sessions new ones, in order of discovery
   */
  add(sessions: readonly Session<Info>[]): void {
    const unique: Session<Info>[] = [];
    for (const session of sessions) {
      const mapped = this.#sessMap.get(session.transcoder);
      if (mapped !== undefined) {
        mapped.takeAnswerOf(session);
        continue;
      }
      this.#sessMap.set(session.transcoder, session);
      session.mapped = true;
      unique.push(session);
    }
    this.selector.add(unique);
  }

  /**
   * Drops whoever is not among the orchestrators of `sessions`, also when in use, without suspending
   * anybody. Only pools of live video do that, after each refresh.
   */
  clear(sessions: readonly Session<Info>[]): void {
    const listed = new Set(sessions.map(({ transcoder }) => transcoder));
    for (const [transcoder, session] of this.#sessMap) {
      if (listed.has(transcoder)) continue;
      this.selector.remove(session);
      this.#release(session);
      session.mapped = false;
      this.#sessMap.delete(transcoder);
    }
  }

  /**
   * Chooses the session of a request: one that nobody uses, else, at random, one in use. The
   * request is in flight on it from now on.
   *
   * @param nowMs now, ms
   * @param pick draws among the sessions in use
   * @returns null after {@link AI_SELECT_TRIES} sessions that are not mapped any more, or if there
   *   is none
   */
  select(nowMs: number, pick: PickIndex): Session<Info> | null {
    for (let tries = 0; tries < AI_SELECT_TRIES; tries++) {
      let session: Session<Info> | null | undefined = this.selector.select();
      if (session !== null) this.#inUse.push(session);
      else if (this.#inUse.length > 0) session = this.#inUse[pick(this.#inUse.length)];
      if (session === null || session === undefined) return null;
      // By its key: a session that another one has replaced will do.
      if (!this.#sessMap.has(session.transcoder)) continue;
      session.pushSegInFlight(nowMs, 0);
      return session;
    }
    return null;
  }

  /**
   * A request is done with a session. Set its `latencyScore` before, if the request gave one.
   * Nothing happens if the pool has another session of the orchestrator by now, or none.
   */
  complete(session: Session<Info>): void {
    if (this.#sessMap.get(session.transcoder) !== session) return;
    session.popSegInFlight();
    if (session.segsInFlight > 0) return;
    this.#release(session);
    this.selector.complete(session);
  }

  /**
   * Removes a session's orchestrator from the pool, even if another session has its place by now,
   * and suspends it for {@link penalty} refreshes from now (A-10, S-11). The selector keeps what it
   * has.
   */
  remove(session: Session<Info>): void {
    this.#release(session);
    this.removeCopy(session);
  }

  /**
   * As {@link remove}, of a copy of a session, as running live streams hold one: the
   * session itself stays among those in use, if it is there.
   */
  removeCopy({ transcoder }: { readonly transcoder: number }): void {
    const mapped = this.#sessMap.get(transcoder);
    if (mapped !== undefined) mapped.mapped = false;
    this.#sessMap.delete(transcoder);
    this.suspender.suspend(transcoder, this.penalty);
  }

  /** Takes a session out of those in use, as often as it is there. */
  #release(session: Session<Info>): void {
    const inUse = this.#inUse;
    for (let at = inUse.indexOf(session); at >= 0; at = inUse.indexOf(session, at)) {
      inUse.splice(at, 1);
    }
  }
}
