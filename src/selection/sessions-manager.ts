/**
 * The two session pools of one stream, trusted and untrusted, and the choice between them
 * (M-1 … M-3, M-25 … M-29). No I/O: the caller runs discoveries and draws random numbers.
 */
import { invariant } from "../core/errors.js";
import type { Session } from "./session.js";
import type { Removal, SessionPool } from "./session-pool.js";

/** A trusted pool asks for at most 2 × (8 s ÷ 2 s) orchestrators (M-2). */
const MAX_TRUSTED_ORCHS = 8;
/** Trusted and untrusted sessions per verified segment (M-29). */
const TRUSTED_PER_VERIFICATION = 1;
const UNTRUSTED_PER_VERIFICATION = 2;

/** How many orchestrators each discovery of the two pools asks for. */
export interface PoolNumOrchs {
  /** How many a discovery of the trusted pool asks for. */
  readonly trusted: number;
  /** How many a discovery of the untrusted pool asks for. */
  readonly untrusted: number;
}

/**
 * `numOrchs` of both pools, fixed at stream start (M-2).
 *
 * @param trustedSize entries with score ≥ 1
 * @param untrustedSize entries with score 0
 */
export function poolNumOrchs(trustedSize: number, untrustedSize: number): PoolNumOrchs {
  return { trusted: Math.min(trustedSize, MAX_TRUSTED_ORCHS), untrusted: untrustedSize };
}

/** How to make a {@link SessionsManager}. */
export interface SessionsManagerOptions<Info = unknown> {
  /** Pool of the orchestrators with score ≥ 1. */
  readonly trusted: SessionPool<Info>;
  /** Pool of the orchestrators with score 0. */
  readonly untrusted: SessionPool<Info>;
  /** Every how many segments a verified session is checked again, a whole number ≥ 0 (M-4, default 0: no fast verification). */
  readonly verificationFreq?: number | undefined;
  /** A uniform whole number in [0, 2^32); needed where `verificationFreq` is above 0. */
  readonly draw32?: (() => number) | undefined;
}

/** Sessions chosen for a verified segment; reused from segment to segment. */
export interface VerificationChoice<Info = unknown> {
  /** Who gets the segment, trusted first. One: no comparison. Empty: nobody. */
  readonly sessions: Session<Info>[];
  /** Chosen, but not used: completed already; the caller ends them at the orchestrator. */
  readonly tornDown: Session<Info>[];
}

/** Chooses, completes and drops the sessions of one stream. */
export class SessionsManager<Info = unknown> {
  /** Sessions of orchestrators with a score of 1 or more. */
  readonly trusted: SessionPool<Info>;
  /** Sessions of all other orchestrators. */
  readonly untrusted: SessionPool<Info>;
  /** One in so many segments is verified; 0 = none (M-29). */
  readonly verificationFreq: number;
  /** The untrusted session whose result last equalled a trusted one (M-29). */
  verifiedSession: Session<Info> | null = null;
  readonly #draw32: (() => number) | null;

  constructor(options: SessionsManagerOptions<Info>) {
    this.trusted = options.trusted;
    this.untrusted = options.untrusted;
    this.verificationFreq = options.verificationFreq ?? 0;
    invariant(
      Number.isSafeInteger(this.verificationFreq) && this.verificationFreq >= 0,
      "verificationFreq is a whole number and not negative",
    );
    this.#draw32 = options.draw32 ?? null;
  }

  /**
   * Both pools in the order in which they are refreshed, one after the other, when a stream
   * begins, even if one is empty (M-3). The first segment waits for that.
   */
  get creationOrder(): readonly [SessionPool<Info>, SessionPool<Info>] {
    return [this.trusted, this.untrusted];
  }

  /**
   * Begins a refresh that the last choice asked for (M-11), if it may (M-5). Call it again until
   * it returns null; run a discovery for each pool returned and hand the outcome to its
   * `endRefresh`.
   */
  beginWantedRefresh(): SessionPool<Info> | null {
    if (begunIfWanted(this.untrusted)) return this.untrusted;
    return begunIfWanted(this.trusted) ? this.trusted : null;
  }

