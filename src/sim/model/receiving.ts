/**
 * A segment's way back: the gateway has the response or gives up waiting for it, settles the payment
 * and downloads the renditions. `orchestrator-side.ts` comes before, `segments.ts` after it.
 */
import { invariant } from "../../core/errors.js";
import {
  EFFECT,
  type Effect,
  OUTCOME,
  type Outcome,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  VerifiedAttempt,
  wholeTimeoutMs,
} from "../../selection/index.js";
import type { Calls } from "./calls.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { type Call, type Segment, type Stream, verified } from "./entities.js";
import { EVENT, streamKey } from "./events.js";
import type { Recorder } from "./recorder.js";
import type { Run } from "./run.js";

/** Whether nothing of this stream happens until then but the one segment that is under way. */
function isUnseenUntil({ atOnce, world }: Run, stream: Stream, untilMs: number): boolean {
  return (
    atOnce &&
    !stream.traced &&
    stream.inProgress === 1 &&
    stream.refreshing === 0 &&
    !stream.ended &&
    untilMs < stream.nextReadyMs &&
    // With its last segment a probe ends, which others notice.
    (stream.probe === null || stream.nextReadyMs < Number.POSITIVE_INFINITY) &&
    untilMs < stream.endMs &&
    untilMs < world.endMs
  );
}

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
    if (now !== call.sentMs + wholeTimeoutMs(call.durationMs)) return false;
    if (call.resultAtMs <= now) return false;
    call.outcome = OUTCOME.bodyTimeout;
    return true;
  }

  /**
   * The gateway has the response, or has given up (T-17, T-18, T-20, P-22).
   *
   * @returns what the attempt asks for
   */
  result(call: Call, segment: Segment): Effect {
    const { session, stream, info } = call;
    invariant(session !== null && stream !== null && info !== null, "a call has an owner");
    const { now, world } = this.#run;
    const outcome = call.outcome as Outcome;
    call.gatewayDone = true;
    call.tookAllMs = now - call.sentMs;
    this.#calls.settle(call, info, outcome, now);
    const link = world.links[stream.site]?.[call.node];
    const member = Math.max(0, call.member);
    segment.downloadsMs[member] = Math.max(0, (link?.downMs ?? 0) + call.slowStartMs) * call.factor;
    segment.tookAllsMs[member] = call.tookAllMs;
    segment.cheated[member] = call.cheated;
    this.#recorder.answered(call, segment, outcome);
    const { count } = stream.renditions;
    const effect =
      call.member < 0
        ? segment.attempt.submitted(now, outcome, call.tookAllMs, count)
        : verified(segment).memberSubmitted(now, call.member, outcome, call.tookAllMs, count);
    this.#calls.free(call);
    return effect;
  }

  /**
   * Renditions are downloaded in parallel, each within 4 s (T-33).
   *
   * @returns what the attempt asks for afterwards; null if an event will tell
   */
  download(segment: Segment, stream: Stream): Effect | null {
    const { attempt } = segment;
    const { session } = attempt;
    invariant(session !== null, "a result comes from a session");
    const member = memberOf(segment);
    const { now, queue } = this.#run;
    const tookMs = segment.downloadsMs[member] ?? 0;
    segment.downloadFails = tookMs > RENDITION_DOWNLOAD_TIMEOUT_MS;
    // The result's info replaces the session's (M-36).
    attempt.returnedInfo(
      session.price,
      now - (segment.tookAllsMs[member] ?? 0) + TICKET_PARAMS_VALID_MS,
      session.info,
    );
    const endMs = now + Math.min(tookMs, RENDITION_DOWNLOAD_TIMEOUT_MS);
    if (!segment.downloadFails && isUnseenUntil(this.#run, stream, endMs)) {
      return this.downloaded(segment, endMs);
    }
    queue.schedule(endMs, EVENT.downloaded, segment.slot, streamKey(stream.order, segment.index));
    return null;
  }

  /**
   * The downloads have ended (T-34, T-35).
   *
   * @returns what the attempt asks for
   */
  downloaded(segment: Segment, nowMs: number): Effect {
    const { attempt, stream } = segment;
    if (segment.downloadFails) {
      for (let rendition = 0; rendition < (stream?.renditions.count ?? 0); rendition++) {
        attempt.renditionFailed(nowMs);
      }
    }
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
  const { attempt } = segment;
  if (!(attempt instanceof VerifiedAttempt) || attempt.members.length === 0) return 0;
  return Math.max(
    0,
    attempt.members.findIndex(({ session }) => session === attempt.session),
  );
}
