/**
 * A segment's way to its orchestrator: its session is prepared, and refreshed if need be; it is in
 * flight; it is uploaded over a new connection or an open one. `segments.ts` comes before,
 * `orchestrator-side.ts` after it.
 */
import { invariant } from "../../../core/errors.js";
import {
  AUTH_TOKEN_VALID_MS,
  EFFECT,
  type Effect,
  isPriceAcceptable,
  OUTCOME,
  type Outcome,
  refreshTiming,
  renewSession,
  ruleOf,
  shouldRefresh,
  uploadTimeoutMs,
} from "../../../selection/index.js";
import type { AttemptNoise } from "../at-once/noise.js";
import type { Backend } from "../backends/backend.js";
import type { Conditions } from "../conditions/conditions.js";
import type { Discoveries } from "../discovery/discovery.js";
import { TICKET_PARAMS_VALID_MS } from "../discovery/found.js";
import type { Gateways } from "../discovery/gateways.js";
import { attemptDraws, callDraw, DRAW, renewedDraw } from "../draws.js";
import {
  type Call,
  type Segment,
  SessionInfo,
  type SimSession,
  type Stream,
  verified,
} from "../entities.js";
import { EVENT } from "../events.js";
import type { Market } from "../money/market.js";
import type { NodeRuntime } from "../node.js";
import type { Recorder } from "../recorder.js";
import type { Run } from "../run.js";
import { type Calls, callKey } from "./calls.js";
import { CONNECT_ROUND_TRIPS, type Connections } from "./connections.js";
import { isUnseenUntil } from "./unseen.js";

/** Limit on dialling (G-17). */
const DIAL_TIMEOUT_MS = 2_000;

/** What segments need on their way. */
export interface SendingParts {
  readonly run: Run;
  readonly recorder: Recorder;
  readonly gateways: Gateways;
  readonly market: Market;
  readonly conditions: Conditions;
  readonly connections: Connections;
  readonly calls: Calls;
  readonly discoveries: Discoveries;
  readonly noise: AttemptNoise;
  /** By node. */
  readonly nodes: readonly NodeRuntime[];
  readonly backends: readonly Backend[];
}

/** Sends segments. */
export class Sending {
  readonly #run: Run;
  readonly #parts: SendingParts;

  constructor(parts: SendingParts) {
    this.#run = parts.run;
    this.#parts = parts;
  }

  /**
   * Upload to the orchestrator's storage, refresh of the session (T-10, M-35).
   *
   * @param member of a verified segment; −1 without verification
   */
  prepare(segment: Segment, stream: Stream, session: SimSession | null, member: number): void {
    invariant(session !== null, "there is a session to prepare");
    const { now, queue } = this.#run;
    const { calls, noise } = this.#parts;
    const base = attemptDraws(segment.index, segment.attempt.attempts, member);
    const sentMs = now + noise.prepareMs(stream, base);
    const call = calls.take(segment, stream, session, member);
    if (shouldRefresh(session, now)) {
      this.#refresh(call, stream, session, sentMs);
      return;
    }
    if (member < 0 && this.#isUnseen(stream, session, sentMs)) {
      this.inFlight(call, segment, sentMs);
      return;
    }
    queue.schedule(sentMs, EVENT.inFlight, call.slot, callKey(call));
  }

