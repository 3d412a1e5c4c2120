/**
 * The gateways' side of AI jobs: requests go through the library's own loop (A-39 … A-43), which is told
 * what happened and says what is next. Here it takes its time: discoveries, renewals, the network.
 */
import { invariant } from "../../core/errors.js";
import type { AIFailureClass } from "../../selection/ai/failures.js";
import { aiScore } from "../../selection/ai/latency-score.js";
import { LIVE_START_TIMEOUT_MS } from "../../selection/ai/live-stream.js";
import {
  AI_EFFECT,
  AI_RESULT,
  type AIEffect,
  AIRequest,
  type AIRequestConfig,
  type AIRequestObserver,
} from "../../selection/ai/request.js";
import type { DiscoveredAISession } from "../../selection/ai/session-selector.js";
import {
  AUTH_TOKEN_VALID_MS,
  refreshTiming,
  renewSession,
  shouldRefresh,
} from "../../selection/index.js";
import { drawLognormal, type Lognormal, lognormal } from "../engine/distributions.js";
import type { Conditions } from "../model/conditions/conditions.js";
import type { AnswerTimes } from "../model/discovery/answer-times.js";
import { TICKET_PARAMS_VALID_MS } from "../model/discovery/found.js";
import { Slots } from "../model/entities.js";
import { EVENT } from "../model/events.js";
import type { Run } from "../model/run.js";
import { AI_FAILURES, type AIJobCounters } from "./ai-counters.js";
import { drawOf, SUBMIT_DRAW, submitDraw } from "./ai-draws.js";
import type { AIDiscoveries } from "./discoveries.js";
import { type AILiveSlot, AIRequestSlot } from "./entities.js";
import type { AIGateway } from "./gateway.js";
import type { AIServingSide } from "./serving.js";
import type { SpeechBalances } from "./speech.js";
import { countEnd, countUnderWay } from "./tally.js";

/** After how long a gateway stops dialling, ms. */
const DIAL_TIMEOUT_MS = 2_000;
/** Round trips of a new connection (G-15). */
const CONNECT_ROUND_TRIPS = 2;
const CANCELLED = { text: "context canceled" };
const TOO_LATE = { text: "context deadline exceeded" };
const REFUSED = { text: "connection refused" };

/** What the gateways' side stands on. */
export interface AIRequestsParts {
  readonly run: Run;
  readonly config: AIRequestConfig;
  readonly conditions: Conditions;
  readonly discoveries: AIDiscoveries;
  readonly times: AnswerTimes;
  readonly serving: AIServingSide;
  readonly speech: SpeechBalances;
  /** A request that was to start a live stream is over. */
  readonly started: (stream: AILiveSlot, request: AIRequestSlot) => void;
  /** A gateway has a new selector. */
  readonly made: (request: AIRequestSlot) => void;
}

/** Requests of all gateways. */
export class AIRequests implements AIRequestObserver<null> {
  readonly slots: Slots<AIRequestSlot>;
  readonly #run: Run;
  readonly #parts: AIRequestsParts;
  readonly #jitter: Lognormal;
  readonly #found = new Map<AIRequestSlot, readonly DiscoveredAISession<null>[] | null>();
  readonly #waiting = new Map<AIGateway, AIRequestSlot[]>();
  #current: AIRequestSlot | null = null;

  constructor(parts: AIRequestsParts) {
    this.#run = parts.run;
    this.#parts = parts;
    const { rttCv, noiseScale } = parts.run.world.scenario.assumptions;
    this.#jitter = lognormal(1, rttCv * noiseScale);
    this.slots = new Slots((slot) => new AIRequestSlot(slot, new AIRequest(parts.config, this)));
  }

  // ---- what the library's loop tells ---------------------------------------------------------

  failed(_core: AIRequest<null>, _selection: unknown, failure: AIFailureClass): void {
    const request = this.#current;
    if (request === null || !request.counted) return;
    const { failures } = this.#counters(request);
    const at = AI_FAILURES.indexOf(failure);
    failures[at] = (failures[at] ?? 0) + 1;
  }

  removed(): void {
    const request = this.#current;
    if (request?.counted) this.#counters(request).suspensions++;
  }

  finished(): void {
    // `#done` counts, when the core has said so.
  }

  // ---- a request's life, in its order --------------------------------------------------------

  /** A request has come in: all but what is its own is as it was. */
  begin(request: AIRequestSlot): void {
    const { gateway } = request;
    invariant(gateway !== null, "a request is a gateway's");
    request.startMs = this.#run.now;
    request.draws = 0;
    if (request.counted) this.#counters(request).requests++;
    if (!gateway.isMaking) this.#start(request);
    else this.#waitingAt(gateway).push(request);
  }

