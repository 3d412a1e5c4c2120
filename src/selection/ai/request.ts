/**
 * One AI request on its way through a gateway: select, renew, submit, try again (A-26, A-27,
 * A-39 … A-43). A state machine without I/O: each method says what happened and returns what is to
 * be done next.
 */
import { invariant } from "../../core/errors.js";
import type { Session } from "../session.js";
import {
  type AIFailure,
  type AIFailureClass,
  badRequestText,
  classifyAIFailure,
} from "./failures.js";
import { AI_PIPELINES, CAPABILITY_LIVE_VIDEO, type ScoreTime } from "./pipelines.js";
import type { AIJob, AISessionManager } from "./session-manager.js";
import {
  AI_REFRESH,
  type AISelection,
  type AISessionSelector,
  type DiscoveredAISession,
} from "./session-selector.js";

/** What the caller does next. */
export const AI_EFFECT = {
  /**
   * Run a discovery for `poolSize` of the manager and make sessions of what it finds; then call
   * `discovered`. The request waits for it, whatever its deadline.
   */
  discover: 0,
  /** Renew `session`, if `shouldRefresh` says so, within 2.5 s; then call `prepared`. */
  prepare: 1,
  /** Pay and submit to `session`; then call `submitted`. */
  submit: 2,
  /** Over: see `result` and `message`. */
  done: 3,
} as const;

/** One of {@link AI_EFFECT}. */
export type AIEffect = (typeof AI_EFFECT)[keyof typeof AI_EFFECT];

/** How a request ended. */
export const AI_RESULT = {
  /** Not yet. */
  pending: 0,
  /** An orchestrator answered. */
  ok: 1,
  /** Nobody could, or not in time: 503. */
  serviceUnavailable: 2,
  /** The request itself is at fault: 400. */
  badRequest: 3,
  /** go-livepeer crashes here: the connection drops without an answer. */
  crashed: 4,
} as const;

/** One of {@link AI_RESULT}. */
export type AIResult = (typeof AI_RESULT)[keyof typeof AI_RESULT];

/**
 * What becomes of a batch request that found nobody: it is answered 503, as it should be, or
 * the connection drops, as go-livepeer's does.
 */
export type NobodyFound = "serviceUnavailable" | "crash";

/** A gateway's settings for its requests. */
export interface AIRequestConfig {
  /** After how long nothing is tried any more, ms. @default 2000 */
  readonly retryTimeoutMs?: number | undefined;
  /** What becomes of a batch request that found nobody. @default serviceUnavailable */
  readonly nobodyFound?: NobodyFound | undefined;
}

/** What a request asks for. */
export interface AIRequestJob extends AIJob {
  /** When its latency score is set. @default as the pipeline of the capability says */
  readonly scored?: ScoreTime | undefined;
  /**
   * Live video: whether a session's orchestrator is the one that the client asked for (A-40 row 0d);
   * go-livepeer looks whether what it was told is part of the URI. @default any is
   */
  readonly accepts?: ((session: Session<never>) => boolean) | undefined;
}

/** Hears what becomes of requests, for counting and for traces. It must not call back. */
export interface AIRequestObserver<Info = unknown> {
  /** A submit or a renewal failed; before anything follows from it. */
  failed(request: AIRequest<Info>, selection: AISelection<Info>, failure: AIFailureClass): void;
  /** The session's orchestrator is removed and suspended. */
  removed(request: AIRequest<Info>, selection: AISelection<Info>): void;
  /** The request is over. */
  finished(request: AIRequest<Info>, nowMs: number): void;
}

/** How often one request selects a session. */
export const AI_REQUEST_TRIES = 20;
/** From which selection of an orchestrator on it is given up for errors that would be retried. */
export const AI_TRIES_PER_ORCHESTRATOR = 3;
/** `-aiProcessingRetryTimeout`, ms. */
export const AI_RETRY_TIMEOUT_MS = 2_000;

const PHASE = { idle: 0, discover: 1, prepare: 2, submit: 3 };

/** A request. {@link AIRequest.start} begins anew. */
export class AIRequest<Info = unknown> {
  /** Whose turn it is, or who answered; null = nobody. */
  selection: AISelection<Info> | null = null;
  /** How it ended. */
  result: AIResult = AI_RESULT.pending;
  /** What the client is told; empty for an answer and for a crash. */
  message = "";
  /** Sessions selected so far, and selections that failed. */
  tries = 0;
  /** Sessions that the request was submitted to. */
  submits = 0;
  /** When it began, ms. */
  startedMs = 0;