  /** The session of a call that is about to be sent is refreshed first (M-35). */
  #refresh(call: Call, stream: Stream, session: SimSession, sentMs: number): void {
    const { now, queue, world } = this.#run;
    const { conditions, discoveries } = this.#parts;
    const { site, k0, k1 } = stream;
    const node = conditions.route(session.transcoder, stream, -2 - call.index);
    call.node = node;
    const rttMs = world.links[site]?.[node]?.rttMs ?? 0;
    const answerMs = discoveries.answerTimes.one(
      site,
      node,
      { k0: k0 ^ (world.nodes[node]?.hash ?? 0), k1 },
      callDraw(call, DRAW.refresh),
    );
    const isUp = conditions.isUp(site, node, now);
    const connects = isUp || world.nodes[node]?.whenDown === "silent";
    const timing = refreshTiming(
      connects ? CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
      isUp ? answerMs - CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
    );
    call.outcome = timing.ok ? OUTCOME.ok : OUTCOME.sessionRefreshFailed;
    queue.schedule(sentMs + timing.afterMs, EVENT.refreshed, call.slot, callKey(call));
  }

  /** Whether a call needs no instant of its own to begin at: over an open connection (G-17). */
  #isUnseen(stream: Stream, { transcoder }: SimSession, sentMs: number): boolean {
    return (
      this.#parts.connections.isOpen(stream.site, transcoder, sentMs) &&
      isUnseenUntil(this.#run, stream, sentMs)
    );
  }

  /**
   * The session's refresh is over; a full orchestrator refuses it (O-6, S-12 row 2).
   *
   * @returns whether the call goes on, with what came of it
   */
  refreshed(call: Call): boolean {
    const { session, stream } = call;
    if (session === null || stream === null) return false;
    const { now, trace } = this.#run;
    const { nodes, noise, market, conditions } = this.#parts;
    if (call.outcome === OUTCOME.ok) {
      const isOut = conditions.outages.isOut(call.node, now);
      if (isOut || nodes[call.node]?.isFull(now)) call.outcome = OUTCOME.sessionRefreshFailed;
    }
    if (call.outcome === OUTCOME.ok) {
      const before = session.info;
      const info = new SessionInfo(
        stream,
        call.node,
        noise.session(stream, call.node, renewedDraw(call.index)),
      );
      info.active = before.active;
      info.delivered = before.delivered;
      info.worker = before.worker;
      info.workerFactor = before.workerFactor;
      renewSession(session, {
        transcoder: session.transcoder,
        recipient: session.recipient,
        price: market.priceAt(session.orchestrator, now),
        authTokenExpiresAtMs: now + AUTH_TOKEN_VALID_MS,
        ticketParamsExpireAtMs: now + TICKET_PARAMS_VALID_MS,
        info,
      });
      call.info = info;
    }
    if (stream.traced) {
      trace.say(
        "M-35",
        `session with ${trace.uriName(session.transcoder)} refreshed: ${ruleOf(call.outcome as Outcome).name}`,
      );
    }
    return true;
  }

  /**
   * The call begins, or its session could not be prepared (T-10, T-11).
   *
   * @param nowMs when, which may lie ahead
   * @returns what the attempt asks for; `EFFECT.submit` has been done
   */
  inFlight(call: Call, segment: Segment, nowMs: number): Effect {
    const outcome = call.outcome as Outcome;
    const effect =
      call.member < 0
        ? segment.attempt.prepared(nowMs, outcome)
        : verified(segment).memberPrepared(nowMs, call.member, outcome);
    if (effect === EFFECT.submit) {
      this.#submit(call, segment, nowMs);
      return effect;
    }
    call.gatewayDone = true;
    call.nodeDone = true;
    this.#parts.calls.free(call);
    return effect;
  }

  /** Whether a payment is made at the session's price: it may have risen when it was renewed. */
  #isPriceAcceptable({ price, initialPrice }: SimSession, stream: Stream): boolean {
    if (price === initialPrice || !this.#parts.gateways.of(stream).hasSender) return true;
    return isPriceAcceptable(initialPrice?.rational ?? null, price?.rational ?? null);
  }

  /** Sends the segment (T-13 … T-18): a new connection, the upload, the response's headers. */
  #submit(call: Call, segment: Segment, nowMs: number): void {
    const { session, stream, info } = call;
    invariant(session !== null && stream !== null && info !== null, "a call has a session");
    const { world, queue } = this.#run;
    const { calls, conditions, connections, backends, noise } = this.#parts;
    const { site } = stream;
    const base = callDraw(call, 0);
    call.sentMs = nowMs;
    call.node = conditions.route(session.transcoder, stream, segment.index);
    call.tokenMs = session.authTokenExpiresAtMs - AUTH_TOKEN_VALID_MS;
    if (!this.#isPriceAcceptable(session, stream)) {
      call.nodeDone = true;
      calls.reply(call, OUTCOME.priceTooHigh, nowMs);
      return;
    }
    const link = world.links[site]?.[call.node];
    const backend = backends[call.node];
    invariant(link !== undefined && backend !== undefined, "every site has a link to every node");
    call.slowStartMs = stream.probe?.slowStartMs(link.rttMs) ?? 0;
    call.factor =
      info.factor * noise.network(stream, base) * backend.exchangeSlowness(call.node, nowMs);
    calls.pay(call, info, stream);
    const connectMs = connections.setUpMs(site, session.transcoder, link.rttMs, nowMs);
    const isUp = conditions.isUp(site, call.node, nowMs);
    // One that takes connections and is silent keeps the gateway waiting (T-15).
    const isSilent = world.nodes[call.node]?.whenDown === "silent";
    const uploadMs = uploadTimeoutMs(segment.durationMs);
    const limitMs = isUp || isSilent ? uploadMs : DIAL_TIMEOUT_MS;
    const setUpMs = connectMs === 0 ? 0 : connectMs * noise.jitter(stream, base);
    const headersMs = setUpMs + link.upMs * call.factor;
    if (!isUp || headersMs > limitMs) {
      call.nodeDone = true;
      calls.reply(call, OUTCOME.headerTimeout, nowMs + limitMs);
      return;
    }
    queue.schedule(nowMs + headersMs, EVENT.arrived, call.slot, callKey(call));
  }
}
