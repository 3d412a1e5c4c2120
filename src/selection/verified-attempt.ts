/**
 * One segment with fast verification (M-29, T-41 … T-44): a trusted and up to two untrusted
 * orchestrators get it at once, and the untrusted results are compared with the trusted one.
 * Where only one is chosen it goes the way of any segment, but with a perceptual hash asked for.
 */
import { invariant } from "../core/errors.js";
import { EFFECT, type Effect, PHASE, SegmentAttempt } from "./attempt.js";
import { OUTCOME, type Outcome } from "./outcomes.js";
import type { Session } from "./session.js";
import type { SessionsManager, VerificationChoice } from "./sessions-manager.js";

/** How an untrusted result compares with the trusted one (T-42). */
export const MATCH = {
  /** The two results are the same. */
  equal: 0,
  /** The two results differ. */
  different: 1,
  /** A download or the comparison itself failed (T-43). */
  failed: 2,
} as const;

/** One of {@link MATCH}. */
export type Match = (typeof MATCH)[keyof typeof MATCH];

/** One of the orchestrators that work on the segment. */
export interface VerifiedMember<Info = unknown> {
  /** The session that got the segment. */
  readonly session: Session<Info>;
  /** What its call has come to; null while it is under way. */
  outcome: Outcome | null;
  /** As in `SegmentAttempt.submitted`. */
  tookAllMs: number;
  /** How many renditions its result has. */
  renditions: number;
}

/** A segment with fast verification; as a `SegmentAttempt` where the manager's frequency is 0 (M-4). */
export class VerifiedAttempt<Info = unknown> extends SegmentAttempt<Info> {
  /** Who works on the segment; empty while a single session does. */
  members: VerifiedMember<Info>[] = [];
  /** For effect `compare`: the trusted result. */
  trusted: VerifiedMember<Info> | null = null;
  /** For effect `compare`: the untrusted result to compare with it. */
  candidate: VerifiedMember<Info> | null = null;
  /** For effect `compare`: which rendition to compare. */
  renditionIndex = 0;
  readonly #choice: VerificationChoice<Info> = { sessions: [], tornDown: [] };
  readonly #tornDown: Session<Info>[] = [];
  // In order of arrival.
  readonly #results: VerifiedMember<Info>[] = [];
  readonly #untrusted: VerifiedMember<Info>[] = [];
  #pending = 0;
  #lastFailure: Outcome = OUTCOME.ok;
  #lastFailed: Session<Info> | null = null;
  #candidateIndex = 0;

  /**
   * Sessions that this segment gave back unused, over all its attempts so far, in order: to be ended at
   * their orchestrators (M-29, T-44).
   */
  get tornDown(): readonly Session<Info>[] {
    return this.#tornDown;
  }

  override start(nowMs: number, manager: SessionsManager<Info>, durationMs: number): Effect {
    this.#tornDown.length = 0;
    return super.start(nowMs, manager, durationMs);
  }

  /**
   * As `prepared`, for one member. One that cannot be prepared drops out like in S-12 rows 1
   * and 2; the others go on.
   *
   * @param nowMs now
   * @param index place in `members`
   * @param outcome `ok`, or one of those for prepare
   * @returns `submit` for this member, or what follows if it was the last one awaited
   */
  memberPrepared(nowMs: number, index: number, outcome: Outcome): Effect {
    const member = this.#member(index);
    if (outcome !== OUTCOME.ok) return this.#memberFailed(nowMs, member, outcome);
    member.session.pushSegInFlight(nowMs, this.durationMs);
    return EFFECT.submit;
  }

  /**
   * As `submitted`, for one member (S-12 row 10).
   *
   * @param nowMs now
   * @param index place in `members`
   * @param outcome `ok`, or one of those for submit
   * @param tookAllMs as in `submitted`
   * @param renditions as in `submitted`
   * @returns `wait`, or what follows if it was the last one awaited
   */
  memberSubmitted(
    nowMs: number,
    index: number,
    outcome: Outcome,
    tookAllMs: number,
    renditions: number,
  ): Effect {
    const member = this.#member(index);
    const judged = withHash(outcome, renditions);
    if (judged !== OUTCOME.ok) return this.#memberFailed(nowMs, member, judged);
    member.outcome = judged;
    member.tookAllMs = tookAllMs;
    member.renditions = renditions;
    this.#results.push(member);
    return this.#memberDone(nowMs);
  }