  /** Its discovery is over, or its session has been renewed, or not. */
  prepared(request: AIRequestSlot): void {
    const { gateway, core } = request;
    const { now } = this.#run;
    invariant(gateway !== null, "a request is a gateway's");
    const found = this.#found.get(request);
    if (found === undefined) {
      const isRenewed = this.#renew(request);
      this.#tell(request);
      this.#goOn(request, core.prepared(now, isRenewed));
      return;
    }
    this.#found.delete(request);
    const makes = request.makes;
    if (makes) {
      request.makes = false;
      gateway.isMaking = false;
    }
    this.#tell(request);
    const effect = core.discovered(now, found);
    if (makes && found !== null) this.#parts.made(request);
    this.#goOn(request, effect);
    while (makes && !gateway.isMaking) {
      const next = this.#waitingAt(gateway).shift();
      if (next === undefined) break;
      this.#start(next);
    }
  }

  /** The gateway has the answer, or does not wait for it any longer. */
  result(request: AIRequestSlot): void {
    const { now } = this.#run;
    if (request.resultMs !== now) return;
    const { core, spec, startMs, units } = request;
    invariant(spec !== null, "a request asks for something");
    request.resultMs = Number.POSITIVE_INFINITY;
    request.isOut = false;
    if (!request.answered) {
      const hasGone = now - startMs >= spec.patienceMs;
      request.failure = request.unreachable ? REFUSED : hasGone ? CANCELLED : TOO_LATE;
      if (hasGone) core.cancel();
    }
    const { failure } = request;
    if (request.account !== "") {
      this.#parts.speech.settle(request, request.account, failure === null, now);
    }
    if (request.counted && request.stream === null) {
      const counters = this.#counters(request);
      if (failure === null) counters.unitsReceived += units;
      else counters.unitsBurned += units;
    }
    const score =
      spec.pipeline.scored === "never"
        ? 0
        : aiScore(
            (now - request.sentMs) / 1000,
            Math.trunc(units / spec.billedPerScored),
            spec.steps,
          );
    this.#tell(request);
    const effect = core.submitted(now, failure, score);
    if (failure !== null) request.job = null;
    this.#goOn(request, effect);
  }