  readonly #config: AIRequestConfig;
  readonly #observer: AIRequestObserver<Info> | null;
  readonly #triesOf = new Map<number, number>();
  readonly #keptAside: AISelection<Info>[] = [];
  #phase = PHASE.idle;
  #manager: AISessionManager<Info> | null = null;
  #job: AIRequestJob = { capability: 0, model: "" };
  #scored: ScoreTime = "never";
  #selector: AISessionSelector<Info> | null = null;
  #isNewSelector = false;
  #cancelled: string | null = null;

  /**
   * @param config the gateway's settings
   * @param observer hears what happens
   */
  constructor(config: AIRequestConfig = {}, observer: AIRequestObserver<Info> | null = null) {
    this.#config = config;
    this.#observer = observer;
  }

  /** Whether it is about live video. */
  get live(): boolean {
    return this.#job.capability === CAPABILITY_LIVE_VIDEO;
  }

  /** The session whose turn it is. */
  get session(): Session<Info> | null {
    return this.selection?.session ?? null;
  }

  /**
   * A request has come in.
   *
   * @param nowMs now
   * @param manager the gateway's selectors
   * @param job what is asked for
   */
  start(nowMs: number, manager: AISessionManager<Info>, job: AIRequestJob): AIEffect {
    invariant(this.#phase === PHASE.idle, "a request ends before the next one starts");
    this.#manager = manager;
    this.#job = job;
    this.#scored = job.scored ?? scoreTime(job.capability);
    this.selection = null;
    this.result = AI_RESULT.pending;
    this.message = "";
    this.tries = 0;
    this.submits = 0;
    this.startedMs = nowMs;
    this.#triesOf.clear();
    this.#keptAside.length = 0;
    this.#cancelled = null;
    return this.#try(nowMs);
  }

  /**
   * The client has gone: what is under way goes on, but nothing more is tried.
   *
   * @param message what an answer would say
   */
  cancel(message = "context canceled"): void {
    this.#cancelled = message;
  }

  /**
   * The discovery has ended.
   *
   * @param nowMs now
   * @param found see `AISessionSelector.endRefresh`
   */
  discovered(nowMs: number, found: readonly DiscoveredAISession<Info>[] | null): AIEffect {
    invariant(this.#phase === PHASE.discover, "discovered() answers the effect discover");
    const selector = this.#selector;
    invariant(selector !== null, "a discovery is a selector's");
    const refresh = selector.endRefresh(nowMs, found);
    if (refresh === AI_REFRESH.crashed) return this.#finish(nowMs, AI_RESULT.crashed);
    if (!this.#isNewSelector) return this.#select(nowMs, selector);
    // A selector whose first refresh failed is not kept (A-15; A-40 row 0a).
    if (refresh !== AI_REFRESH.ok) return this.#try(nowMs);
    const kept = this.manager.selectorOf(this.#job);
    if (kept === undefined) this.manager.keep(this.#job, selector);
    return this.#begin(nowMs, kept ?? selector);
  }

  /**
   * The session was renewed, if it had to be, or could not be.
   *
   * @param nowMs now
   * @param ok whether it can be used
   */
  prepared(nowMs: number, ok: boolean): AIEffect {
    invariant(this.#phase === PHASE.prepare, "prepared() answers the effect prepare");
    const selection = this.#current;
    const { session } = selection;
    if (!ok) {
      this.#observer?.failed(this, selection, "renewal");
      // A batch session stays in flight and in use (A-40 row 0b).
      if (this.live) this.#remove(selection);
      return this.#try(nowMs);
    }
    this.#triesOf.set(session.transcoder, (this.#triesOf.get(session.transcoder) ?? 0) + 1);
    if (this.live && this.#job.accepts?.(session as Session<never>) === false) {
      this.#keptAside.push(selection);
      return this.#try(nowMs);
    }
    this.submits += 1;
    this.#phase = PHASE.submit;
    return AI_EFFECT.submit;
  }

  /**
   * The submit has ended.
   *
   * @param nowMs now
   * @param failure null = success
   * @param latencyScore see `aiLatencyScore`; counts when the pipeline sets one
   */
  submitted(nowMs: number, failure: AIFailure | null, latencyScore: number): AIEffect {
    invariant(this.#phase === PHASE.submit, "submitted() answers the effect submit");
    const selection = this.#current;
    const isScored = this.#scored === "always" || (this.#scored === "success" && failure === null);
    if (isScored) selection.session.latencyScore = latencyScore;
    if (failure === null) {
      this.#complete(selection);
      return this.#finish(nowMs, AI_RESULT.ok);
    }
    const failureClass = classifyAIFailure(failure);
    this.#observer?.failed(this, selection, failureClass);
    const tried = this.#triesOf.get(selection.session.transcoder) ?? 0;
    switch (failureClass) {
      case "retryable":
        if (tried < AI_TRIES_PER_ORCHESTRATOR) this.#complete(selection);
        else this.#giveUp(selection);
        return this.#try(nowMs);
      case "nonce":
      case "noCapacity":
        this.#giveUp(selection);
        return this.#try(nowMs);
      default:
        this.#remove(selection);
    }
    const message = badRequestText(failure);
    if (message === null) return this.#try(nowMs);
    // Early ends forget the sessions that were kept aside.
    return this.#finish(nowMs, AI_RESULT.badRequest, message);
  }

  private get manager(): AISessionManager<Info> {
    invariant(this.#manager !== null, "a request has a manager once it has started");
    return this.#manager;
  }

  get #current(): AISelection<Info> {
    invariant(this.selection !== null, "a step belongs to a session");
    return this.selection;
  }

  /** The next try, if there is one. */
  #try(nowMs: number): AIEffect {
    this.selection = null;
    if (this.tries >= AI_REQUEST_TRIES) return this.#nobody(nowMs);
    const { retryTimeoutMs = AI_RETRY_TIMEOUT_MS } = this.#config;
    if (this.#cancelled !== null) {
      return this.#finish(nowMs, AI_RESULT.serviceUnavailable, this.#cancelled);
    }
    if (nowMs - this.startedMs >= retryTimeoutMs) {
      const message = `no orchestrators available within ${goDuration(retryTimeoutMs)} timeout`;
      return this.#finish(nowMs, AI_RESULT.serviceUnavailable, message);
    }
    this.tries += 1;
    const selector = this.manager.selectorOf(this.#job);
    if (selector !== undefined) return this.#begin(nowMs, selector);
    return this.#discover(this.manager.make(this.#job, this.live), true);
  }

  /** Selects from a selector that the manager has. */
  #begin(nowMs: number, selector: AISessionSelector<Info>): AIEffect {
    if (selector.beginSelect(nowMs)) return this.#discover(selector, false);
    return this.#select(nowMs, selector);
  }

  #discover(selector: AISessionSelector<Info>, isNew: boolean): AIEffect {
    selector.beginRefresh();
    this.#selector = selector;
    this.#isNewSelector = isNew;
    this.#phase = PHASE.discover;
    return AI_EFFECT.discover;
  }

  #select(nowMs: number, selector: AISessionSelector<Info>): AIEffect {
    this.#selector = selector;
    this.selection = selector.select(nowMs);
    if (this.selection === null) return this.#nobody(nowMs);
    this.#phase = PHASE.prepare;
    return AI_EFFECT.prepare;
  }

  /** The loop has ended without an answer. */
  #nobody(nowMs: number): AIEffect {
    this.#completeKeptAside();
    if (!this.live && this.#config.nobodyFound === "crash") {
      return this.#finish(nowMs, AI_RESULT.crashed);
    }
    return this.#finish(nowMs, AI_RESULT.serviceUnavailable, "no orchestrators available");
  }

  #finish(nowMs: number, result: AIResult, message = ""): AIEffect {
    if (result === AI_RESULT.ok) this.#completeKeptAside();
    this.result = result;
    this.message = message;
    this.#phase = PHASE.idle;
    this.#selector = null;
    this.#observer?.finished(this, nowMs);
    return AI_EFFECT.done;
  }

  #completeKeptAside(): void {
    for (const selection of this.#keptAside) this.#complete(selection);
    this.#keptAside.length = 0;
  }

  /** A-40 row 3. */
  #giveUp(selection: AISelection<Info>): void {
    if (this.live) this.#remove(selection);
    else this.#keptAside.push(selection);
  }

  #complete(selection: AISelection<Info>): void {
    this.manager.selectorOf(this.#job)?.complete(selection);
  }

  #remove(selection: AISelection<Info>): void {
    this.manager.selectorOf(this.#job)?.remove(selection);
    this.#observer?.removed(this, selection);
  }
}

function scoreTime(capability: number): ScoreTime {
  for (const pipeline of AI_PIPELINES.values()) {
    if (pipeline.capability === capability) return pipeline.scored;
  }
  return "never";
}

/** A length of time as Go writes it. */
function goDuration(ms: number): string {
  const size = Math.abs(ms);
  if (!Number.isFinite(ms) || size >= 1e15) return `${ms}ms`;
  if (size === 0) return "0s";
  const sign = ms < 0 ? "-" : "";
  if (size < 0.001) return `${sign}${Math.trunc(size * 1e6)}ns`;
  if (size < 1) return `${sign}${size * 1e3}µs`;
  if (size < 1_000) return `${ms}ms`;
  const hours = Math.floor(size / 3_600_000);
  const minutes = Math.floor((size % 3_600_000) / 60_000);
  const seconds = (size % 60_000) / 1_000;
  const parts = [hours > 0 && `${hours}h`, (hours > 0 || minutes > 0) && `${minutes}m`];
  return `${sign}${parts.filter(Boolean).join("")}${seconds}s`;
}
