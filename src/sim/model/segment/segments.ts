/**
 * A segment's life, from top to bottom: ready → a session is chosen → prepared → in flight → at its
 * orchestrator → result → renditions downloaded → over. What to do next is for the library's
 * `SegmentAttempt` and `SessionPool` to say; the model says how long each step takes and what fails.
 * To follow one segment, read five files:
 *
 * 1. this one: it begins, does what its attempt asks for, and is over;
 * 2. `sending.ts`: its session is prepared, it is in flight, until the orchestrator has it;
 * 3. `orchestrator-side.ts`: it arrives, waits for its turn, and its result leaves;
 * 4. one of `backends/measured.ts`, `backends/device.ts` and `backends/pool.ts`: the work;
 * 5. `receiving.ts`: the gateway has the result, or none, and downloads the renditions.
 *
 * `at-once.ts` takes segments through the same steps within one event, where nobody can tell.
 */
import { invariant } from "../../../core/errors.js";
import { NO_SESSION } from "../../../pool/index.js";
import { EFFECT, type Effect, MATCH, pushEndMs, RESULT } from "../../../selection/index.js";
import type { AtOnce } from "../at-once/at-once.js";
import { beforeEnd, segmentDurationMs, segmentReadyMs } from "../at-once/noise.js";
import type { Outages } from "../conditions/outages.js";
import type { Discovered, Discoveries } from "../discovery/discovery.js";
import type { Gateways } from "../discovery/gateways.js";
import {
  type Call,
  ReadySegment,
  type Segment,
  type SimSession,
  type Stream,
  verified,
} from "../entities.js";
import { EVENT, streamKey } from "../events.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import type { Streams } from "../streams/streams.js";
import { segmentPixels } from "../world/renditions.js";
import type { Endings } from "./endings.js";
import type { Receiving } from "./receiving.js";
import type { Sending } from "./sending.js";

/** What the lives of segments need. */
export interface SegmentsParts {
  readonly run: Run;
  readonly recorder: Recorder;
  readonly gateways: Gateways;
  readonly streams: Streams;
  readonly outages: Outages;
  readonly discoveries: Discoveries;
  readonly endings: Endings;
  readonly atOnce: AtOnce;
  readonly sending: Sending;
  readonly receiving: Receiving;
}

/** Takes all streams' segments through their lives. */
export class Segments {
  readonly #run: Run;
  readonly #parts: SegmentsParts;

  constructor(parts: SegmentsParts) {
    this.#run = parts.run;
    this.#parts = parts;
  }

  /** A stream begins: its first segment is on its way. */
  beginStream(stream: Stream): void {
    this.#parts.streams.put(stream);
    this.#drawNext(stream);
    this.#scheduleNext(stream);
  }