  /**
   * Answers the effect `compare` (T-42, T-43).
   *
   * @param nowMs now
   * @param match how `candidate` compares with `trusted` in rendition `renditionIndex`
   */
  compared(nowMs: number, match: Match): Effect {
    invariant(this.phase === PHASE.compare, "compared() answers the effect compare");
    const { trusted, candidate } = this;
    invariant(trusted !== null && candidate !== null, "a comparison has two sides");
    if (match === MATCH.failed) {
      return this.fail(nowMs, candidate.session, OUTCOME.comparisonFailed);
    }
    if (match === MATCH.different) {
      this.#candidateIndex += 1;
      return this.#compareNext(trusted);
    }
    for (let index = 0; index < this.#candidateIndex; index++) {
      const earlier = this.#untrusted[index];
      if (earlier === undefined) continue;
      this.observer?.failed(this, earlier.session, OUTCOME.resultsDiffer, nowMs);
      this.penalize(nowMs, earlier.session, OUTCOME.resultsDiffer);
    }
    if (this.crashed) return this.retry(nowMs, OUTCOME.resultsDiffer);
    this.manager.verifiedSession = candidate.session;
    return this.#use(candidate);
  }

  override submitted(
    nowMs: number,
    outcome: Outcome,
    tookAllMs: number,
    renditions: number,
  ): Effect {
    const judged = this.manager.verificationFreq > 0 ? withHash(outcome, renditions) : outcome;
    return super.submitted(nowMs, judged, tookAllMs, renditions);
  }

  protected override choose(nowMs: number): Effect {
    this.members = [];
    this.trusted = null;
    this.candidate = null;
    this.#results.length = 0;
    // Frequency 0 is no fast verification (M-4).
    if (this.manager.verificationFreq === 0) return super.choose(nowMs);
    this.manager.selectForVerification(nowMs, this.#choice);
    const { sessions, tornDown } = this.#choice;
    this.#tornDown.push(...tornDown);
    this.session = sessions[0] ?? null;
    if (sessions.length < 2) return EFFECT.prepare;
    this.members = sessions.map((session) => ({
      session,
      outcome: null,
      tookAllMs: 0,
      renditions: 0,
    }));
    this.#pending = sessions.length;
    this.phase = PHASE.members;
    return EFFECT.prepareMembers;
  }

  #member(index: number): VerifiedMember<Info> {
    invariant(this.phase === PHASE.members, "members answer the effect prepareMembers");
    const member = this.members[index];
    invariant(member !== undefined, "there is such a member");
    invariant(member.outcome === null, "a member ends once");
    return member;
  }

  #memberFailed(nowMs: number, member: VerifiedMember<Info>, outcome: Outcome): Effect {
    member.outcome = outcome;
    this.#lastFailure = outcome;
    this.#lastFailed = member.session;
    this.observer?.failed(this, member.session, outcome, nowMs);
    this.penalize(nowMs, member.session, outcome);
    return this.#memberDone(nowMs);
  }

  #memberDone(nowMs: number): Effect {
    this.#pending -= 1;
    return this.#pending > 0 ? EFFECT.wait : this.#chooseResult(nowMs);
  }

  /** All have answered: whose result counts (T-42)? */
  #chooseResult(nowMs: number): Effect {
    if (this.crashed) return this.retry(nowMs, this.#lastFailure);
    const verified = this.manager.verifiedSession;
    const untrusted = this.#untrusted;
    untrusted.length = 0;
    let trusted: VerifiedMember<Info> | null = null;
    for (const result of this.#results) {
      if (this.manager.poolOf(result.session) === this.manager.trusted) trusted = result;
      else if (result.session === verified) untrusted.unshift(result);
      else untrusted.push(result);
    }
    const first = untrusted[0];
    if (trusted === null) {
      if (first !== undefined) return this.#use(first);
      this.session = this.#lastFailed;
      return this.retry(nowMs, this.#lastFailure);
    }
    if (first === undefined) return this.#use(trusted);
    this.renditionIndex = this.manager.drawBelow(trusted.renditions);
    this.#candidateIndex = 0;
    return this.#compareNext(trusted);
  }

  #compareNext(trusted: VerifiedMember<Info>): Effect {
    const candidate = this.#untrusted[this.#candidateIndex];
    // None is equal: the trusted result counts, and nobody is suspended, a quirk (S-12 row 9).
    if (candidate === undefined) return this.#use(trusted);
    this.trusted = trusted;
    this.candidate = candidate;
    this.phase = PHASE.compare;
    return EFFECT.compare;
  }

  /**
   * A result counts; the others go back with their old latency score (T-44). One that returned a
   * non-retryable error was given back already, so it can stand in the selector twice. One without
   * a hash is not given back, so its segment stays in flight (S-12 row 12).
   */
  #use(chosen: VerifiedMember<Info>): Effect {
    for (const member of this.members) {
      if (member !== chosen && member.outcome !== OUTCOME.perceptualHashMissing) {
        this.manager.completeWithTearDown(member.session, this.#tornDown);
      }
    }
    this.session = chosen.session;
    return this.download(chosen.tookAllMs, chosen.renditions);
  }
}

/** A perceptual hash is always asked for with fast verification; without renditions, there is none (S-12 row 12, M-29). */
function withHash(outcome: Outcome, renditions: number): Outcome {
  return outcome === OUTCOME.ok && renditions === 0 ? OUTCOME.perceptualHashMissing : outcome;
}
