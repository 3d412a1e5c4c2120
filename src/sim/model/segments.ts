/**
 * A segment's life, from top to bottom: ready at its gateway → a session is chosen → prepared →
 * in flight → at the orchestrator → worked on → result → renditions downloaded → over. What to do
 * next is for the library's `SegmentAttempt` and `SessionPool` to say; this file says how long each
 * step takes and what fails.
 *
 * Most segments go to measured orchestrators, and nobody can see them between ready and over: no
 * other segment of the stream is under way, none becomes ready, no discovery ends. Such a segment
 * is taken through all its steps, in order and with their times, within one event (`#atOnce`); a
 * test compares the results with those of a run in which every step is an event of its own.
 */
import { invariant } from "../../core/errors.js";
import { uniform } from "../../core/random.js";
import { NO_SESSION, ORCHESTRATOR_CAPPED } from "../../pool/index.js";
import {
  AUTH_TOKEN_VALID_MS,
  EFFECT,
  type Effect,
  MATCH,
  OUTCOME,
  type Outcome,
  PAYMENT_OUTCOME,
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
import { TICKET_PARAMS_VALID_MS } from "./discovery.js";
import { attemptDraws, callDraw, DRAW, durationDraw, renewedDraw } from "./draws.js";
import {
  Call,
  type Segment,
  SessionInfo,
  type SimSession,
  Slots,
  type Stream,
} from "./entities.js";
import { EVENT } from "./events.js";
import { IDLE_MS, type NodeRuntime } from "./node.js";
import { segmentPixels } from "./renditions.js";
import type { Simulation } from "./simulation.js";
import { deviceOf, transcodeMs } from "./work-times.js";

/** Idle connections are kept so long (G-17). */
const CONNECTION_IDLE_MS = 60_000;
/** Round trips of a new connection: TCP and TLS. */
const CONNECT_ROUND_TRIPS = 2;
/** Limit on dialling (G-17). */
const DIAL_TIMEOUT_MS = 2_000;

/** Takes all streams' segments through their lives. */
export class Segments {
  readonly #simulation: Simulation;
  readonly #calls = new Slots((slot) => new Call(slot));
  readonly #duration: Lognormal;
  readonly #testDuration: Lognormal;
  readonly #prepare: Lognormal;
  readonly #network: Lognormal;
  readonly #jitter: Lognormal;
  readonly #preparesAtOnce: boolean;
  /** By site and URI: when a connection was last used. */
  readonly #lastUsedMs: Float64Array;
  readonly #uris: number;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { world } = simulation;
    const { assumptions, stream } = world.scenario;
    const noise = assumptions.noiseScale;
    this.#duration = lognormal(stream.segmentMs, stream.segmentCv);
    const { segmentMs = stream.segmentMs } = world.scenario.tester ?? {};
    this.#testDuration = lognormal(segmentMs, stream.segmentCv);
    this.#prepare = lognormal(assumptions.prepareMs, assumptions.prepareCv);
    this.#network = lognormal(1, assumptions.segmentNoiseCv * noise);
    this.#jitter = lognormal(1, assumptions.rttCv * noise);
    this.#preparesAtOnce = assumptions.prepareMs === 0;
    this.#uris = world.nodes.length + world.orchestrators.length;
    this.#lastUsedMs = new Float64Array(world.sites.length * this.#uris).fill(
      Number.NEGATIVE_INFINITY,
    );
  }

  /** Draws when the stream's next segment is ready: its own duration after the one before. */
  scheduleNext(stream: Stream): void {
    const { queue } = this.#simulation;
    const u = uniform(stream.k0, stream.k1, durationDraw(stream.segments));
    stream.nextDurationMs = exactMs(
      drawLognormal(stream.test === null ? this.#duration : this.#testDuration, u),
    );
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

  /** The stream ends: its sessions are ended at their orchestrators (M-26). */
  end(stream: Stream): void {
    if (stream.ended) return;
    stream.ended = true;
    for (const segment of stream.waiting.splice(0)) this.#drop(segment, stream);
    for (const session of stream.manager?.cleanup() ?? []) {
      if (session.info.active) this.#simulation.metrics.kept(session);
      this.#endSession(session);
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
      const call = this.#call(segment, stream, session, member);
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
      const timing = refreshTiming(
        isUp ? CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
        answerMs - CONNECT_ROUND_TRIPS * rttMs,
      );
      call.outcome = timing.ok ? OUTCOME.ok : OUTCOME.sessionRefreshFailed;
      queue.schedule(now + prepareMs + timing.afterMs, EVENT.refreshed, call.slot);
      return;
    }
    if (member < 0 && this.#atOnce(segment, stream, session, now + prepareMs)) return;
    const call = this.#call(segment, stream, session, member);
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
      simulation.say(
        "M-35",
        `session with ${simulation.uriName(session.transcoder)} refreshed: ${outcomeName(call.outcome)}`,
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
    this.#free(call);
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
    call.factor = info.factor * drawLognormal(this.#network, uniform(k0, k1, base + DRAW.network));
    call.jitter = drawLognormal(this.#jitter, uniform(k0, k1, base + DRAW.jitter));
    if (simulation.terms !== null) this.#pay(call, info, stream);
    const connectMs = this.#connectMs(site, session.transcoder, link.rttMs, now);
    if (!simulation.isUp(site, call.node, now)) {
      call.nodeDone = true;
      this.#reply(call, OUTCOME.headerTimeout, now + DIAL_TIMEOUT_MS);
      return;
    }
    const headersMs = connectMs * call.jitter + link.upMs * call.factor;
    const limitMs = uploadTimeoutMs(segment.durationMs);
    if (headersMs > limitMs) {
      call.nodeDone = true;
      this.#reply(call, OUTCOME.headerTimeout, now + limitMs);
      return;
    }
    simulation.queue.schedule(now + headersMs, EVENT.arrived, call.slot);
  }

  /** The orchestrator has the segment (O-1, O-6 … O-9). */
  arrived(call: Call): void {
    const simulation = this.#simulation;
    const { info } = call;
    const node = simulation.nodes[call.node];
    invariant(info !== null && node !== undefined, "a call that arrives has a node");
    const { now } = simulation;
    if (call.node !== info.node) {
      // A balancer took it to a node that does not know the token.
      call.nodeDone = true;
      this.#reply(call, OUTCOME.authTokenRejected, now);
      return;
    }
    const handle = node.accept(info, now);
    if (handle < 0) {
      call.nodeDone = true;
      const outcome =
        handle === ORCHESTRATOR_CAPPED ? OUTCOME.orchestratorCapped : OUTCOME.orchestratorBusy;
      this.#reply(call, outcome, now);
      return;
    }
    call.nodeSession = handle;
    simulation.metrics.tickets(call);
    if (node.spec.backend === "measured") {
      this.#measuredWork(call, info);
      return;
    }
    // One segment of a session at a time (O-9); the end of the one before is not known yet.
    const limitMs = call.sentMs + wholeTimeoutMs(call.durationMs);
    simulation.queue.schedule(limitMs, EVENT.callTimeout, call.slot);
    call.resultAtMs = Number.POSITIVE_INFINITY;
    if (info.running === null) this.#beginWork(call, info);
    else info.queue.push(call);
  }

  /** A measured orchestrator: its work takes as long as the record says, whatever its load. */
  #measuredWork(call: Call, info: SessionInfo): void {
    const simulation = this.#simulation;
    const node = simulation.nodes[call.node];
    const link = simulation.world.links[info.stream.gateway.site]?.[call.node];
    invariant(node !== undefined && link !== undefined, "a node has a link to every site");
    const begin = node.sessions.beginMs(call.nodeSession, simulation.now);
    const end = begin + link.workMs * call.factor;
    const fails = this.#fails(call, info.stream);
    node.finishSegment(call.nodeSession, end, fails || !call.counted ? 0 : call.pixels);
    info.lastEndMs = end;
    call.nodeDone = true;
    const limit = call.sentMs + wholeTimeoutMs(call.durationMs);
    if (!fails) simulation.metrics.uploaded(call, end <= limit);
    if (end > limit) this.#reply(call, OUTCOME.bodyTimeout, limit);
    else this.#reply(call, fails ? OUTCOME.errorResult : OUTCOME.ok, end);
  }

  /** The session's next segment begins at a node that works itself. */
  #beginWork(call: Call, info: SessionInfo): void {
    const simulation = this.#simulation;
    const node = simulation.nodes[call.node];
    invariant(node !== undefined, "there is a node");
    info.running = call;
    if (!node.sessions.isOpen(call.nodeSession, simulation.now)) {
      this.workFailed(call);
      return;
    }
    if (node.spec.backend === "pool") {
      simulation.workers?.begin(call, info, node);
      return;
    }
    const device = deviceOf(simulation.world.tables, node.spec.device);
    const { k0, k1 } = info.stream;
    const u = uniform(k0, k1, callDraw(call, DRAW.work));
    const noise = lognormal(1, device.noiseCv * simulation.world.scenario.assumptions.noiseScale);
    node.deviceLoad++;
    const isFirst = node.sessions.segments(call.nodeSession) <= 1;
    const load = { segments: node.deviceLoad, isFirst };
    const tookMs = transcodeMs(device, call.pixels, load, drawLognormal(noise, u));
    call.workFails = this.#fails(call, info.stream);
    simulation.queue.schedule(simulation.now + tookMs, EVENT.workDone, call.slot);
  }

  /** A device is done with a segment. */
  deviceDone(call: Call): void {
    const node = this.#simulation.nodes[call.node];
    if (node !== undefined) node.deviceLoad--;
    if (call.workFails) this.workFailed(call);
    else this.workDone(call);
  }

  /** The result is there (O-4): the orchestrator sends it. */
  workDone(call: Call): void {
    const simulation = this.#simulation;
    const { info, stream } = call;
    invariant(info !== null && stream !== null, "work belongs to a session");
    const link = simulation.world.links[stream.gateway.site]?.[call.node];
    call.workMs = simulation.now - call.begunMs;
    const resultMs = simulation.now + (link?.tailMs ?? 0) * call.factor;
    const inTime = !call.gatewayDone && resultMs <= call.sentMs + wholeTimeoutMs(call.durationMs);
    simulation.metrics.uploaded(call, inTime);
    this.#workEnds(call, info, call.counted ? call.pixels : 0);
    if (inTime) this.#reply(call, OUTCOME.ok, resultMs);
    this.#free(call);
  }

  /** The orchestrator answers with an error (O-4). */
  workFailed(call: Call): void {
    const { info } = call;
    invariant(info !== null, "work belongs to a session");
    const { now, world } = this.#simulation;
    const answeredMs = now + (world.links[info.stream.gateway.site]?.[call.node]?.tailMs ?? 0);
    this.#workEnds(call, info, 0);
    if (!call.gatewayDone && answeredMs <= call.sentMs + wholeTimeoutMs(call.durationMs))
      this.#reply(call, OUTCOME.errorResult, answeredMs);
    this.#free(call);
  }

  /** The session's next segment can begin (O-9). */
  #workEnds(call: Call, info: SessionInfo, pixels: number): void {
    const simulation = this.#simulation;
    call.nodeDone = true;
    simulation.nodes[call.node]?.finishSegment(call.nodeSession, simulation.now, pixels);
    info.lastEndMs = simulation.now;
    info.running = null;
    const next = info.queue.shift();
    if (next !== undefined) this.#beginWork(next, info);
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
    this.#settle(call, info, outcome, now);
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
    this.#free(call);
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
    if (!segment.downloadFails && this.#isUnseenUntil(stream, endMs))
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
      this.#delivered(segment, stream, session, nowMs);
    }
    this.#step(segment, effect);
  }

  /** A segment is over, well or not. */
  #over(segment: Segment, stream: Stream): void {
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

  #delivered(segment: Segment, stream: Stream, session: SimSession, atMs: number): void {
    this.#simulation.metrics.delivered(segment, stream, session, atMs);
  }

  /**
   * All steps of a segment at once, where nothing can come between them: see the head of this
   * file.
   *
   * @returns false if it has to be done step by step
   */
  #atOnce(segment: Segment, stream: Stream, session: SimSession, inFlightMs: number): boolean {
    const simulation = this.#simulation;
    const { info } = session;
    const nodeIndex = session.transcoder;
    const node = simulation.nodes[nodeIndex];
    if (
      !simulation.atOnce ||
      stream.traced ||
      stream.test !== null ||
      node === undefined ||
      node.spec.backend !== "measured" ||
      info.node !== nodeIndex ||
      info.nodeSession === NO_SESSION ||
      session.segsInFlight > 0
    ) {
      return false;
    }
    const { site } = stream.gateway;
    const link = simulation.world.links[site]?.[nodeIndex];
    if (link === undefined) return false;
    const { k0, k1 } = stream;
    const base = attemptDraws(segment.index, segment.attempt.attempts, -1);
    const factor = info.factor * drawLognormal(this.#network, uniform(k0, k1, base + DRAW.network));
    const at = site * this.#uris + nodeIndex;
    const headersMs = link.upMs * factor;
    const arrivedMs = inFlightMs + headersMs;
    const endMs = arrivedMs + link.workMs * factor;
    const overMs = endMs + link.downMs * factor;
    const failure = simulation.world.scenario.assumptions.segmentFailure;
    if (
      !this.#isUnseenUntil(stream, overMs) ||
      // A connection that is open stays so: no set-up (G-17).
      inFlightMs - (this.#lastUsedMs[at] ?? 0) > CONNECTION_IDLE_MS ||
      // The session is open now and will be when the segment arrives, with nothing before it.
      info.lastEndMs > simulation.now ||
      (info.closesMs > Number.NEGATIVE_INFINITY && !isOpenAgain(info, node, simulation.now)) ||
      arrivedMs >= info.lastEndMs + IDLE_MS ||
      headersMs > uploadTimeoutMs(segment.durationMs) ||
      endMs > inFlightMs + wholeTimeoutMs(segment.durationMs) ||
      overMs - endMs > RENDITION_DOWNLOAD_TIMEOUT_MS ||
      !simulation.isUp(site, nodeIndex, inFlightMs) ||
      uniform(k0, k1, base + DRAW.failure) < failure
    ) {
      return false;
    }
    const { attempt } = segment;
    attempt.prepared(inFlightMs, OUTCOME.ok);
    const call = this.#call(segment, stream, session, -1);
    call.sentMs = inFlightMs;
    call.node = nodeIndex;
    call.factor = factor;
    if (simulation.terms !== null) this.#pay(call, info, stream);
    this.#used(at, inFlightMs);
    node.accept(info, simulation.now);
    simulation.metrics.tickets(call);
    node.finishSegment(info.nodeSession, endMs, call.counted ? call.pixels : 0);
    info.lastEndMs = endMs;
    simulation.metrics.uploaded(call, true);
    call.tookAllMs = endMs - inFlightMs;
    this.#settle(call, info, OUTCOME.ok, endMs);
    segment.downloadsMs[0] = overMs - endMs;
    segment.tookAllsMs[0] = call.tookAllMs;
    segment.downloadFails = false;
    simulation.metrics.answered(call, segment, OUTCOME.ok);
    attempt.submitted(endMs, OUTCOME.ok, call.tookAllMs, stream.renditions.count);
    attempt.returnedInfo(session.price, endMs - call.tookAllMs + TICKET_PARAMS_VALID_MS, info);
    call.gatewayDone = true;
    call.nodeDone = true;
    this.#free(call);
    attempt.downloaded(overMs);
    this.#delivered(segment, stream, session, overMs);
    this.#over(segment, stream);
    return true;
  }

  /** Whether nothing of this stream happens until then but the one segment that is under way. */
  #isUnseenUntil(stream: Stream, untilMs: number): boolean {
    return (
      this.#simulation.atOnce &&
      !stream.traced &&
      stream.inProgress === 1 &&
      stream.refreshing === 0 &&
      !stream.ended &&
      untilMs < stream.nextReadyMs &&
      // With its last segment a test ends, which others notice.
      (stream.test === null || stream.nextReadyMs < Number.POSITIVE_INFINITY) &&
      untilMs < stream.endMs &&
      untilMs < this.#simulation.world.endMs
    );
  }

  #connectMs(site: number, uri: number, rttMs: number, nowMs: number): number {
    const at = site * this.#uris + uri;
    const idleMs = nowMs - (this.#lastUsedMs[at] ?? 0);
    this.#used(at, nowMs);
    return idleMs > CONNECTION_IDLE_MS ? CONNECT_ROUND_TRIPS * rttMs : 0;
  }

  /** Segments done at once state their use ahead of time. */
  #used(at: number, nowMs: number): void {
    if (nowMs > (this.#lastUsedMs[at] ?? 0)) this.#lastUsedMs[at] = nowMs;
  }

  #fails(call: Call, stream: Stream): boolean {
    return (
      uniform(stream.k0, stream.k1, callDraw(call, DRAW.failure)) <
      this.#simulation.world.scenario.assumptions.segmentFailure
    );
  }

  /** Tickets for the segment's fee estimate (P-19 … P-21). */
  #pay(call: Call, info: SessionInfo, stream: Stream): void {
    const simulation = this.#simulation;
    const terms = simulation.terms?.[simulation.world.nodes[info.node]?.orchestrator ?? -1];
    if (terms === undefined || !stream.gateway.hasSender) return;
    const pixels = simulation.estimatedPixels(stream.renditions, call.durationMs);
    call.tickets = info.credit().stage(terms.payment, pixels, call.sentMs, call.staged);
  }

  #settle(call: Call, info: SessionInfo, outcome: Outcome, nowMs: number): void {
    if (outcome === OUTCOME.ok) this.#simulation.metrics.received(call);
    if (this.#simulation.terms === null || info.account === null) return;
    const payment = outcome === OUTCOME.ok ? PAYMENT_OUTCOME.received : ruleOf(outcome).payment;
    info.account.settle(call.staged, payment, call.pixels, nowMs);
  }

  #reply(call: Call, outcome: Outcome, atMs: number): void {
    if (call.gatewayDone) return;
    call.outcome = outcome;
    call.resultAtMs = atMs;
    this.#simulation.queue.schedule(atMs, EVENT.result, call.slot);
  }

  #call(segment: Segment, stream: Stream, session: SimSession, member: number): Call {
    const call = this.#calls.take();
    call.segment = segment;
    call.stream = stream;
    call.session = session;
    call.info = session.info;
    call.member = member;
    call.index = segment.index;
    call.attempt = segment.attempt.attempts;
    call.durationMs = segment.durationMs;
    call.pixels = segment.pixels;
    // Not sent yet: what an earlier call in this slot left in the queue does not concern it.
    call.sentMs = Number.NaN;
    call.nodeSession = NO_SESSION;
    call.outcome = OUTCOME.ok;
    call.resultAtMs = Number.POSITIVE_INFINITY;
    call.worker = -1;
    call.registration = -1;
    call.workFails = false;
    call.cheated = false;
    call.workMs = 0;
    call.counted = segment.counted;
    call.pixelsCounted = false;
    call.tickets = 0;
    call.gatewayDone = false;
    call.nodeDone = false;
    return call;
  }

  /** A call is over when both sides are done with it. */
  #free(call: Call): void {
    if (!call.gatewayDone || !call.nodeDone || call.segment === null) return;
    call.segment = null;
    call.stream = null;
    call.session = null;
    call.info = null;
    call.staged.clear();
    this.#calls.give(call);
  }

  /** The call in a slot. */
  call(slot: number): Call {
    return this.#calls.at(slot);
  }

  /** Calls under way. */
  get callsUnderWay(): number {
    return this.#calls.used;
  }

  /** EndTranscodingSession for a session that has one at its node. */
  #endSession(session: SimSession): void {
    const { info } = session;
    if (info.nodeSession === NO_SESSION) return;
    this.#simulation.endAtNode(info);
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

/** Whether a session that was to be ended has been taken up again since. */
function isOpenAgain({ closesMs, nodeSession }: SessionInfo, node: NodeRuntime, nowMs: number) {
  return nowMs > closesMs && node.sessions.isOpen(nodeSession, nowMs);
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