  /** Those that wait until a gateway has made a selector. */
  #waitingAt(gateway: AIGateway): AIRequestSlot[] {
    const waiting = this.#waiting.get(gateway) ?? [];
    this.#waiting.set(gateway, waiting);
    return waiting;
  }

  #start(request: AIRequestSlot): void {
    const { gateway, core, spec, startMs } = request;
    invariant(gateway !== null && spec !== null, "a request is a gateway's");
    this.#tell(request);
    this.#goOn(request, core.start(startMs, gateway.manager, spec.request));
  }

  /** Does what the loop asks for, until that takes time. */
  #goOn(request: AIRequestSlot, first: AIEffect): void {
    let effect = first;
    for (;;) {
      switch (effect) {
        case AI_EFFECT.discover:
          this.#discover(request);
          return;
        case AI_EFFECT.prepare: {
          const { session } = request.core;
          invariant(session !== null, "there is a session to prepare");
          if (shouldRefresh(session, this.#run.now)) {
            this.#beginRenewal(request);
            return;
          }
          this.#tell(request);
          effect = request.core.prepared(this.#run.now, true);
          break;
        }
        case AI_EFFECT.submit:
          this.#submit(request);
          return;
        default:
          this.#done(request);
          return;
      }
    }
  }

  #discover(request: AIRequestSlot): void {
    const { gateway, spec, core } = request;
    invariant(gateway !== null && spec !== null, "a request is a gateway's");
    const selector = gateway.manager.selectorOf(spec.request);
    request.makes = selector === undefined;
    if (request.makes) gateway.isMaking = true;
    if (request.counted) this.#counters(request).discoveries++;
    const key = { k0: request.k0 ^ core.tries, k1: request.k1 };
    const { endMs, found } = this.#parts.discoveries.discover(
      gateway,
      spec,
      key,
      selector?.suspender ?? null,
    );
    this.#found.set(request, found);
    this.#schedule(request, EVENT.aiPrepared, Math.max(endMs, this.#run.now));
  }

  /** The session is renewed before use (A-27, M-35). */
  #beginRenewal(request: AIRequestSlot): void {
    const { now, world } = this.#run;
    const { conditions, times } = this.#parts;
    const { gateway, core } = request;
    const node = core.session?.sessionKey ?? -1;
    invariant(gateway !== null, "a request is a gateway's");
    const { site } = gateway;
    const isUp = conditions.isUp(site, node, now);
    const connects = isUp || world.nodes[node]?.whenDown === "silent";
    const rttMs = world.links[site]?.[node]?.rttMs ?? 0;
    const key = { k0: request.k0 ^ (world.nodes[node]?.hash ?? 0), k1: request.k1 };
    const answerMs = isUp
      ? times.one(site, node, key, submitDraw(core.tries, SUBMIT_DRAW.connect))
      : Number.POSITIVE_INFINITY;
    const timing = refreshTiming(
      connects ? CONNECT_ROUND_TRIPS * rttMs : Number.POSITIVE_INFINITY,
      answerMs - CONNECT_ROUND_TRIPS * rttMs,
    );
    request.renewed = timing.ok;
    this.#schedule(request, EVENT.aiPrepared, now + timing.afterMs);
  }

  /** A full orchestrator refuses to renew. */
  #renew(request: AIRequestSlot): boolean {
    const { now } = this.#run;
    const { gateway, core, spec } = request;
    const { session } = core;
    invariant(gateway !== null && spec !== null && session !== null, "a session is renewed");
    const { discoveries } = this.#parts;
    if (!request.renewed || discoveries.isCapped(session.sessionKey, spec)) return false;
    return renewSession(session, {
      transcoder: session.transcoder,
      recipient: session.recipient,
      price: session.price,
      authTokenExpiresAtMs: now + AUTH_TOKEN_VALID_MS,
      ...(gateway.hasSender ? { ticketParamsExpireAtMs: now + TICKET_PARAMS_VALID_MS } : {}),
      sessionKey: session.sessionKey,
      info: null,
    });
  }

  /** Pays and sends it. */
  #submit(request: AIRequestSlot): void {
    const { now, queue, world } = this.#run;
    const { serving, conditions, speech } = this.#parts;
    const { gateway, spec, core, stream } = request;
    const { session } = core;
    invariant(gateway !== null && spec !== null && session !== null, "a session gets a request");
    const node = session.sessionKey;
    const { site } = gateway;
    request.sentMs = now;
    request.isOut = true;
    request.answered = false;
    request.failure = null;
    request.unreachable = false;
    request.job = null;
    const patientMs = request.startMs + spec.patienceMs;
    const dueMs = stream === null ? patientMs : Math.min(patientMs, now + LIVE_START_TIMEOUT_MS);
    request.resultMs = Math.max(now, dueMs);
    if (request.counted) {
      const counters = this.#counters(request);
      counters.submits++;
      if (stream === null) counters.unitsSent += request.units;
    }
    const price = session.price?.rational ?? null;
    request.account = "";
    if (spec.debitedPerPaid !== 1 && gateway.hasSender && price !== null && price.sign() > 0) {
      request.account = `${site} ${session.orchestrator} ${spec.index}`;
      speech.pay(request, request.account, price, now);
    }
    if (!conditions.isUp(site, node, now)) {
      const isSilent = world.nodes[node]?.whenDown === "silent";
      if (!isSilent && now + DIAL_TIMEOUT_MS < request.resultMs) {
        request.resultMs = now + DIAL_TIMEOUT_MS;
        request.unreachable = true;
      }
      this.#awaitResult(request);
      return;
    }
    this.#awaitResult(request);
    const job = serving.take(request);
    request.job = job;
    job.node = node;
    job.site = site;
    job.account = request.account;
    job.tickets = request.tickets;
    const draw = submitDraw(core.submits, SUBMIT_DRAW.network);
    const jitter =
      this.#jitter.sigma === 0 ? 1 : drawLognormal(this.#jitter, drawOf(request, draw));
    job.rttMs = (world.links[site]?.[node]?.rttMs ?? 0) * jitter;
    const mbps = Math.min(
      world.sites[site]?.bandwidthMbps ?? 1000,
      world.nodes[node]?.bandwidthMbps ?? 1000,
    );
    const atMs = now + job.rttMs / 2 + (1000 * spec.requestMegabits) / mbps;
    queue.schedule(atMs, EVENT.aiArrived, job.slot, job.order);
  }

  /** If there is an instant at which it does not wait any longer. */
  #awaitResult(request: AIRequestSlot): void {
    if (request.resultMs === Number.POSITIVE_INFINITY) return;
    this.#schedule(request, EVENT.aiResult, request.resultMs);
  }

  #done(request: AIRequestSlot): void {
    const { core, stream } = request;
    if (request.counted) countEnd(this.#counters(request), request, this.#run);
    if (stream !== null) this.#parts.started(stream, request);
    request.generation++;
    request.job = null;
    request.stream = null;
    request.gateway = null;
    this.slots.give(request);
    invariant(core.result !== AI_RESULT.pending, "a request that is over has a result");
  }

  /** Whose draws the cores take from now on, and of whom they tell. */
  #tell(request: AIRequestSlot): void {
    this.#current = request;
    if (request.gateway !== null) request.gateway.current = request;
  }

  #schedule(request: AIRequestSlot, kind: number, atMs: number): void {
    this.#run.queue.schedule(atMs, kind, request.slot, request.order);
  }

  #counters({ spec }: AIRequestSlot): AIJobCounters {
    const counters = this.#run.counters.ai?.jobs[spec?.index ?? -1];
    invariant(counters !== undefined, "every job has counters");
    return counters;
  }

  /** What is under way at the end. */
  finish(): void {
    for (const request of this.slots.all()) {
      if (request.gateway !== null && request.counted)
        countUnderWay(this.#counters(request), request);
    }
  }
}
