/**
 * A segment's way back: the gateway has the response or gives up waiting for it, settles the payment
 * and downloads the renditions. `orchestrator-side.ts` comes before, `segments.ts` after it.
 */
import { invariant } from "../../../core/errors.js";
import {
  EFFECT,
  type Effect,
  OUTCOME,
  type Outcome,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
} from "../../../selection/index.js";
import { TICKET_PARAMS_VALID_MS } from "../discovery/found.js";
import { type Call, type Segment, type Stream, verified } from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import { type Calls, limitMs } from "./calls.js";
import { isUnseenUntil } from "./unseen.js";

/** Receives results. */
export class Receiving {
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #calls: Calls;

  constructor(run: Run, recorder: Recorder, calls: Calls) {
    this.#run = run;
    this.#recorder = recorder;
    this.#calls = calls;
  }

  /** Whether the gateway gives up on a call now, which is not answered (T-15, T-18). */
  givesUp(call: Call): boolean {
    const { now } = this.#run;
    // The event may be that of an earlier call in this slot.
    if (call.gatewayDone || call.segment === null) return false;
    if (now !== limitMs(call)) return false;
    if (call.resultAtMs <= now) return false;
    call.outcome = OUTCOME.bodyTimeout;
    return true;
  }

  /**
   * Whether the result of a call and its downloads need no instants of their own: nobody looks until
   * the renditions are there.
   *
   * @param atMs when the gateway has the result
   */
  isUnseen(call: Call, stream: Stream, atMs: number): boolean {
    if (call.member >= 0 || stream.probe !== null) return false;
    const downloadMs = this.#downloadMs(call, stream);
    return (
      downloadMs <= RENDITION_DOWNLOAD_TIMEOUT_MS &&
      isUnseenUntil(this.#run, stream, atMs + downloadMs)
    );
  }

  /** How long all downloads of a call's result take, if nothing cuts them short, ms. */
  #downloadMs(call: Call, { site }: Stream): number {
    const downMs = this.#run.world.links[site]?.[call.node]?.downMs ?? 0;
    return Math.max(0, downMs + call.slowStartMs) * call.factor;
  }

  /**
   * The gateway has the response, or has given up (T-17, T-18, T-20, P-22).
   *
   * @param nowMs when, which may lie ahead; see {@link isUnseen}
   * @returns what the attempt asks for
   */
  result(call: Call, segment: Segment, nowMs: number): Effect {
    const { session, stream, info } = call;
    invariant(session !== null && stream !== null && info !== null, "a call has an owner");
    const outcome = call.outcome as Outcome;
    call.gatewayDone = true;
    call.tookAllMs = nowMs - call.sentMs;
    this.#calls.settle(call, info, outcome, nowMs);
    const member = Math.max(0, call.member);
    segment.answered(member, call.tookAllMs, this.#downloadMs(call, stream));
    if (call.member >= 0) segment.cheated[member] = call.cheated;
    this.#recorder.answered(call, segment, outcome);
    const { count } = stream.renditions;
    const effect =
      call.member < 0
        ? segment.attempt.submitted(nowMs, outcome, call.tookAllMs, count)
        : verified(segment).memberSubmitted(nowMs, call.member, outcome, call.tookAllMs, count);
    this.#calls.free(call);
    return effect;
  }

  /**
   * Renditions are downloaded in parallel, each within 4 s (T-33).
   *
   * @param nowMs when the gateway has the result, which may lie ahead; see {@link isUnseen}
   * @returns what the attempt asks for afterwards; null if an event will tell
   */
  download(segment: Segment, stream: Stream, nowMs: number): Effect | null {
    const { attempt } = segment;
    const { session } = attempt;
    invariant(session !== null, "a result comes from a session");
    const member = memberOf(segment);
    const tookMs = segment.downloadMs(member);
    segment.downloadFails = tookMs > RENDITION_DOWNLOAD_TIMEOUT_MS;
    // The result's info replaces the session's (M-36): of the same auth session, with new terms (O-3).
    attempt.returnedInfo(
      session.price,
      nowMs - segment.tookAllMs(member) + TICKET_PARAMS_VALID_MS,
      session.info,
    );
    const endMs = nowMs + Math.min(tookMs, RENDITION_DOWNLOAD_TIMEOUT_MS);
    if (!segment.downloadFails && isUnseenUntil(this.#run, stream, endMs)) {
      return this.downloaded(segment, endMs);
    }
    const key = streamKey(stream.order, segment.index);
    this.#run.queue.schedule(endMs, EVENT.downloaded, segment.slot, key);
    return null;
  }

  /** The downloads have ended, none of them well (S-12 row 5); {@link downloaded} comes next. */
  renditionsFail({ attempt, stream }: Segment, nowMs: number): void {
    for (let rendition = 0; rendition < (stream?.renditions.count ?? 0); rendition++) {
      attempt.renditionFailed(nowMs);
    }
  }

  /**
   * The downloads have ended (T-34, T-35).
   *
   * @returns what the attempt asks for
   */
  downloaded(segment: Segment, nowMs: number): Effect {
    const { attempt, stream } = segment;
    const { session } = attempt;
    const effect = attempt.downloaded(nowMs);
    if (effect === EFFECT.done && stream !== null && session !== null) {
      this.#recorder.delivered(segment, stream, session, nowMs);
    }
    return effect;
  }
}

/** Whose result counts: a member of a verified segment, or the one session. */
function memberOf(segment: Segment): number {
  const { verified } = segment;
  if (verified === null || verified.members.length === 0) return 0;
  return Math.max(
    0,
    verified.members.findIndex(({ session }) => session === verified.session),
  );
}
