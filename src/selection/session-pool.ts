/**
 * The sessions of one stream with its trusted or its untrusted orchestrators (M-1, M-5 … M-26):
 * which one gets the next segment, when to look for more, who is dropped. No clock, no I/O: the
 * caller passes the time in and runs the refresh that the pool asks for.
 */
import { invariant } from "../core/errors.js";
import { emptyList, listOf, listWithout } from "../core/lists.js";
import type { Suspender } from "../discovery/suspension.js";
import type { FoundSessions } from "./found-sessions.js";
import { isRealTime, isReusable, refreshThreshold, suspensionPenalty } from "./pool-limits.js";
import { type SessionPoolObserver, SWAP_REASON, type SwapReason } from "./pool-observer.js";
import { CHOSEN, type Chosen, type Selector } from "./selectors/selector.js";
import type { Session } from "./session.js";
import { SessionMap } from "./session-map.js";

/** What became of a removal. */
export const REMOVAL = {
  /** The session is out of the pool. */
  removed: 0,
  /** M-24 in mode `fail`: the request that wanted it fails, the session stays. */
  requestFails: 1,
  /** M-24 in mode `crash`: the gateway's process dies, the session stays. */
  processDies: 2,
} as const;

/** One of {@link REMOVAL}. */
export type Removal = (typeof REMOVAL)[keyof typeof REMOVAL];

/**
 * What removing a session does where there is no payment sender (off-chain). go-livepeer calls
 * the missing sender and panics (M-24): over HTTP push that ends the request (`fail`), elsewhere
 * the process (`crash`). `ignore` is what was meant: the session is removed.
 */
export type RemovalWithoutSender = "crash" | "fail" | "ignore";

/** Pools that use nobody share it. */
const NOBODY: readonly never[] = emptyList();

/** How to make a {@link SessionPool}. */
export interface SessionPoolOptions<Info = unknown> {
  /** How many orchestrators discovery knew at stream start (M-2). */
  readonly poolSize: number;
  /** How many are asked for in each discovery (M-2). */
  readonly numOrchs: number;
  /** Keeps the sessions that are not in use; the pool's own. */
  readonly selector: Selector<Info>;
  /** Says who is suspended; the pool's own (S-1). */
  readonly suspender: Suspender;
  /** Whether a payment sender exists, i.e. the gateway is on-chain (default true). */
  readonly hasSender?: boolean | undefined;
  /** What M-24 does when `hasSender` is false (default `fail`). */
  readonly removalWithoutSender?: RemovalWithoutSender | undefined;
  /** Who hears of the pool's decisions. */
  readonly observer?: SessionPoolObserver<Info> | undefined;
}

/** One of a stream's two session pools. */
export class SessionPool<Info = unknown> {
  /** How many orchestrators the source knows for this pool. */
  readonly poolSize: number;
  /** How many orchestrators a discovery of this pool asks for (M-2). */
  readonly numOrchs: number;
  /** See {@link suspensionPenalty}. */
  readonly penalty: number;
  /** See {@link refreshThreshold}. */
  readonly refreshThreshold: number;
  /** Chooses the next session. */
  readonly selector: Selector<Info>;
  /** Who is suspended in this pool. */
  readonly suspender: Suspender;
  /** Whether the last selection asks for a refresh (M-11): to be begun after it, in the background. */
  refreshWanted = false;
  /** How many swaps go-livepeer would have counted (M-13, M-17). */
  swaps = 0;

  readonly #withoutSender: RemovalWithoutSender;
  readonly #observer: SessionPoolObserver<Info> | null;
  readonly #sessMap = new SessionMap<Info>();
  #lastSess: readonly Session<Info>[] = NOBODY;
  #refreshing = false;
  #finished = false;

  constructor(options: SessionPoolOptions<Info>) {
    const { poolSize, numOrchs } = options;
    this.poolSize = poolSize;
    this.numOrchs = numOrchs;
    this.penalty = suspensionPenalty(poolSize, numOrchs);
    this.refreshThreshold = refreshThreshold(numOrchs);
    this.selector = options.selector;
    this.suspender = options.suspender;
    this.#withoutSender =
      (options.hasSender ?? true) ? "ignore" : (options.removalWithoutSender ?? "fail");
    this.#observer = options.observer ?? null;
  }

  /** The sessions used for the previous segment (M-1). */
  get lastSess(): readonly Session<Info>[] {
    return this.#lastSess;
  }

  /** Transcoder handle to session (M-1), in order of insertion. Those not made yet are made to be looked at. */
  get sessMap(): ReadonlyMap<number, Session<Info>> {
    return this.#sessMap.toMap();
  }

