/**
 * One segment on its way through a gateway: select, prepare, submit, download, complete, verify,
 * try again (T-9 … T-37, S-12). A state machine without I/O: each method says what happened and
 * returns what is to be done next. Objects are reused: {@link SegmentAttempt.start} begins anew
 * and allocates nothing.
 */
import { invariant } from "../core/errors.js";
import { OUTCOME, type Outcome, RESULT, type Result, ruleOf } from "./outcomes.js";
import { latencyScore } from "./segment-timing.js";
import type { Session } from "./session.js";
import { REMOVAL, type Removal } from "./session-pool.js";
import type { SessionPrice } from "./session-price.js";
import type { SessionsManager } from "./sessions-manager.js";

/** What the caller does next. */
export const EFFECT = {
  /** Nothing for now: other members of a verified segment are still under way (T-41). */
  wait: 0,
  /**
   * Upload the source to the storage of `session`, if it advertises one; refresh it, if
   * `shouldRefresh` says so; then call `prepared` (T-10).
   */
  prepare: 1,
  /** Submit the segment to `session` as it is now, paying first; then call `submitted` (T-11). */
  submit: 2,
  /**
   * Download the `renditions` as far as needed (T-33), calling `renditionFailed` for each that
   * fails when it fails; after the last, call `downloaded`. With none, call it at once.
   */
  download: 3,
  /** Verify the downloaded renditions, then call `verified` (T-36). */
  verify: 4,
  /** Over: see `result`. */
  done: 5,
  /** Verified segments only: as `prepare`, for each of `members` (T-41). */
  prepareMembers: 6,
  /** Verified segments only: compare two results, then call `compared` (T-42). */
  compare: 7,
} as const;

/** One of {@link EFFECT}. */
export type Effect = (typeof EFFECT)[keyof typeof EFFECT];

/** A gateway's settings for its segments. */
export interface AttemptConfig {
  /** Attempts per segment; 0 or less never transcodes (T-24, default 3). */
  readonly maxAttempts?: number | undefined;
  /** Whether results are verified locally (T-36, default false; go-livepeer: true on-chain). */
  readonly localVerify?: boolean | undefined;
}

/** Hears what becomes of segments, for counting and for traces. It must not call back. */
export interface AttemptObserver<Info = unknown> {
  /** A step failed; before anything follows from it. */
  failed(
    attempt: SegmentAttempt<Info>,
    session: Session<Info>,
    outcome: Outcome,
    nowMs: number,
  ): void;
  /** The session's orchestrator is suspended because of `outcome` (S-12). */
  suspended(
    attempt: SegmentAttempt<Info>,
    session: Session<Info>,
    outcome: Outcome,
    nowMs: number,
  ): void;
  /** The session is removed because of `outcome` (S-12). */
  removed(
    attempt: SegmentAttempt<Info>,
    session: Session<Info>,
    outcome: Outcome,
    nowMs: number,
  ): void;
  /** The session goes back to its pool, unless it was removed meanwhile (M-20, T-35). */
  completed(attempt: SegmentAttempt<Info>, session: Session<Info>, nowMs: number): void;
  /** Is told that the segment is over. */
  finished(attempt: SegmentAttempt<Info>, nowMs: number): void;
}

/** Where an attempt stands; only for checks. */
export const PHASE = {
  idle: 0,
  prepare: 1,
  submit: 2,
  download: 3,
  verify: 4,
  members: 5,
  compare: 6,
};

/** Failures of local verification that are tried again; at the next one, the best is taken (T-36). */
const VERIFICATION_RETRIES = 2;
const DEFAULT_MAX_ATTEMPTS = 3;

/** A segment without fast verification; with it, `VerifiedAttempt`. */
export class SegmentAttempt<Info = unknown> {
  /** Whose turn it is; the last one when the segment is over; null if nobody was found. */
  session: Session<Info> | null = null;
  /** Length of the segment, ms. */
  durationMs = 0;
  /** When the segment was ready, ms. */
  startedMs = 0;
  /** Attempts begun so far (T-24). */
  attempts = 0;
  /** How the segment ended. */
  result: Result = RESULT.pending;
  /** The last failure; also behind `noSession`, which hides it (T-25). `ok` = none. */
  outcome: Outcome = OUTCOME.ok;
  /** Renditions in the latest result. */
  renditions = 0;
  /** Time the latest result took (T-20), ms. */
  tookAllMs = 0;
  /** The attempt whose renditions count; differs from `attempts` only by T-36. */
  acceptedAttempt = 0;
  /** True if the result was taken although its verification failed thrice (T-36). */
  acceptedUnverified = false;

  /** Which step the segment is at. */
  protected phase: number = PHASE.idle;
  /** Who hears of each step; null = nobody. */
  protected readonly observer: AttemptObserver<Info> | null;
  readonly #maxAttempts: number;
  readonly #localVerify: boolean;
  #manager: SessionsManager<Info> | null = null;
  #cancelled = false;
  #failedRenditions = 0;
  #removal: Removal = REMOVAL.removed;
  #verificationFailures = 0;
  #bestScore = 0;
  #bestAttempt = 0;
  #bestRenditions = 0;
  #hasInfo = false;
  #newPrice: SessionPrice | null = null;
  #newTicketParamsExpireAtMs = 0;
  #newInfo: Info | undefined;