  /** Draws when the stream's next segment is ready: its own duration after the one before. */
  #drawNext(stream: Stream): void {
    const { segments } = stream;
    const durations = this.#parts.gateways.of(stream).duration;
    const { now } = this.#run;
    // What a silent source has made meanwhile comes at once: its clock is behind then.
    const clockMs = segments === 0 ? now : stream.clockMs;
    stream.nextDurationMs = segmentDurationMs(stream, durations, segments);
    stream.clockMs = segmentReadyMs(stream, segments, clockMs, stream.nextDurationMs);
    stream.nextReadyMs = Math.max(stream.clockMs, now);
  }

  #scheduleNext({ nextReadyMs, slot, order }: Stream): void {
    if (nextReadyMs === Number.POSITIVE_INFINITY) return;
    this.#run.queue.schedule(nextReadyMs, EVENT.ready, slot, streamKey(order));
  }

  /** A segment is ready (T-1: whatever its predecessors do), and with it those that nobody sees. */
  ready(stream: Stream): void {
    // The event of a stream that has left before its planned end.
    if (stream.ended || this.#isSilent(stream)) return;
    if (this.#parts.atOnce.deliver(stream) > 0) this.#scheduleNext(stream);
    else this.#begins(stream);
  }

  /** Whether the stream's source is silent: the segment comes when it is not any more. */
  #isSilent(stream: Stream): boolean {
    const { now } = this.#run;
    if (stream.probe !== null) return false;
    const untilMs = this.#parts.outages.silentUntilMs(stream.site, now);
    if (untilMs <= now) return false;
    stream.nextReadyMs = beforeEnd(untilMs, stream.endMs);
    this.#scheduleNext(stream);
    return true;
  }

  /** A segment is ready that goes its way step by step. */
  #begins(stream: Stream): void {
    const { now, counting } = this.#run;
    const durationMs = stream.nextDurationMs;
    const ready = new ReadySegment(stream.segments++, now, durationMs, counting);
    if (ready.index === 0) stream.firstReadyMs = now;
    stream.lastReadyMs = now;
    stream.inProgress++;
    this.#drawNext(stream);
    this.#scheduleNext(stream);
    this.#parts.recorder.started(stream, ready);
    if (stream.initialised) {
      this.#begin(ready, stream);
    } else {
      // The first segments wait for the first discoveries (M-3).
      stream.waiting = [...stream.waiting, ready];
      if (ready.index === 0) this.#open(stream);
    }
  }

  /** The stream's session manager is made with its first segment; trusted first (M-3). */
  #open(stream: Stream): void {
    stream.manager = this.#parts.gateways.of(stream).manager(stream);
    const { trusted } = stream.manager;
    if (trusted.beginRefresh()) this.discovered(this.#parts.discoveries.run(stream, trusted));
  }

  /** A discovery is over: after the first ones the segments begin that waited for them. */
  discovered(discovered: Discovered | null): void {
    if (discovered === null) return;
    const { stream, pool } = discovered;
    const { manager } = stream;
    if (manager === null || stream.initialised || stream.ended) return;
    if (pool === manager.trusted) {
      if (manager.untrusted.beginRefresh()) {
        this.discovered(this.#parts.discoveries.run(stream, manager.untrusted));
      }
      return;
    }
    stream.initialised = true;
    for (const ready of stream.takeWaiting()) {
      if (stream.ended) this.#drop(ready, stream);
      else this.#begin(ready, stream);
    }
  }

  #begin({ index, readyMs, durationMs, counted }: ReadySegment, stream: Stream): void {
    const { manager, renditions } = stream;
    invariant(manager !== null, "a stream whose segments begin has sessions");
    const segment = this.#parts.gateways.of(stream).segment();
    segment.stream = stream;
    segment.index = index;
    segment.readyMs = readyMs;
    segment.durationMs = durationMs;
    segment.pixels = segmentPixels(renditions, durationMs);
    segment.counted = counted;
    segment.tornDownSeen = 0;
    this.#step(segment, segment.attempt.start(this.#run.now, manager, durationMs));
  }

  /** A segment that nobody waits for any more. */
  #drop(ready: ReadySegment, stream: Stream): void {
    this.#parts.recorder.dropped(stream, ready);
    stream.inProgress--;
  }

  /**
   * Does what the attempt asks for.
   *
   * @param nowMs now; ahead of it only for a result that is downloaded without fail
   */
  #step(segment: Segment, first: Effect, nowMs = this.#run.now): void {
    const { sending, receiving, gateways } = this.#parts;
    const { attempt, stream } = segment;
    invariant(stream !== null, "a segment under way has a stream");
    const isVerified = gateways.of(stream).verificationFreq > 0;
    let effect: Effect | null = first;
    while (effect !== null) {
      this.#refresh(stream);
      if (isVerified) this.#endTornDown(segment);
      switch (effect) {
        case EFFECT.prepare:
          sending.prepare(segment, stream, attempt.session, -1);
          return;
        case EFFECT.prepareMembers:
          for (const [member, { session }] of verified(segment).members.entries()) {
            sending.prepare(segment, stream, session, member);
          }
          return;
        case EFFECT.download:
          effect = receiving.download(segment, stream, nowMs);
          break;
        case EFFECT.compare: {
          const { members, candidate, trusted } = verified(segment);
          const wrong = (member: typeof candidate) =>
            member !== null && segment.cheated[members.indexOf(member)] === true;
          const match = wrong(candidate) === wrong(trusted) ? MATCH.equal : MATCH.different;
          effect = verified(segment).compared(this.#run.now, match);
          break;
        }
        case EFFECT.done:
          this.#over(segment, stream);
          return;
        default:
          return;
      }
    }
  }

  /** Discoveries in the background (M-11). */
  #refresh(stream: Stream): void {
    for (;;) {
      const pool = stream.manager?.beginWantedRefresh() ?? null;
      if (pool === null) return;
      this.discovered(this.#parts.discoveries.run(stream, pool));
    }
  }

  /** The session of a call is refreshed, or not (M-35). */
  callRefreshed(call: Call): void {
    if (this.#parts.sending.refreshed(call)) this.callInFlight(call);
  }

  /** The call begins, or its session could not be prepared (T-10, T-11). */
  callInFlight(call: Call): void {
    const { segment } = call;
    invariant(segment !== null, "a call that begins has a segment");
    const effect = this.#parts.sending.inFlight(call, segment, this.#run.now);
    if (effect !== EFFECT.submit) this.#step(segment, effect);
  }

  /** The gateway gives up on a call that is not answered (T-15, T-18). */
  callTimeout(call: Call): void {
    if (this.#parts.receiving.givesUp(call)) this.result(call);
  }

  /** The gateway has the response, or has given up (T-17, T-18, T-20, P-22). */
  result(call: Call): void {
    const { segment } = call;
    if (call.gatewayDone) return;
    invariant(segment !== null, "a call has an owner");
    this.#result(call, segment, this.#run.now);
  }

  /**
   * A call will be answered then: this is done now if nobody looks until its renditions are there.
   *
   * @returns whether it was
   */
  resultAhead(call: Call, atMs: number): boolean {
    const { segment, stream } = call;
    if (segment === null || stream === null) return false;
    if (!this.#parts.receiving.isUnseen(call, stream, atMs)) return false;
    this.#result(call, segment, atMs);
    return true;
  }

  #result(call: Call, segment: Segment, nowMs: number): void {
    this.#step(segment, this.#parts.receiving.result(call, segment, nowMs), nowMs);
  }

  /** The downloads have ended (T-34, T-35). */
  downloaded(segment: Segment): void {
    const { now } = this.#run;
    const { receiving } = this.#parts;
    if (segment.downloadFails) receiving.renditionsFail(segment, now);
    this.#step(segment, receiving.downloaded(segment, now));
  }

  /** A segment is over, well or not. */
  #over(segment: Segment, stream: Stream): void {
    const { recorder, gateways } = this.#parts;
    if (segment.attempt.result !== RESULT.success) {
      recorder.notDelivered(segment, stream);
      const { leaveOnFailure } = this.#run.world.scenario.stream;
      if (leaveOnFailure && stream.probe === null) this.endStream(stream);
    }
    stream.inProgress--;
    gateways.of(stream).release(segment);
    if (stream.probe?.isOverWith(stream)) this.endStream(stream);
  }

  /**
   * The stream ends, at its end or before: its sessions are ended at their orchestrators (M-26), if
   * it was pushed by HTTP not before the gateway notices (T-3).
   */
  endStream(stream: Stream): void {
    if (stream.ended) return;
    const { trace, world, now } = this.#run;
    const { streams, recorder } = this.#parts;
    streams.ends(stream);
    if (stream.traced) trace.say("M-26", `stream ${stream.number} ends`);
    stream.ended = true;
    for (const ready of stream.takeWaiting()) this.#drop(ready, stream);
    const isPushed = world.scenario.stream.ingest === "http";
    // A stream of long segments may pause for longer than the gateway waits: it has noticed by now.
    const endMs = isPushed
      ? Math.max(now, pushEndMs(stream.firstReadyMs, stream.lastReadyMs))
      : now;
    for (const session of stream.manager?.cleanup(true) ?? []) {
      if (session.info.active) recorder.kept(session);
      this.#endSession(session, endMs);
    }
    // An early end leaves events behind that name the slot: it is given back at the planned end.
    if (stream.probe !== null) streams.give(stream);
  }

  /** A viewer's stream has come to its planned end. */
  plannedEnd(stream: Stream): void {
    this.endStream(stream);
    this.#parts.streams.give(stream);
  }

  /** EndTranscodingSession for a session that has one at its node. */
  #endSession({ info }: SimSession, atMs: number): void {
    if (info.nodeSession !== NO_SESSION) this.#parts.endings.send(info, atMs);
  }

  #endTornDown(segment: Segment): void {
    const { tornDown } = verified(segment);
    for (; segment.tornDownSeen < tornDown.length; segment.tornDownSeen++) {
      const session = tornDown[segment.tornDownSeen];
      if (session !== undefined) this.#endSession(session, this.#run.now);
    }
  }
}