  /** Whether a refresh is under way. */
  get refreshing(): boolean {
    return this.#refreshing;
  }

  /** Whether the stream has ended. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Begins a refresh (M-5, M-6). If it returns true, the caller runs a discovery for `numOrchs`
   * orchestrators and hands its outcome to {@link endRefresh}; if false, nothing was changed and
   * there is nothing to do.
   */
  beginRefresh(): boolean {
    if (this.#finished || this.#refreshing) return false;
    this.#refreshing = true;
    this.suspender.signalRefresh();
    return true;
  }

  /**
   * Ends the refresh that {@link beginRefresh} allowed (M-7, M-8). Sessions of a transcoder that
   * the pool already has, and all if the stream has ended meanwhile, are dropped.
   *
   * @param sessions new sessions in order of discovery; `null` = discovery failed
   * @throws InvariantError when no refresh is under way
   */
  endRefresh(sessions: readonly Session<Info>[] | null): void {
    invariant(this.#refreshing, "a refresh ends only after it has begun");
    this.#refreshing = false;
    if (this.#finished || sessions === null) return;
    const added = this.#sessMap.add(sessions);
    if (added.length > 0) this.selector.add(added);
  }

  /**
   * {@link endRefresh} with sessions that are made when they are chosen.
   *
   * @param found what was found; `null` = discovery failed
   * @throws InvariantError when no refresh is under way
   */
  endRefreshFound(found: FoundSessions<Info> | null): void {
    const { selector } = this;
    if (found === null || selector.addFound === undefined) {
      this.endRefresh(found && Array.from({ length: found.size }, (_, index) => found.make(index)));
      return;
    }
    invariant(this.#refreshing, "a refresh ends only after it has begun");
    this.#refreshing = false;
    if (this.#finished) return;
    const batch = this.#sessMap.addFound(found);
    if (batch.waiting > 0) selector.addFound(batch);
  }

  /**
   * Chooses the session for the next segment (M-10 … M-17); sets `refreshWanted`.
   *
   * @param nowMs now
   * @returns `null` if there is none
   */
  selectOne(nowMs: number): Session<Info> | null {
    const only = this.#lastSess.length === 1 ? this.#lastSess[0] : undefined;
    // The way of nearly all segments, without touching the lists: the same session again.
    if (only?.mapped === true && this.poolSize > 0 && isReusable(only, nowMs, 1)) {
      this.refreshWanted = this.selector.size < this.refreshThreshold;
      this.#observer?.selected(only, CHOSEN.last);
      return only;
    }
    return this.#select(1, nowMs) ? (this.#lastSess[0] ?? null) : null;
  }

  /**
   * The session that {@link selectOne} will choose then, if it is the one in use and if it will ask for
   * no refresh; else `null`. Asks only, and may be asked about the future as long as nothing is done to
   * the pool until then.
   *
   * @param nowMs then, ms
   */
  again(nowMs: number): Session<Info> | null {
    const only = this.#lastSess.length === 1 ? this.#lastSess[0] : undefined;
    return only?.mapped === true &&
      this.poolSize > 0 &&
      isReusable(only, nowMs, 1) &&
      this.selector.size >= this.refreshThreshold
      ? only
      : null;
  }

  /**
   * Chooses up to `n` sessions (M-10 … M-17); sets `refreshWanted`.
   *
   * @param n how many; with n ≤ 0 all that can be had, one after the other (a quirk, M-13)
   * @param nowMs now
   * @returns a new list, or `null` if there is none
   */
  select(n: number, nowMs: number): Session<Info>[] | null {
    return this.#select(n, nowMs) ? this.#lastSess.slice() : null;
  }

  /**
   * A segment of the session is done (M-20 … M-22). Set its `latencyScore` before, if the segment
   * gave one.
   */
  complete(session: Session<Info>): void {
    if (!session.mapped) return;
    session.popSegInFlight();
    if (session.segsInFlight > 0) return;
    if (isRealTime(session.latencyScore)) {
      if (this.#observer !== null) this.#reportOrphan(this.#observer, session, this.#lastSess);
    } else {
      this.selector.complete(session);
    }
  }

  /**
   * Removes a session's transcoder from the pool, even if another session has its place by now
   * (M-23). It stays in the selector and in `lastSess`, and is skipped later (M-13).
   *
   * @returns one of {@link REMOVAL}; always `removed` where there is a payment sender (M-24)
   */
  remove(session: Session<Info>): Removal {
    if (this.#withoutSender !== "ignore") {
      return this.#withoutSender === "fail" ? REMOVAL.requestFails : REMOVAL.processDies;
    }
    this.#observer?.removed(session);
    this.#sessMap.remove(session.transcoder);
    return REMOVAL.removed;
  }

  /** Suspends a transcoder with the pool's penalty (S-2, S-5). */
  suspend(transcoder: number): void {
    this.suspender.suspend(transcoder, this.penalty);
  }

  /** {@link suspend}, then {@link remove} (M-25, S-12). */
  suspendAndRemove(session: Session<Info>): Removal {
    this.suspend(session.transcoder);
    return this.remove(session);
  }

  /**
   * The stream has ended (M-26): the pool is empty from now on, and stays so.
   *
   * @param isMadeOnly leaves out those that were never made, as nobody chose them
   * @returns the sessions that were in the map, each of which the caller tears down
   */
  cleanup(isMadeOnly = false): Session<Info>[] {
    this.#finished = true;
    this.#lastSess = NOBODY;
    this.selector.clear();
    return this.#sessMap.clear(isMadeOnly);
  }

  /** Leaves the chosen sessions in `#lastSess`; false if there are none. */
  #select(n: number, nowMs: number): boolean {
    this.refreshWanted = false;
    if (this.poolSize === 0) return false;
    const { selector } = this;
    let chosen: Session<Info>[] = [];
    for (;;) {
      const { size } = selector;
      if (size < this.refreshThreshold) this.refreshWanted = true;
      if (size === 0 && this.#lastSess.length === 0) break;
      let how: Chosen = CHOSEN.last;
      let session = this.#reuse(chosen, nowMs, 1);
      if (session === null) {
        session = selector.select();
        how = selector.lastChosen;
      }
      if (session === null) {
        session = this.#reuse(chosen, nowMs, 2);
        how = CHOSEN.lastDoubled;
      }
      if (session === null) break;
      if (session.mapped || this.#sessMap.has(session.transcoder)) {
        // Nearly always one, and a list of its own is as long as that.
        if (chosen.length === 0) chosen = listOf(session);
        else chosen.push(session);
        this.#observer?.selected(session, how);
        if (chosen.length === n) break;
      } else if (how === CHOSEN.last || how === CHOSEN.lastDoubled) {
        session.clearInFlight();
        this.#lastSess = listWithout(this.#lastSess, this.#lastSess.indexOf(session));
        this.swaps += 1;
        this.#observer?.swapped(session, SWAP_REASON.removed);
      }
    }
    const previous = this.#lastSess;
    this.#lastSess = chosen;
    for (let index = 0; index < previous.length; index++) {
      const session = previous[index];
      if (session !== undefined && !chosen.includes(session)) {
        this.#dropped(session, nowMs, chosen.length > 0);
      }
    }
    return chosen.length > 0;
  }

  /** The first session of the previous segment that may be used again and is not chosen yet. */
  #reuse(chosen: readonly Session<Info>[], nowMs: number, multiplier: 1 | 2): Session<Info> | null {
    const last = this.#lastSess;
    for (let index = 0; index < last.length; index++) {
      const session = last[index];
      if (
        session !== undefined &&
        isReusable(session, nowMs, multiplier) &&
        !chosen.includes(session)
      ) {
        return session;
      }
    }
    return null;
  }

  /** A session of the previous segment was not chosen again (M-17). */
  #dropped(session: Session<Info>, nowMs: number, swap: boolean): void {
    if (swap) this.swaps += 1;
    const observer = this.#observer;
    if (observer === null) return;
    const reason = this.#reasonAgainst(session, nowMs);
    if (swap) observer.swapped(session, reason);
    else observer.cleared(session, reason);
    if (reason === SWAP_REASON.notNeeded && session.segsInFlight === 0 && session.mapped) {
      this.#reportOrphan(observer, session, this.#lastSess);
    }
  }

  #reasonAgainst(session: Session<Info>, nowMs: number): SwapReason {
    if (!session.mapped && !this.#sessMap.has(session.transcoder)) return SWAP_REASON.removed;
    if (isReusable(session, nowMs, 1)) return SWAP_REASON.notNeeded;
    if (session.segsInFlight > 0) return SWAP_REASON.inFlightTooLong;
    return session.latencyScore === 0 ? SWAP_REASON.notMeasured : SWAP_REASON.latencyScore;
  }

  #reportOrphan(
    observer: SessionPoolObserver<Info>,
    session: Session<Info>,
    inUse: readonly Session<Info>[],
  ): void {
    if (!inUse.includes(session) && !this.selector.has(session)) observer.orphaned(session);
  }
}