  /**
   * @param config the gateway's settings
   * @param observer hears what happens
   */
  constructor(config: AttemptConfig = {}, observer: AttemptObserver<Info> | null = null) {
    this.#maxAttempts = config.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
    this.#localVerify = config.localVerify ?? false;
    this.observer = observer;
  }

  /** The stream's session manager. */
  get manager(): SessionsManager<Info> {
    invariant(this.#manager !== null, "an attempt has a manager once it has started");
    return this.#manager;
  }

  /** Whether the stream is to be stopped (T-31). */
  get stopsStream(): boolean {
    return this.result === RESULT.senderInvalid;
  }

  /**
   * A segment is ready (T-9, T-24). After this and every other call that returns an effect, ask
   * `manager.beginWantedRefresh`.
   *
   * @param nowMs now
   * @param manager the stream's sessions
   * @param durationMs length of the segment, see `segmentDurationMs`
   */
  start(nowMs: number, manager: SessionsManager<Info>, durationMs: number): Effect {
    invariant(this.phase === PHASE.idle, "a segment ends before the next one starts");
    this.#manager = manager;
    this.session = null;
    this.durationMs = durationMs;
    this.startedMs = nowMs;
    this.attempts = 0;
    this.result = RESULT.pending;
    this.outcome = OUTCOME.ok;
    this.acceptedAttempt = 0;
    this.acceptedUnverified = false;
    this.#cancelled = false;
    this.#removal = REMOVAL.removed;
    this.#verificationFailures = 0;
    return this.#maxAttempts > 0 ? this.#select(nowMs) : this.finish(nowMs, RESULT.noSession);
  }

  /** The caller has gone: what is under way goes on (T-16), but nothing is tried again (T-24). */
  cancel(): void {
    this.#cancelled = true;
  }

  /**
   * The session is prepared, or cannot be (T-10). If ok, the segment is in flight from now on (T-11).
   *
   * @param nowMs now
   * @param outcome `ok`, or one of those for prepare
   */
  prepared(nowMs: number, outcome: Outcome): Effect {
    invariant(this.phase === PHASE.prepare, "prepared() answers the effect prepare");
    const session = this.current;
    if (outcome !== OUTCOME.ok) return this.fail(nowMs, session, outcome);
    session.pushSegInFlight(nowMs, this.durationMs);
    this.phase = PHASE.submit;
    return EFFECT.submit;
  }

  /**
   * The info that came with the result of `session` (M-36). Optional, any time between the effects
   * submit and download and {@link downloaded}, which makes it the session's if no download failed.
   *
   * @param price price in the info
   * @param ticketParamsExpireAtMs when its ticket parameters expire, ms
   * @param info the caller's own record
   */
  returnedInfo(price: SessionPrice | null, ticketParamsExpireAtMs: number, info: Info): void {
    this.#hasInfo = true;
    this.#newPrice = price;
    this.#newTicketParamsExpireAtMs = ticketParamsExpireAtMs;
    this.#newInfo = info;
  }

  /**
   * The segment call has ended (T-12, T-18). Settle its payment by `ruleOf(outcome).payment`.
   *
   * @param nowMs now
   * @param outcome `ok`, or one of those for submit
   * @param tookAllMs time from before sending to the end of the body (T-20); for `ok` only
   * @param renditions number of renditions in the result; for `ok` only
   */
  submitted(nowMs: number, outcome: Outcome, tookAllMs: number, renditions: number): Effect {
    invariant(this.phase === PHASE.submit, "submitted() answers the effect submit");
    if (outcome !== OUTCOME.ok) return this.fail(nowMs, this.current, outcome);
    return this.download(tookAllMs, renditions);
  }

  /**
   * A rendition could not be downloaded: one suspension each, at once (S-12 row 5, S-8).
   *
   * @param nowMs now
   */
  renditionFailed(nowMs: number): void {
    invariant(this.phase === PHASE.download, "a rendition fails while renditions are downloaded");
    this.#failedRenditions += 1;
    const outcome = OUTCOME.renditionDownloadFailed;
    this.observer?.failed(this, this.current, outcome, nowMs);
    this.penalize(nowMs, this.current, outcome);
  }

  /**
   * All downloads have ended (T-34, T-35).
   *
   * @param nowMs now
   */
  downloaded(nowMs: number): Effect {
    invariant(this.phase === PHASE.download, "downloaded() answers the effect download");
    if (this.#failedRenditions > 0) return this.retry(nowMs, OUTCOME.renditionDownloadFailed);
    const session = this.current;
    session.latencyScore = latencyScore(this.tookAllMs, this.durationMs);
    if (this.#hasInfo) this.#replaceInfo(session);
    this.complete(nowMs, session);
    if (this.#localVerify) {
      this.phase = PHASE.verify;
      return EFFECT.verify;
    }
    this.acceptedAttempt = this.attempts;
    return this.finish(nowMs, RESULT.success);
  }

  /**
   * Local verification has ended (T-36). The session is back in circulation already (T-37).
   *
   * @param nowMs now
   * @param outcome `ok`, `verificationFailed` or `signatureInvalid`
   * @param score the verifier's score of the result, 0 without an external one
   */
  verified(nowMs: number, outcome: Outcome, score = 0): Effect {
    invariant(this.phase === PHASE.verify, "verified() answers the effect verify");
    if (outcome === OUTCOME.ok) {
      this.acceptedAttempt = this.attempts;
      return this.finish(nowMs, RESULT.success);
    }
    if (outcome !== OUTCOME.verificationFailed) return this.fail(nowMs, this.current, outcome);
    this.#verificationFailures += 1;
    if (this.#verificationFailures === 1 || score >= this.#bestScore) {
      this.#bestScore = score;
      this.#bestAttempt = this.attempts;
      this.#bestRenditions = this.renditions;
    }
    if (this.#verificationFailures <= VERIFICATION_RETRIES) {
      return this.fail(nowMs, this.current, outcome);
    }
    this.observer?.failed(this, this.current, outcome, nowMs);
    this.penalize(nowMs, this.current, outcome);
    if (this.crashed) return this.retry(nowMs, outcome);
    this.outcome = outcome;
    this.acceptedUnverified = true;
    this.acceptedAttempt = this.#bestAttempt;
    this.renditions = this.#bestRenditions;
    return this.finish(nowMs, RESULT.success);
  }

  /** The session whose turn it is. */
  protected get current(): Session<Info> {
    invariant(this.session !== null, "a step belongs to a session");
    return this.session;
  }

  /** Whether a removal went wrong as M-24 says; `retry` then ends the segment. */
  protected get crashed(): boolean {
    return this.#removal !== REMOVAL.removed;
  }

  /** Chooses who gets the segment (T-9). Sets `session` unless it returns another effect. */
  protected choose(nowMs: number): Effect {
    this.session = this.manager.selectOne(nowMs);
    return EFFECT.prepare;
  }

  /** A result is there. */
  protected download(tookAllMs: number, renditions: number): Effect {
    this.tookAllMs = tookAllMs;
    this.renditions = renditions;
    this.#failedRenditions = 0;
    this.phase = PHASE.download;
    return EFFECT.download;
  }

  /** The session goes back to its pool. */
  protected complete(nowMs: number, session: Session<Info>): void {
    if (session.mapped) this.observer?.completed(this, session, nowMs);
    this.manager.complete(session);
  }

  /** Does to the session what S-12 says. */
  protected penalize(nowMs: number, session: Session<Info>, outcome: Outcome): void {
    const rule = ruleOf(outcome);
    if (rule.suspends) {
      this.manager.suspend(session);
      this.observer?.suspended(this, session, outcome, nowMs);
    }
    if (rule.removes) {
      const removal = this.manager.remove(session);
      if (removal === REMOVAL.removed) this.observer?.removed(this, session, outcome, nowMs);
      else this.#removal = removal;
    }
    if (rule.completes) this.complete(nowMs, session);
  }

  /** A step failed, and the attempt with it. */
  protected fail(nowMs: number, session: Session<Info>, outcome: Outcome): Effect {
    this.observer?.failed(this, session, outcome, nowMs);
    this.penalize(nowMs, session, outcome);
    return this.retry(nowMs, outcome);
  }

  /** The segment is over. */
  protected finish(nowMs: number, result: Result): Effect {
    this.result = result;
    this.phase = PHASE.idle;
    this.observer?.finished(this, nowMs);
    return EFFECT.done;
  }

  #select(nowMs: number): Effect {
    this.attempts += 1;
    this.renditions = 0;
    this.#hasInfo = false;
    this.phase = PHASE.prepare;
    const effect = this.choose(nowMs);
    if (effect === EFFECT.prepare && this.session === null) {
      return this.finish(nowMs, RESULT.noSession);
    }
    return effect;
  }

  /** The attempt has failed: what now (T-24 … T-26, T-31)? */
  protected retry(nowMs: number, outcome: Outcome): Effect {
    this.outcome = outcome;
    this.renditions = 0;
    if (this.#removal === REMOVAL.requestFails) return this.finish(nowMs, RESULT.requestFailed);
    if (this.#removal === REMOVAL.processDies) return this.finish(nowMs, RESULT.processDied);
    if (outcome === OUTCOME.senderInvalid) return this.finish(nowMs, RESULT.senderInvalid);
    if (outcome === OUTCOME.nonRetryable) return this.finish(nowMs, RESULT.nonRetryable);
    if (this.#cancelled) return this.finish(nowMs, RESULT.cancelled);
    if (this.attempts >= this.#maxAttempts) return this.finish(nowMs, RESULT.attemptsExhausted);
    return this.#select(nowMs);
  }

  #replaceInfo(session: Session<Info>): void {
    session.price = this.#newPrice;
    session.ticketParamsExpireAtMs = this.#newTicketParamsExpireAtMs;
    if (this.#newInfo !== undefined) session.info = this.#newInfo;
  }
}
