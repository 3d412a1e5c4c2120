/**
 * A segment's life as its gateway sees it, from top to bottom: ready → a session is chosen →
 * prepared → in flight → (the orchestrator's half, in `orchestrator-side.ts`) → result → renditions
 * downloaded → over. What to do next is for the library's `SegmentAttempt` and `SessionPool` to say;
 * this file says how long each step takes and what fails.
 */
import { invariant } from "../../core/errors.js";
import { uniform } from "../../core/random.js";
import { NO_SESSION } from "../../pool/index.js";
import {
  AUTH_TOKEN_VALID_MS,
  EFFECT,
  type Effect,
  MATCH,
  OUTCOME,
  type Outcome,
  pushEndMs,
  RENDITION_DOWNLOAD_TIMEOUT_MS,
  RESULT,
  refreshTiming,
  renewSession,
  ruleOf,
  type SessionPool,
  shouldRefresh,
  uploadTimeoutMs,
  VerifiedAttempt,
  wholeTimeoutMs,
} from "../../selection/index.js";
import { drawLognormal, exactMs, type Lognormal, lognormal } from "../engine/distributions.js";
import { AtOnce } from "./at-once.js";
import { CONNECT_ROUND_TRIPS } from "./connections.js";
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { attemptDraws, callDraw, DRAW, durationDraw, renewedDraw } from "./draws.js";
import { type Call, type Segment, SessionInfo, type SimSession, type Stream } from "./entities.js";
import { EVENT } from "./events.js";
import { segmentPixels } from "./renditions.js";
import type { Simulation } from "./simulation.js";

/** Limit on dialling (G-17). */
const DIAL_TIMEOUT_MS = 2_000;