  /** The pool that a session belongs to: score exactly 0 is untrusted, all else trusted (M-25). */
  poolOf(session: Session<Info>): SessionPool<Info> {
    return session.score === 0 ? this.untrusted : this.trusted;
  }

  /**
   * The session for the next segment without verification: untrusted, else trusted (M-27).
   *
   * @param nowMs now
   */
  selectOne(nowMs: number): Session<Info> | null {
    this.trusted.refreshWanted = false;
    return this.untrusted.selectOne(nowMs) ?? this.trusted.selectOne(nowMs);
  }

  /**
   * The session that {@link selectOne} will choose then, if it is the one in use and if neither pool
   * will ask for a refresh; else `null`. See `SessionPool.again`.
   *
   * @param nowMs then, ms
   */
  again(nowMs: number): Session<Info> | null {
    return this.untrusted.poolSize > 0 ? this.untrusted.again(nowMs) : this.trusted.again(nowMs);
  }

  /**
   * The sessions for the next segment with fast verification (M-29).
   *
   * @param nowMs now
   * @param choice receives the sessions
   */
  selectForVerification(nowMs: number, choice: VerificationChoice<Info>): void {
    const { sessions, tornDown } = choice;
    sessions.length = 0;
    tornDown.length = 0;
    for (const session of this.trusted.select(TRUSTED_PER_VERIFICATION, nowMs) ?? []) {
      sessions.push(session);
    }
    for (const session of this.untrusted.select(UNTRUSTED_PER_VERIFICATION, nowMs) ?? []) {
      sessions.push(session);
    }
    const verified = this.verifiedSession;
    if (verified === null) return;
    if (!sessions.includes(verified)) {
      this.verifiedSession = null;
      return;
    }
    if (this.drawBelow(this.verificationFreq) === 0) return;
    for (const session of sessions) {
      if (session !== verified) this.completeWithTearDown(session, tornDown);
    }
    sessions.length = 0;
    sessions.push(verified);
  }

  /** A draw modulo `bound`, as M-29 does it; 0 if `bound` is 0. */
  drawBelow(bound: number): number {
    if (bound === 0) return 0;
    if (this.#draw32 !== null) return this.#draw32() % bound;
    invariant(this.verificationFreq === 0, "fast verification needs a source of draws");
    return 0;
  }

  /**
   * A segment of the session is done (M-20 … M-22). A score that is neither 0 nor 1, at which
   * go-livepeer panics (M-28), belongs to the trusted pool here, as it does in M-25.
   */
  complete(session: Session<Info>): void {
    this.poolOf(session).complete(session);
  }

  /**
   * {@link complete}, and the orchestrator is to be told (`EndTranscodingSession`).
   *
   * @param tornDown the session is added here unless it was removed before (M-20)
   */
  completeWithTearDown(session: Session<Info>, tornDown: Session<Info>[]): void {
    if (session.mapped) tornDown.push(session);
    this.complete(session);
  }

  /** Suspends the session's orchestrator in its pool (M-25, S-2). */
  suspend(session: Session<Info>): void {
    this.poolOf(session).suspend(session.transcoder);
  }

  /** Removes the session from its pool (M-23, M-24). */
  remove(session: Session<Info>): Removal {
    return this.poolOf(session).remove(session);
  }

  /** {@link suspend}, then {@link remove} (M-25). */
  suspendAndRemove(session: Session<Info>): Removal {
    return this.poolOf(session).suspendAndRemove(session);
  }

  /**
   * Says that the stream has ended (M-26).
   *
   * @param isMadeOnly leaves out sessions that were never made, as nobody chose them
   * @returns every session of both pools, used or not: the caller ends each at its orchestrator
   */
  cleanup(isMadeOnly = false): Session<Info>[] {
    this.verifiedSession = null;
    return [...this.trusted.cleanup(isMadeOnly), ...this.untrusted.cleanup(isMadeOnly)];
  }
}

function begunIfWanted(pool: Pick<SessionPool, "refreshWanted" | "beginRefresh">): boolean {
  if (!pool.refreshWanted) return false;
  pool.refreshWanted = false;
  return pool.beginRefresh();
}