/** Takes all streams' segments through their lives. */
export class Segments {
  readonly #simulation: Simulation;
  readonly #prepare: Lognormal;
  readonly #network: Lognormal;
  readonly #jitter: Lognormal;
  readonly #preparesAtOnce: boolean;
  readonly #atOnce: AtOnce;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { world } = simulation;
    const { assumptions } = world.scenario;
    const noise = assumptions.noiseScale;
    this.#prepare = lognormal(assumptions.prepareMs, assumptions.prepareCv);
    this.#network = lognormal(1, assumptions.segmentNoiseCv * noise);
    this.#jitter = lognormal(1, assumptions.rttCv * noise);
    this.#preparesAtOnce = assumptions.prepareMs === 0;
    this.#atOnce = new AtOnce(simulation, this.#network);
  }

  /** Draws when the stream's next segment is ready: its own duration after the one before. */
  scheduleNext(stream: Stream): void {
    const { queue } = this.#simulation;
    const u = uniform(stream.k0, stream.k1, durationDraw(stream.segments));
    stream.nextDurationMs = exactMs(drawLognormal(stream.gateway.duration, u));
    const readyMs = this.#simulation.now + stream.nextDurationMs;
    const goesOn =
      stream.test === null ? readyMs < stream.endMs : stream.segments < stream.test.segments;
    stream.nextReadyMs = goesOn ? readyMs : Number.POSITIVE_INFINITY;
    if (goesOn) queue.schedule(readyMs, EVENT.ready, stream.slot);
  }

  /** A segment is ready (T-1: whatever its predecessors do). */
  ready(stream: Stream): void {
    // The event of a stream that has left before its planned end.
    if (stream.ended) return;
    const simulation = this.#simulation;
    const segment = stream.gateway.segment();
    segment.stream = stream;
    segment.index = stream.segments++;
    segment.readyMs = simulation.now;
    if (segment.index === 0) stream.firstReadyMs = simulation.now;
    stream.lastReadyMs = simulation.now;
    segment.durationMs = stream.nextDurationMs;
    segment.pixels = segmentPixels(stream.renditions, stream.nextDurationMs);
    segment.tornDownAttempt = 0;
    segment.tornDownSeen = 0;
    stream.inProgress++;
    this.scheduleNext(stream);
    simulation.metrics.started(stream, segment);
    if (stream.initialised) {
      this.#begin(segment, stream);
    } else {
      // The first segments wait for the first discoveries (M-3).
      stream.waiting.push(segment);
      if (segment.index === 0) this.#open(stream);
    }
  }

  /** A discovery of the stream is over. */
  refreshed(stream: Stream, pool: SessionPool<SessionInfo>): void {
    const { manager } = stream;
    if (manager === null || stream.initialised || stream.ended) return;
    if (pool === manager.trusted) {
      if (manager.untrusted.beginRefresh()) {
        this.#simulation.discoveries.run(stream, manager.untrusted);
      }
      return;
    }
    stream.initialised = true;
    for (const segment of stream.waiting.splice(0)) this.#begin(segment, stream);
  }

  /**
   * The stream ends: its sessions are ended at their orchestrators (M-26), if it was pushed by HTTP
   * not before the gateway notices (T-3).
   */
  end(stream: Stream): void {
    if (stream.ended) return;
    stream.ended = true;
    for (const segment of stream.waiting.splice(0)) this.#drop(segment, stream);
    const isPushed = this.#simulation.world.scenario.stream.ingest === "http";
    const endMs = isPushed
      ? pushEndMs(stream.firstReadyMs, stream.lastReadyMs)
      : this.#simulation.now;
    for (const session of stream.manager?.cleanup() ?? []) {
      if (session.info.active) this.#simulation.metrics.kept(session);
      this.#endSession(session, endMs);
    }
  }

  /** The stream's session manager is made with its first segment; trusted first (M-3). */
  #open(stream: Stream): void {
    stream.manager = stream.gateway.manager(stream);
    const { trusted } = stream.manager;
    if (trusted.beginRefresh()) this.#simulation.discoveries.run(stream, trusted);
  }

  #begin(segment: Segment, stream: Stream): void {
    const { manager } = stream;
    if (manager === null || stream.ended) {
      this.#drop(segment, stream);
      return;
    }
    this.#step(segment, segment.attempt.start(this.#simulation.now, manager, segment.durationMs));
  }

  /** A segment that nobody waits for any more. */
  #drop(segment: Segment, stream: Stream): void {
    this.#simulation.metrics.dropped(stream, segment);
    stream.inProgress--;
    stream.gateway.release(segment);
  }

  /** Does what the attempt asks for. */
  #step(segment: Segment, first: Effect): void {
    const { attempt, stream } = segment;
    invariant(stream !== null, "a segment under way has a stream");
    let effect = first;
    for (;;) {
      this.#refresh(stream);
      if (stream.gateway.verificationFreq > 0) this.#endTornDown(segment);
      switch (effect) {
        case EFFECT.prepare:
          this.#prepareCall(segment, stream, attempt.session, -1);
          return;
        case EFFECT.prepareMembers:
          for (const [member, { session }] of verified(segment).members.entries()) {
            this.#prepareCall(segment, stream, session, member);
          }
          return;
        case EFFECT.download:
          this.#download(segment, stream);
          return;
        case EFFECT.compare: {
          const { members, candidate, trusted } = verified(segment);
          const wrong = (member: typeof candidate) =>
            member !== null && segment.cheated[members.indexOf(member)] === true;
          const match = wrong(candidate) === wrong(trusted) ? MATCH.equal : MATCH.different;
          effect = verified(segment).compared(this.#simulation.now, match);
          break;
        }
        case EFFECT.done:
          this.over(segment, stream);
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
      this.#simulation.discoveries.run(stream, pool);
    }
  }

  /** Upload to the orchestrator's storage, refresh of the session (T-10, M-35). */
  #prepareCall(segment: Segment, stream: Stream, session: SimSession | null, member: number): void {
    invariant(session !== null, "there is a session to prepare");
    const simulation = this.#simulation;
    const { now, queue } = simulation;
    const attempt = segment.attempt.attempts;
    const base = attemptDraws(segment.index, attempt, member);
    const { k0, k1 } = stream;
    const prepareMs = this.#preparesAtOnce
      ? 0
      : drawLognormal(this.#prepare, uniform(k0, k1, base + DRAW.prepare));
    if (shouldRefresh(session, now)) {
      const call = simulation.calls.take(segment, stream, session, member);
      const node = simulation.route(session.transcoder, stream, -2 - segment.index);
      call.node = node;
      const rttMs = simulation.world.links[stream.gateway.site]?.[node]?.rttMs ?? 0;
      const answerMs = simulation.discoveries.answerTime(
        stream,
        node,
        k0 ^ (simulation.world.nodes[node]?.hash ?? 0),
        k1,
        base + DRAW.refresh,
      );
      const isUp = simulation.isUp(stream.gateway.site, node, now);
      const connects = isUp || simulation.world.nodes[node]?.whenDown === "silent";
      const timing = refreshTiming(
        connects ? CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
        isUp ? answerMs - CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
      );
      call.outcome = timing.ok ? OUTCOME.ok : OUTCOME.sessionRefreshFailed;
      queue.schedule(now + prepareMs + timing.afterMs, EVENT.refreshed, call.slot);
      return;
    }
    if (member < 0 && this.#atOnce.run(segment, stream, session, now + prepareMs)) return;
    const call = simulation.calls.take(segment, stream, session, member);
    queue.schedule(now + prepareMs, EVENT.inFlight, call.slot);
  }

  /** The session's refresh is over; a full orchestrator refuses it (O-6, S-12 row 2). */
  callRefreshed(call: Call): void {
    const simulation = this.#simulation;
    const { session, stream } = call;
    if (session === null || stream === null) return;
    if (call.outcome === OUTCOME.ok && simulation.nodes[call.node]?.isFull(simulation.now)) {
      call.outcome = OUTCOME.sessionRefreshFailed;
    }
    if (call.outcome === OUTCOME.ok) {
      const { now } = simulation;
      const before = session.info;
      const info = new SessionInfo(
        stream,
        call.node,
        simulation.discoveries.sessionFactor(stream, call.node, renewedDraw(call.index)),
      );
      info.active = before.active;
      info.delivered = before.delivered;
      info.worker = before.worker;
      info.workerFactor = before.workerFactor;
      renewSession(session, {
        transcoder: session.transcoder,
        recipient: session.recipient,
        price: session.price,
        authTokenExpiresAtMs: now + AUTH_TOKEN_VALID_MS,
        ticketParamsExpireAtMs: now + TICKET_PARAMS_VALID_MS,
        info,
      });
      call.info = info;
    }
    if (stream.traced) {
      simulation.trace.say(
        "M-35",
        `session with ${simulation.trace.uriName(session.transcoder)} refreshed: ${outcomeName(call.outcome)}`,
      );
    }
    this.callInFlight(call);
  }

  /** The call begins, or its session could not be prepared (T-10, T-11). */
  callInFlight(call: Call): void {
    const { segment } = call;
    invariant(segment !== null, "a call that begins has a segment");
    const { now } = this.#simulation;
    const outcome = call.outcome as Outcome;
    const effect =
      call.member < 0
        ? segment.attempt.prepared(now, outcome)
        : verified(segment).memberPrepared(now, call.member, outcome);
    if (effect === EFFECT.submit) {
      this.#submit(call, segment);
      return;
    }
    call.gatewayDone = true;
    call.nodeDone = true;
    this.#simulation.calls.free(call);
    this.#step(segment, effect);
  }

  /** Sends the segment (T-13 … T-18): a new connection, the upload, the response's headers. */
  #submit(call: Call, segment: Segment): void {
    const simulation = this.#simulation;
    const { session, stream, info } = call;
    invariant(session !== null && stream !== null && info !== null, "a call has a session");
    const { now, world } = simulation;
    const { site } = stream.gateway;
    const { k0, k1 } = stream;
    const base = callDraw(call, 0);
    call.sentMs = now;
    call.node = simulation.route(session.transcoder, stream, segment.index);
    const link = world.links[site]?.[call.node];
    invariant(link !== undefined, "every site has a link to every node");
    call.slowStartMs = stream.test?.slowStartMs(link.rttMs) ?? 0;
    const isMeasured = world.nodes[call.node]?.backend === "measured";
    call.factor =
      info.factor *
      drawLognormal(this.#network, uniform(k0, k1, base + DRAW.network)) *
      (isMeasured ? simulation.slownessOf(call.node, now) : 1);
    call.jitter = drawLognormal(this.#jitter, uniform(k0, k1, base + DRAW.jitter));
    if (simulation.terms !== null) simulation.calls.pay(call, info, stream);
    const connectMs = simulation.connections.setUpMs(site, session.transcoder, link.rttMs, now);
    if (!simulation.isUp(site, call.node, now)) {
      call.nodeDone = true;
      // One that takes connections and is silent keeps the gateway waiting (T-15).
      const isSilent = world.nodes[call.node]?.whenDown === "silent";
      const limitMs = isSilent ? uploadTimeoutMs(segment.durationMs) : DIAL_TIMEOUT_MS;
      simulation.calls.reply(call, OUTCOME.headerTimeout, now + limitMs);
      return;
    }
    const headersMs = connectMs * call.jitter + link.upMs * call.factor;
    const limitMs = uploadTimeoutMs(segment.durationMs);
    if (headersMs > limitMs) {
      call.nodeDone = true;
      simulation.calls.reply(call, OUTCOME.headerTimeout, now + limitMs);
      return;
    }
    simulation.queue.schedule(now + headersMs, EVENT.arrived, call.slot);
  }

  /** The gateway gives up on a call that is not answered (T-15, T-18). */
  callTimeout(call: Call, nowMs: number): void {
    // The event may be that of an earlier call in this slot.
    if (call.gatewayDone || call.segment === null) return;
    if (nowMs !== call.sentMs + wholeTimeoutMs(call.durationMs)) return;
    if (call.resultAtMs <= nowMs) return;
    call.outcome = OUTCOME.bodyTimeout;
    this.result(call);
  }

  /** The gateway has the response, or has given up (T-17, T-18, T-20, P-22). */
  result(call: Call): void {
    const simulation = this.#simulation;
    const { segment, session, stream, info } = call;
    if (call.gatewayDone) return;
    invariant(
      segment !== null && session !== null && stream !== null && info !== null,
      "a call has an owner",
    );
    const { now } = simulation;
    const outcome = call.outcome as Outcome;
    call.gatewayDone = true;
    call.tookAllMs = now - call.sentMs;
    simulation.calls.settle(call, info, outcome, now);
    const link = simulation.world.links[stream.gateway.site]?.[call.node];
    const member = Math.max(0, call.member);
    segment.downloadsMs[member] = Math.max(0, (link?.downMs ?? 0) + call.slowStartMs) * call.factor;
    segment.tookAllsMs[member] = call.tookAllMs;
    segment.cheated[member] = call.cheated;
    simulation.metrics.answered(call, segment, outcome);
    const { count } = stream.renditions;
    const effect =
      call.member < 0
        ? segment.attempt.submitted(now, outcome, call.tookAllMs, count)
        : verified(segment).memberSubmitted(now, call.member, outcome, call.tookAllMs, count);
    simulation.calls.free(call);
    this.#step(segment, effect);
  }

  /** Renditions are downloaded in parallel, each within 4 s (T-33). */
  #download(segment: Segment, stream: Stream): void {
    const simulation = this.#simulation;
    const { attempt } = segment;
    const { session } = attempt;
    invariant(session !== null, "a result comes from a session");
    const member = memberOf(segment);
    const { now, queue } = simulation;
    const tookMs = segment.downloadsMs[member] ?? 0;
    segment.downloadFails = tookMs > RENDITION_DOWNLOAD_TIMEOUT_MS;
    // The result's info replaces the session's (M-36).
    attempt.returnedInfo(
      session.price,
      now - (segment.tookAllsMs[member] ?? 0) + TICKET_PARAMS_VALID_MS,
      session.info,
    );
    const endMs = now + Math.min(tookMs, RENDITION_DOWNLOAD_TIMEOUT_MS);
    if (!segment.downloadFails && this.#simulation.isUnseenUntil(stream, endMs))
      this.#downloaded(segment, endMs);
    else queue.schedule(endMs, EVENT.downloaded, segment.slot);
  }

  /** The downloads have ended (T-34, T-35). */
  downloaded(segment: Segment): void {
    this.#downloaded(segment, this.#simulation.now);
  }

  #downloaded(segment: Segment, nowMs: number): void {
    const { attempt, stream } = segment;
    if (segment.downloadFails) {
      for (let rendition = 0; rendition < (stream?.renditions.count ?? 0); rendition++) {
        attempt.renditionFailed(nowMs);
      }
    }
    const { session } = attempt;
    const effect = attempt.downloaded(nowMs);
    if (effect === EFFECT.done && stream !== null && session !== null) {
      this.#simulation.metrics.delivered(segment, stream, session, nowMs);
    }
    this.#step(segment, effect);
  }

  /** A segment is over, well or not. */
  over(segment: Segment, stream: Stream): void {
    const { attempt } = segment;
    if (attempt.result !== RESULT.success) {
      this.#simulation.metrics.notDelivered(segment, stream);
      const { leaveOnFailure } = this.#simulation.world.scenario.stream;
      if (leaveOnFailure && stream.test === null) this.#simulation.endStream(stream);
    }
    stream.inProgress--;
    stream.gateway.release(segment);
    stream.test?.over(stream, this.#simulation);
  }

  /** EndTranscodingSession for a session that has one at its node. */
  #endSession(session: SimSession, atMs = this.#simulation.now): void {
    const { info } = session;
    if (info.nodeSession === NO_SESSION) return;
    this.#simulation.endAtNode(info, atMs);
  }

  #endTornDown(segment: Segment): void {
    const { tornDown } = verified(segment);
    if (segment.tornDownAttempt !== segment.attempt.attempts) {
      segment.tornDownAttempt = segment.attempt.attempts;
      segment.tornDownSeen = 0;
    }
    for (; segment.tornDownSeen < tornDown.length; segment.tornDownSeen++) {
      const session = tornDown[segment.tornDownSeen];
      if (session !== undefined) this.#endSession(session);
    }
  }
}

function verified(segment: Segment): VerifiedAttempt<SessionInfo> {
  invariant(segment.attempt instanceof VerifiedAttempt, "only verified segments have members");
  return segment.attempt;
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

function outcomeName(outcome: number): string {
  return ruleOf(outcome as Outcome).name;
}
